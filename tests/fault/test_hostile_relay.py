"""A relay that hangs, trickles, talks rubbish, goes or drops at each step: everybody gets it in the end.

It does so at its first connections, then it is well again; the daemon's time limits are short.
"""
import asyncio
from concurrent.futures import ThreadPoolExecutor

from office import EDITOR, Count, Office, queue_faults
from sink import Drop, Sink

STEPS = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "end"]
BAD_CONNECTIONS = 2


async def hang(session):
    await asyncio.sleep(60)
    raise Drop


async def drop(_session):
    raise Drop


async def trickle(session):
    """An octet now and then: never silent for long, and never done."""
    for octet in b"250-" + b"x" * 400:
        session.writer.write(bytes([octet]))
        await session.writer.drain()
        await asyncio.sleep(0.1)
    raise Drop


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


MANNERS = [hang, drop, trickle, garbage, long_line, goes, half_close, torn, no_sense]
# While the body is read, only a hang or a drop can be told from the next step.
ROWS = [(step, how) for how in MANNERS for step in STEPS if step != "body" or how in (hang, drop)]


AT_ONCE = 8         # they wait more than they work


def try_one(step, how):
    """What is wrong after it; nothing, if all is well."""
    def manner(at, session):
        return how if at == step and session.number <= BAD_CONNECTIONS else None

    sink = Sink(manner=manner)
    office = Office(sink, 30, connections=1, lot=10, timeout="1s")
    try:
        office.start()
        office.drop()
        if not office.wait(60):
            return f"not over:\n{office.tail()}"
        count = Count(office)
        if count.lost or count.foreign or count.other_ids:
            return f"{count.lost} lost, foreign {count.foreign}, other ids {count.other_ids}"
        # The sink had it and did not say so: one transaction for each connection that it treated so.
        if count.transactions > (BAD_CONNECTIONS if step == "end" else 0):
            return f"{count.transactions} transactions sent twice:\n{office.tail()}"
        if office.end() != 0:
            return f"ended by {office.daemon.returncode}:\n{office.tail()}"
        return "; ".join(queue_faults(office))
    finally:
        office.close()
        sink.close()


def test_everybody_gets_it_in_the_end(say):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = list(pool.map(lambda row: try_one(*row), ROWS))
    say(f"hostile relay: {len(ROWS)} manners, {sum(map(bool, wrong))} wrong")
    faults = [f"{how.__name__} at {step}: {fault}" for (step, how), fault in zip(ROWS, wrong) if fault]
    assert not faults, "\n".join(faults)


def test_every_7th_for_good_and_every_5th_for_now(closing):
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
    assert Count(office).duplicated == 0
    assert max(asked[a] for a in office.everybody if int(a[1:6]) % 7 == 0) == 1


def test_starttls_offered_and_broken(closing):
    """The relay must speak TLS by the configuration: nothing goes in clear, and the second one takes over."""
    async def hello(session):
        await session.say("250-sink.example.org\r\n250 STARTTLS")

    async def broken(session):
        await session.say("220 2.0.0 go on")
        session.writer.write(b"\x16\x03\x01 this is no handshake\r\n" * 20)
        await session.writer.drain()
        raise Drop

    bad = closing(Sink(manner=lambda at, _s: {"EHLO": hello, "STAR": broken}.get(at)))
    good = closing(Sink())
    office = closing(Office([bad, good], 30))
    office.config.write_text(office.config.read_text().replace('tls = "none"', 'tls = "starttls"', 1))
    office.start()
    office.drop()
    assert office.wait(30), office.tail()
    assert not bad.copies
    assert (Count(office).lost, Count(office).duplicated) == (0, 0)
