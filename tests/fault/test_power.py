"""The power goes at random moments between the start of the daemon and the last report: with what the disk may
hold then, a start makes everybody have it, with no hand laid on it."""
from concurrent.futures import ThreadPoolExecutor
import copy
import random
import shutil

import pytest

from count import Count, queue_faults
from office import BUILD, FULL, SEED, Office
from power import Disk, Log
from sink import Sink

RECIPIENTS, ISSUES = 200, 2
CUTS = 75 if FULL else 6
CONNECTIONS, LOT = 2, 5
AT_ONCE = 4
# A sender gets no further job before the commit that holds what became of those it had (dispatch/pick.c).
JOBS_AHEAD = {"batched": 2, "personal": 8}


def make_office(sink, manner):
    return Office(sink, RECIPIENTS, connections=CONNECTIONS, lot=LOT,
                  personal=str(manner == "personal").lower())


@pytest.fixture(scope="module", params=JOBS_AHEAD)
def life(request, tmp_path_factory):
    """A life without a fault, written down: (how, the office, its disk as it was at first, the log)."""
    log = Log(tmp_path_factory.mktemp("power") / "log")
    sink = Sink(delay=(0.002, 0.01))
    office = make_office(sink, request.param)
    try:
        for _ in range(ISSUES):
            office.drop()
        (office.home / "state").mkdir()
        first = Disk(office.home, ["state", "weekly"])
        office.start(**log.environment(BUILD / "tests/fault/power.so", office.home))
        assert office.wait(60), office.tail()
        assert office.end() == 0
        yield request.param, office, first, list(log.entries())
    finally:
        office.close()
        sink.close()
        log.close()


def cut_one(life, number, order):
    """(the count, what is wrong: nothing, if all is well)."""
    manner, before, first, entries = life
    chance = random.Random(f"{SEED} power {number} {order}")
    at = chance.randrange(1, len(entries))
    disk = copy.deepcopy(first)
    for entry in entries[:at]:
        disk.take(*entry)
    moment = entries[at - 1][3]
    sink = Sink()
    office = make_office(sink, manner)
    try:
        for folder in ("state", "weekly"):
            shutil.rmtree(office.home / folder, ignore_errors=True)
        # Nothing, all or some of what no sync covered.
        disk.save(office.home, chance, order, chance.choice([0, 0.5, 1]))
        sink.copies += [came for came in before.sinks[0].copies if came.end <= moment]
        office.issues = list(before.issues)
        office.start()
        over = office.wait(40)
        count = Count(office)
        where = f"cut {number} after {at} of {len(entries)} entries, {order}"
        if not over:
            return count, f"{where}: not over\n{office.tail()}"
        if office.end() != 0:
            return count, f"{where}: ended by {office.daemon.returncode}\n{office.tail()}"
        fault = "; ".join(queue_faults(office))
        if count.lost or count.foreign or count.other_ids or count.transactions > CONNECTIONS * JOBS_AHEAD[manner]:
            fault = f"{count.lost} lost, {count.foreign}, {count.transactions} twice, {count.other_ids[:2]}"
        return count, fault and f"{where}: {fault}\n{office.tail()}"
    finally:
        office.close()
        sink.close()


@pytest.mark.parametrize("order", ["ordered", "strict"])
def test_the_power_goes_at_a_random_moment(order, life, result):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        counts, faults = zip(*pool.map(lambda number: cut_one(life, number, order), range(CUTS)))
    manner = life[0]
    result(f"power cut, {manner}, names kept {order}", CUTS,
           *(sum(getattr(count, what) for count in counts) for what in ("lost", "duplicated", "transactions")),
           CUTS * CONNECTIONS * JOBS_AHEAD[manner])
    faults = [fault for fault in faults if fault]
    assert not faults, f"seed {SEED}, {len(faults)} of {CUTS}\n" + "\n".join(faults)
