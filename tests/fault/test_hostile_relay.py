"""A relay that hangs, trickles, talks rubbish, goes or drops at each step: everybody gets it in the end.

It does so at its first connections, then it is well again; the daemon's time limits are short.
"""
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from count import Count, queue_faults
from office import EDITOR, Office
from sink import Drop, Sink

STEPS = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "end"]
BAD_CONNECTIONS = 2


async def hang(session):
    await asyncio.sleep(60)
    raise Drop


async def drop(_session):
    raise Drop


async def drop_within(session):
    """In the middle of the message."""
    await session.reader.readexactly(700)
    raise Drop


async def trickle(session, pause=1.0):
    """An octet a second: never silent for long, and never done."""
    for octet in b"250-" + b"x" * int(40 / pause):
        session.writer.write(bytes([octet]))
        await session.writer.drain()
        await asyncio.sleep(pause)
    raise Drop


async def trickle_fast(session):
    await trickle(session, 0.1)


async def garbage(session):
    session.writer.write(bytes(range(256)) * 4 + b"\r\n")
    await session.writer.drain()
    await asyncio.sleep(0.2)
    raise Drop


async def long_line(session):
    session.writer.write(b"250 " + b"a" * 4_000_000 + b"\r\n")
    await session.writer.drain()
    await asyncio.sleep(0.2)
    raise Drop


async def goes(session):
    await session.say("421 4.3.2 going down")
    raise Drop


async def half_close(session):
    session.writer.write_eof()
    await asyncio.sleep(2)
    raise Drop


async def torn(session):
    session.writer.write(b"25")
    await session.writer.drain()
    raise Drop


async def no_sense(session):
    await session.say("250-one\r\n354-two\r\n200")
    raise Drop


MANNERS = {hang: "hangs", drop: "drops the connection", drop_within: "drops it within the message",
           trickle: "sends an octet a second", trickle_fast: "sends ten octets a second",
           garbage: "answers garbage", long_line: "answers 4 MB in a line", goes: "says 421 and goes",
           half_close: "closes its half", torn: "answers half a line", no_sense: "answers with mixed codes"}
# While the body is read, only a hang or a drop can be told from the next step.
ROWS = [(step, how) for how in MANNERS for step in STEPS
        if (step != "body" or how in (hang, drop, drop_within)) and (step == "body" or how is not drop_within)]
TIMEOUTS = {trickle: "3s"}      # of one answer; else 1 s

AT_ONCE = 10        # they wait more than they work


def try_one(step, how):
    """(the count, what is wrong after it: nothing, if all is well)."""
    def manner(at, session):
        return how if at == step and session.number <= BAD_CONNECTIONS else None

    sink = Sink(manner=manner)
    office = Office(sink, 30, connections=1, lot=10, timeout=TIMEOUTS.get(how, "1s"))
    try:
        office.start()
        began = time.monotonic()
        office.drop()
        over = office.wait(90)
        # The sink had it and did not say so: one transaction for each connection that it treated so.
        if step == "end":
            office.kills = [(began, time.monotonic())] * BAD_CONNECTIONS
        count = Count(office)
        if not over:
            return count, f"not over:\n{office.tail()}"
        if office.end() != 0:
            return count, f"ended by {office.daemon.returncode}:\n{office.tail()}"
        return count, count.fault() or "; ".join(queue_faults(office))
    finally:
        office.close()
        sink.close()


def test_everybody_gets_it_in_the_end(result):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = list(pool.map(lambda row: try_one(*row), ROWS))
    for how in MANNERS:
        counts = [count for (_, manner), (count, _) in zip(ROWS, tried) if manner is how]
        result(f"a relay {MANNERS[how]}, at each step", len(counts),
               *(sum(getattr(count, what) for count in counts)
                 for what in ("lost", "duplicated", "transactions", "bound")))
    faults = [f"{how.__name__} at {step}: {fault}" for (step, how), (_, fault) in zip(ROWS, tried) if fault]
    assert not faults, "\n".join(faults)


def test_every_7th_for_good_and_every_5th_for_now(closing, result):
    asked = {}

    def refusal(address):
        if address == EDITOR:
            return None
        number = int(address[1:6])
        asked[address] = asked.get(address, 0) + 1
        if number % 7 == 0:
            return "550 5.1.1 no such user"
        return "451 4.7.1 later" if number % 5 == 0 and asked[address] < 3 else None

    sink = closing(Sink(refusal=refusal))
    office = closing(Office(sink, 350, connections=3, lot=20))
    office.start()
    office.drop()
    assert office.wait(40), office.tail()
    got = {address for copy in sink.copies for address in copy.recipients} - {EDITOR}
    assert got >= {a for a in office.everybody if int(a[1:6]) % 7}
    assert not got & {a for a in office.everybody if int(a[1:6]) % 7 == 0}
    count = Count(office)
    assert count.duplicated == 0
    assert max(asked[a] for a in office.everybody if int(a[1:6]) % 7 == 0) == 1
    assert office.end() == 0
    assert not queue_faults(office)
    result("a relay refuses every 7th for good and every 5th for now", 1,
           count.lost - sum(1 for a in office.everybody if int(a[1:6]) % 7 == 0), count.duplicated)


async def no_handshake(session):
    await session.say("220 2.0.0 go on")
    session.writer.write(b"\x16\x03\x01 this is no handshake\r\n" * 20)
    await session.writer.drain()
    raise Drop


async def go_on_and_drop(session):
    await session.say("220 2.0.0 go on")
    raise Drop


async def go_on_and_hang(session):
    await session.say("220 2.0.0 go on")
    await hang(session)


async def clear_text_after_it(session):
    """As somebody in between would inject it."""
    await session.say("220 2.0.0 go on\r\n250-sink.example.org\r\n250 AUTH PLAIN")
    await asyncio.sleep(0.2)


async def not_now(session):
    await session.say("454 4.7.0 TLS not available")


BROKEN_TLS = [no_handshake, go_on_and_drop, go_on_and_hang, clear_text_after_it, not_now, drop, torn, garbage]


@pytest.mark.parametrize("broken", BROKEN_TLS, ids=lambda how: how.__name__)
def test_starttls_offered_and_broken(broken, closing):
    """The relay must speak TLS by the configuration: nothing goes in clear, and the second one takes over."""
    async def hello(session):
        await session.say("250-sink.example.org\r\n250 STARTTLS")

    bad = closing(Sink(manner=lambda at, _s: {"EHLO": hello, "STAR": broken}.get(at)))
    good = closing(Sink())
    office = closing(Office([bad, good], 30, timeout="2s"))
    office.config.write_text(office.config.read_text().replace('tls = "none"', 'tls = "starttls"', 1))
    office.start()
    office.drop()
    assert office.wait(60), office.tail()
    assert bad.connections and not bad.commands & {"MAIL", "RCPT", "DATA"}
    assert (Count(office).lost, Count(office).duplicated) == (0, 0)
    assert office.end() == 0
    assert not queue_faults(office)
