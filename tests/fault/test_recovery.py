"""What a start finds, and makes of it."""
import asyncio
import sqlite3
import subprocess
import time

import pytest

from office import BUILD, Count, Office, queue_faults, until
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


def test_a_second_daemon_says_who_has_the_queue_and_ends(closing):
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


@pytest.mark.parametrize("where", ["header", "schema", "first page of a table", "middle", "last page"])
def test_a_queue_with_a_flipped_byte_sends_nothing_twice(where, closing):
    """It is noticed and said, by whoever meets it; until then nothing wrong comes of it."""
    sink = closing(Sink(delay=(0.01, 0.02)))
    office = closing(Office(sink, 3000, lot=5, connections=2))
    rest(office)
    path = office.home / "state/queue.db"
    size, page = path.stat().st_size, 4096
    flip(path, {"header": 1, "schema": 100, "first page of a table": page * 3,
                "middle": size // 2 // page * page, "last page": size - page}[where])
    seen = office.log.stat().st_size
    office.start()
    noticed = lambda: any(words in office.log_since(seen) for words in (b"malformed", b"not a database"))
    until(lambda: noticed() or office.is_over(), 20)
    time.sleep(1)
    status = office.daemon.poll()
    count = Count(office)
    said = office.log_since(seen).decode()
    assert count.duplicated == 0, said
    assert not count.foreign
    if status is None:
        office.end()
    if not office.is_over():
        assert noticed(), said
