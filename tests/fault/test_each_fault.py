"""A fault at every single write, fsync, ftruncate, rename, unlink and mkdir, from the start of the daemon
through acceptance and sending to the report: the 1st, the 2nd, … until a run meets none.

Each point in each mode with FAULT_CYCLES of 1,000 and more; else some of them, by chance.
"""
import collections
import random
import time

import pytest

from count import Count, queue_faults
from office import FULL, SEED, Office, until
from shim import KILL_AFTER, KILL_BEFORE, MODES, Plan
from sink import Sink

RECIPIENTS = 6
SOME = 10           # points in each mode, where not all are tried
GRACE = 0.25        # seconds that a run goes on after its fault


def run(closing, plan, mode=None, number=0):
    """One life of an office with a fault in it, and a second one without. Whether it met the fault."""
    sink = closing(Sink())
    office = closing(Office(sink, RECIPIENTS, connections=2, lot=2))
    kind, code = MODES.get(mode, (0, 0))
    plan.set(armed=number, mode=kind, code=code, count=0, hits=0)
    began = time.monotonic()
    office.start(wait=False, **plan.environment(office.home))
    office.drop()
    ended = lambda: office.is_over() or plan.get("hits") or office.daemon.poll() is not None
    until(ended, 20, 0.01)
    if number:
        until(lambda: office.is_over() or office.daemon.poll() is not None, GRACE, 0.01)
    met = plan.get("hits") > 0
    if kind in (KILL_BEFORE, KILL_AFTER) and met:
        office.kills.append((began, time.monotonic()))      # by the shim
    office.kill_all()
    plan.set(armed=0)
    office.start()
    assert office.wait(25), f"{mode} at {number}: {plan.what()}\n{office.tail()}"
    assert office.end() == 0
    return office, met


def assert_whole(office, about):
    count = Count(office)
    assert not count.fault(), f"{about}: {count.fault()}"
    assert not (faults := queue_faults(office)), f"{about}: {faults}"
    assert office.accepted() == office.issues, about
    assert not list((office.home / "weekly/outbox").iterdir()), about
    for empty in ("rejected", "sending"):
        assert not list((office.home / "weekly" / empty).glob("*")), about
    sent = sorted(path.name for path in (office.home / f"weekly/sent/{office.issues[0]}").iterdir())
    assert sent == ["report.csv", "report.html", "第1期.md"], f"{about}: {sent}"
    assert len({copy.message_id for copy in count.reports}) == 1, f"{about}: {len(count.reports)} reports"
    return count


def points_of(mode, total):
    if FULL:
        return range(1, total + 20)
    chance = random.Random(f"{SEED} {mode}")
    return sorted(chance.sample(range(1, total + 1), min(total, SOME)))


@pytest.fixture(scope="module")
def total(tmp_path_factory):
    """How many calls a life without a fault makes."""
    opened = []
    plan = Plan(tmp_path_factory.mktemp("plan") / "plan")
    try:
        office, met = run(lambda thing: opened.append(thing) or thing, plan)
        assert not met
        assert assert_whole(office, "no fault").duplicated == 0
        return plan.get("count")
    finally:
        for thing in reversed(opened):
            thing.close()


def calls_of(calls):
    """3 fsync, 10 write: the words before the file's name, with how many points there were of each."""
    kinds = collections.Counter(call.split()[0] for call in calls if call)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))


@pytest.mark.parametrize("mode", MODES)
def test_a_fault_at_each_call(mode, total, result, tmp_path):
    plan = Plan(tmp_path / "plan")
    counts, calls = [], []
    for number in points_of(mode, total):
        opened = []
        try:
            office, met = run(lambda thing: opened.append(thing) or thing, plan, mode, number)
            counts.append(assert_whole(office, f"{mode} at call {number}: {plan.what()}, seed {SEED}"))
            calls.append(plan.what())
        finally:
            for thing in reversed(opened):
                thing.close()
        if FULL and not met:
            break
    result(f"{mode}, at {'each' if FULL else 'some'} of {total} calls ({calls_of(calls)})", len(counts),
           *(sum(getattr(count, what) for count in counts)
             for what in ("lost", "duplicated", "transactions", "bound")))
