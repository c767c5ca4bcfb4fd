"""What a start finds, and makes of it."""
import asyncio
from concurrent.futures import ThreadPoolExecutor
import os
import random
import sqlite3
import subprocess
import time

import pytest

from count import Count, queue_faults
from office import BUILD, FULL, SEED, Office, until
from sink import Sink


async def never(_session):
    await asyncio.sleep(3600)


def stop_in_flight(closing, step):
    """An office killed whole while its first transaction hangs at that step, and a sink that is well."""
    hangs = closing(Sink(manner=lambda at, _session: never if at == step else None))
    office = closing(Office(hangs, 1, connections=1, timeout="60s"))
    office.start()
    office.drop()
    in_flight = lambda: list((office.home / "state/journals").glob("*"))
    assert until(in_flight, 10) and until(lambda: hangs.connections, 10)
    time.sleep(0.3)
    office.kill_all()
    office.sinks = [closing(Sink())]
    office.write_config()
    return office


@pytest.mark.parametrize("names", [("1-a", "2-b"), ("2-b", "1-a")], ids=["older first", "newer first"])
@pytest.mark.parametrize("second, copies", [
    ("verdict 9 {} sent 5 250 2.0.0 ok .", 0),
    ("mark 9 1 {} .", 1),
])
def test_the_later_word_on_a_delivery_counts(names, second, copies, closing):
    """Deferred by one sender, tried again by another: their journals lie in no order."""
    office = stop_in_flight(closing, "MAIL")
    journals = office.home / "state/journals"
    for old in journals.iterdir():
        old.unlink()
    first = "\nmark 5 1 1 .\n\nverdict 5 1 refused 5 451 4.7.1 later .\n"
    for name, text in zip(names, (first, "\n" + second.format(1) + "\n")):
        (journals / f"{name}.journal").write_text(text)
    office.start()
    assert office.wait(20), office.tail()
    assert len(office.sinks[0].of(office.everybody[0])) == copies
    assert office.query("SELECT unknown_tries FROM delivery WHERE id = 1") == [(copies,)]


@pytest.mark.parametrize("step, unknown", [
    ("greeting", 0), ("EHLO", 0), ("MAIL", 0), ("DATA", 0), ("end", 1)])
def test_all_killed_while_the_relay_hangs(step, unknown, closing):
    """Only the one that waits for the answer to its end of data is in doubt."""
    office = stop_in_flight(closing, step)
    office.start()
    assert office.wait(20), office.tail()
    assert len(office.sinks[0].of(office.everybody[0])) == 1
    assert office.query("SELECT unknown_tries FROM delivery WHERE id = 1") == [(unknown,)]
    assert office.end() == 0
    assert not queue_faults(office)


def test_an_issue_whose_last_outcome_was_committed_before_a_kill_ends(closing):
    """The commit of the last outcome may be an admission's, which doesn't end issues."""
    office = stop_in_flight(closing, "MAIL")
    for old in (office.home / "state/journals").iterdir():
        old.unlink()
    with sqlite3.connect(office.home / "state/queue.db") as queue:
        queue.execute("UPDATE delivery SET state = 2, next_attempt = NULL, sent_at = 1")
        queue.execute("UPDATE issue SET state = 2, cursor = last, queued = 0, sending = 0, sent = 1")
    queue.close()
    office.start()
    assert office.wait(10), office.tail()
    assert not office.sinks[0].of(office.everybody[0])


def test_a_second_daemon_says_who_has_the_queue_and_ends(closing, result):
    office = closing(Office(closing(Sink()), 12))
    office.start()
    second = subprocess.run([BUILD / "fensongd", "--config", office.config], text=True, timeout=20,
                            capture_output=True)
    assert second.returncode == 75
    assert f"process {office.daemon.pid}" in second.stderr
    office.drop()
    assert office.wait(20), office.tail()
    count = Count(office)
    assert (count.lost, count.duplicated) == (0, 0)
    assert office.end() == 0
    assert not queue_faults(office)
    result("a second daemon on the queue", 1, count.lost, count.duplicated)


def test_of_two_daemons_that_start_at_once_one_ends(closing, result):
    office = closing(Office(closing(Sink(delay=(0.005, 0.01))), 300, lot=5))
    rounds = 20 if FULL else 3
    for _ in range(rounds):
        rivals = [subprocess.Popen([BUILD / "fensongd", "--config", office.config], text=True,
                                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   env={**os.environ, "FAULT_OFFICE": str(office.home)}) for _ in range(2)]
        ended = until(lambda: [rival for rival in rivals if rival.poll() is not None], 20)
        assert len(ended) == 1 and ended[0].returncode == 75
        stays = next(rival for rival in rivals if rival is not ended[0])
        assert f"process {stays.pid}" in ended[0].stderr.read()
        office.drop()
        until(office.accepted, 10)
        stays.kill()
        stays.communicate()
        office.kills.append((time.monotonic(),) * 2)
    office.start()
    assert office.wait(60), office.tail()
    count = Count(office)
    assert not count.fault(), count.fault()
    assert office.end() == 0
    assert not queue_faults(office)
    result("two daemons start at once, the one that stays is killed", rounds, count.lost, count.duplicated,
           count.transactions, count.bound)


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        octet = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([octet ^ 0x55]))


def rest(office):
    """Half is sent, the rest is not, the daemon ended in order: everything is in queue.db."""
    office.start()
    office.drop()
    assert until(lambda: office.sinks[0].copies, 20)
    assert office.end() == 0
    assert not (office.home / "state/queue.db-wal").exists()


def flip_one(row):
    """(what came of it, what is wrong: nothing, if all is well)."""
    where, chance = row
    sink = Sink(delay=(0.01, 0.02))
    office = Office(sink, 1000, lot=5, connections=2)
    try:
        rest(office)
        path = office.home / "state/queue.db"
        size = path.stat().st_size
        offset = where(size) if callable(where) else chance.randrange(size)
        flip(path, offset)
        seen = office.log.stat().st_size
        office.start()
        noticed = lambda: any(words in office.log_since(seen) for words in NOTICED)
        over = until(lambda: noticed() or office.is_over(), 60)
        time.sleep(0.5 if noticed() else 0)
        count = Count(office)
        said = office.log_since(seen).decode(errors="replace")
        if count.duplicated or count.foreign or count.other_ids:
            return count, f"octet {offset} of {size}: {count.fault()}, {count.duplicated} twice\n{said}"
        if not over or (count.lost and not noticed()):
            return count, f"octet {offset} of {size}: {count.lost} lost, nobody noticed\n{said}"
        return count, ""
    finally:
        office.close()
        sink.close()


PAGE = 4096
NOTICED = (b"malformed", b"not a database", b"the queue")
PLACES = [lambda size: 1, lambda size: 100, lambda size: PAGE * 3, lambda size: size // 2 // PAGE * PAGE,
          lambda size: size - PAGE]


def test_a_queue_with_a_flipped_byte_sends_nothing_twice_or_elsewhere(result):
    """It is noticed and said, by whoever meets it; until then nothing wrong comes of it."""
    rows = [(where, None) for where in PLACES]
    rows += [(None, random.Random(f"{SEED} flip {i}")) for i in range(200 if FULL else 12)]
    with ThreadPoolExecutor(4) as pool:
        counts, faults = zip(*pool.map(flip_one, rows))
    faults = [fault for fault in faults if fault]
    assert not faults, f"seed {SEED}, {len(faults)} of {len(rows)}\n" + "\n".join(faults)
    noticed = sum(bool(count.lost) for count in counts)
    result(f"a flipped byte in queue.db (noticed, said, and sending ended: {noticed})", len(rows), 0)
