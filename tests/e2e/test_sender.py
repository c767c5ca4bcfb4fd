"""build/fensong-sender against servers as they are and as bad as they get. Each row of the table of
libesmtp's hazards has its test here."""
import base64
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from certificates import Certificates
from hostile import (After, Blackhole, Both, Drop, Hang, In_turn, Raw, Reset, Server, Slow,
                     refusing_port, server_context)
from sender_link import Sender, gone, outcomes

HEADER = (b"Date: Thu, 16 Nov 2023 09:30:00 +0800\r\n"
          b"From: weekly <weekly@example.org>\r\n"
          b"To: weekly <weekly@example.org>\r\n"
          b"Message-ID: <2023-25@example.org>\r\n"
          b"Subject: =?UTF-8?B?56eR5Y2P?=\r\n =?UTF-8?B?5Yqo5oCB?=\r\n"
          b"X-Odd: one\r\nX-Odd: two\r\nReceived: from nowhere\r\n")
BODY = b"".join(b"%06d %s\r\n" % (i, b"x" * (i % 90)) for i in range(1000)) + b"y" * 998 + b"\r\n"
LETTER = HEADER + b"\r\n" + BODY
BIG = HEADER + b"\r\n" + (b"0123456789abcdef" * 4 + b"\r\n") * 250_000
ADDRESSES = ["a@example.org", "b@example.org", "c@example.org", "d@example.org", "e@example.org"]


def run(server, jobs=1, *, recipients=ADDRESSES[:1], letter=LETTER, events_within=30, **options):
    """Hands over so many jobs at once and returns all events; the sender must end by itself."""
    with Sender(server.host, server.port, **options) as sender:
        sender.message(1, letter)
        for number in range(1, jobs + 1):
            sender.job(number, recipients)
        sender.no_more()
        events = sender.all_events(events_within)
        run.said, run.journal = sender.said(), sender.journal_lines()
        return events


def kinds(events, job=1):
    return [verdict.kind for verdict in outcomes(events).get(job, [])]


def verdict_of(events, job=1, recipient=0):
    return outcomes(events)[job][recipient]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


def own_address():
    """An address of this machine that is not loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return probe.getsockname()[0]


# --- good servers ----------------------------------------------------------------------------------

def test_every_octet_arrives_the_same():
    with Server() as server:
        events = run(server, recipients=ADDRESSES)
    assert server.got == [(address, LETTER) for address in ADDRESSES]
    assert kinds(events) == ["sent"] * 5
    assert verdict_of(events).reply.text == "taken" and verdict_of(events).reply.enhanced == "2.0.0"
    assert [event.kind for event in events] == ["ready", "outcome", "gone"]
    assert gone(events).why == "done"


def test_big_message_arrives_the_same():
    with Server() as server:
        events = run(server, letter=BIG)
    assert server.got == [(ADDRESSES[0], BIG)] and kinds(events) == ["sent"]


def test_personal_header_stands_in_place():
    personal = "to: =?UTF-8?B?5byg?=\r\n <zhang@example.org>\r\nMessage-ID: <own@example.org>\r\n" \
               "List-Unsubscribe: <https://example.org/u/1>\r\n"
    with Server() as server, Sender(server.host, server.port) as sender:
        sender.message(1, LETTER)
        sender.job(1, ADDRESSES[:1], personal=personal)
        sender.job(2, ADDRESSES[1:2])
        sender.no_more()
        sender.all_events()
    own = LETTER.replace(b"To: weekly <weekly@example.org>\r\n",
                         b"to: =?UTF-8?B?5byg?=\r\n <zhang@example.org>\r\n")
    own = own.replace(b"Message-ID: <2023-25@example.org>", b"Message-ID: <own@example.org>")
    own = own.replace(b"\r\n\r\n", b"\r\nList-Unsubscribe: <https://example.org/u/1>\r\n\r\n", 1)
    assert server.got == [(ADDRESSES[0], own), (ADDRESSES[1], LETTER)]


def test_two_issues_on_one_connection():
    other = LETTER.replace(b"2023-25@", b"2023-26@")
    with Server() as server, Sender(server.host, server.port) as sender:
        sender.message(1, LETTER)
        sender.job(1, ADDRESSES[:1])
        sender.message(2, other)
        sender.job(2, ADDRESSES[1:2], issue=2)
        sender.job(3, ADDRESSES[2:3], issue=1)
        sender.no_more()
        sender.all_events()
    assert [message for _, message in server.got] == [LETTER, other, LETTER]
    assert server.connections == 1


def test_thousand_jobs_stream_on_one_connection():
    with Server() as server, Sender(server.host, server.port) as sender:
        sender.message(1, LETTER)
        sent, events = 0, []
        for number in range(1, 1001):
            sender.job(number, [f"r{number}@example.org"])
            sent += 1
            while sent - len(outcomes(events)) > 8:
                events.append(sender.event())
        sender.no_more()
        events += sender.all_events()
        journal = sender.journal_lines()
    assert server.recipients() == [f"r{number}@example.org" for number in range(1, 1001)]
    assert all(message == LETTER for _, message in server.got)
    assert server.connections == 1 and kinds(events, 1000) == ["sent"]
    assert len(journal) == 2000


@pytest.mark.parametrize("capabilities", [("PIPELINING",), ()], ids=["pipelining", "one by one"])
def test_hundred_recipients_a_job(capabilities):
    recipients = [f"r{number}@example.org" for number in range(100)]
    with Server(capabilities=capabilities) as server:
        events = run(server, jobs=3, recipients=recipients)
    assert server.recipients() == recipients * 3
    assert all(kinds(events, job) == ["sent"] * 100 for job in (1, 2, 3))


def test_thousand_recipients_a_job_with_long_replies():
    recipients = ["r" * 60 + f"@{number:04}.{'d' * 60}.example.org" for number in range(1000)]
    text = "250-2.1.5 " + "ok " * 100 + "\n" + "250 2.1.5 ok"
    with Server(steps={"rcpt": text}) as server:
        events = run(server, recipients=recipients)
    assert kinds(events) == ["sent"] * 1000 and len(server.got) == 1000


def test_server_without_ehlo():
    with Server(steps={"ehlo": "502 5.5.1 what?"}) as server:
        events = run(server, jobs=2)
    assert kinds(events, 2) == ["sent"] and "HELO client.example.org" in server.commands


def test_chunking_is_seen_but_never_used():
    with Server() as server:
        events = run(server)
    ready = events[0]
    assert ready.kind == "ready" and ready.capabilities & 4 and ready.size_max == 52428800
    assert ready.reply.code == 220
    assert not any(line.startswith("BDAT") or "BODY=" in line for line in server.commands)


def test_size_is_the_whole():
    with Server() as server:
        run(server)
    assert f"MAIL FROM:<weekly@example.org> SIZE={len(LETTER)}" in server.commands


def test_connection_ends_after_so_many_messages():
    with Server() as server:
        events = run(server, jobs=5, messages_per_connection=3)
    assert len(server.got) == 3 and server.commands[-1] == "QUIT"
    assert sorted(outcomes(events)) == [1, 2, 3] and gone(events).why == "done"


def test_nothing_is_connected_before_the_first_job():
    with Server() as server, Sender(server.host, server.port) as sender:
        sender.message(1, LETTER)
        time.sleep(0.5)
        assert server.connections == 0
        sender.no_more()
        assert gone(sender.all_events()).why == "done"
    assert server.connections == 0


def test_idle_connection_is_ended():
    with Server() as server, Sender(server.host, server.port) as sender:
        sender.message(1, LETTER)
        sender.job(1, ADDRESSES[:1])
        started = time.monotonic()
        assert gone(sender.all_events()).why == "done"
        assert 1.5 < time.monotonic() - started < 6
    assert server.commands[-1] == "QUIT"


def test_check_sends_no_mail():
    with Server(users={"office": "secret"}) as server:
        with Sender(server.host, server.port, user="office", password="secret") as sender:
            sender.check()
            events = sender.all_events()
    assert [event.kind for event in events] == ["ready", "gone"] and gone(events).why == "done"
    assert server.logins == [("PLAIN", "office", "secret")]
    assert [line.split()[0] for line in server.commands] == ["EHLO", "AUTH", "QUIT"]


# --- verdicts by codes ------------------------------------------------------------------------------

@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "450 4.2.1 later",
                                   "452 4.5.3 too many recipients", "551 user not local"])
def test_refused_recipient_among_others(reply):
    with Server(addresses={ADDRESSES[1]: reply}) as server:
        events = run(server, recipients=ADDRESSES)
    assert kinds(events) == ["sent", "refused", "sent", "sent", "sent"]
    verdict = verdict_of(events, 1, 1)
    assert verdict.stage == "rcpt" and verdict.code == int(reply[:3])
    assert server.recipients() == [ADDRESSES[i] for i in (0, 2, 3, 4)]


@pytest.mark.parametrize("reply", ["251 2.1.5 will forward", "252 cannot verify"])
def test_other_yes_counts(reply):
    with Server(addresses={ADDRESSES[1]: reply}) as server:
        assert kinds(run(server, recipients=ADDRESSES)) == ["sent"] * 5


@pytest.mark.parametrize("data", [None, "503 5.5.1 no recipients", "354 go on"])
@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("end", ["554 5.5.1 no valid recipients", "250 ok"])
def test_all_recipients_refused(data, pipelining, end):
    """Also a 354 for nobody: a lone dot (RFC 2920); its 250 sends nothing to anybody."""
    capabilities = ("PIPELINING",) if pipelining else ()
    steps = {"rcpt": In_turn("550 5.1.1 no", "450 4.2.0 later", None)}
    if data:
        steps["data"] = In_turn(data, None)
    steps["end"] = In_turn(end, None) if data == "354 go on" else None
    with Server(steps=steps, capabilities=capabilities) as server:
        with Sender(server.host, server.port) as sender:
            sender.message(1, LETTER)
            sender.job(1, ADDRESSES[:2])
            sender.job(2, ADDRESSES[2:3])
            sender.no_more()
            events = sender.all_events()
    assert kinds(events, 1) == ["refused", "refused"]
    assert [verdict.code for verdict in outcomes(events)[1]] == [550, 450]
    assert {verdict.stage for verdict in outcomes(events)[1]} == {"rcpt"}
    assert kinds(events, 2) == ["sent"] and server.connections == 1
    assert server.got == [(ADDRESSES[2], LETTER)]


def test_mail_goes_out_with_what_follows_it():
    """One round trip for MAIL, RCPT and DATA, but the first of a connection, whose refusal must be heard;
    and not where the server does not take commands ahead."""
    def at_mail(session, _):
        time.sleep(0.3)
        with contextlib.suppress(TimeoutError):
            session.input += session.socket.recv(1 << 16)
        ahead.append(session.input.count(b"RCPT") == 2 and session.input.endswith(b"DATA\r\n"))
    ahead = []
    with Server(steps={"mail": at_mail}) as server:
        assert kinds(run(server, jobs=3, recipients=ADDRESSES[:2]), 3) == ["sent"] * 2
    assert ahead == [False, True, True]
    with Server(steps={"mail": at_mail}, capabilities=()) as server:
        assert kinds(run(server, jobs=2), 2) == ["sent"]
    assert ahead[3:] == [False, False]


@pytest.mark.parametrize("reply, kind", [("553 5.7.1 not you", "refused"), ("451 4.3.0 later", "refused"),
                                         ("530 5.7.0 log in", "untouched"), ("421 4.3.2 bye", "untouched")])
@pytest.mark.parametrize("lax", [False, True])
def test_a_mail_in_vain_is_judged_by_its_own_answer(reply, kind, lax):
    """Not by what is said to the RCPTs that went with it; and nobody gets an empty message of it."""
    with Server(steps={"mail": In_turn(None, reply)}, lax=lax) as server:
        events = run(server, jobs=2, recipients=ADDRESSES[:2])
    assert kinds(events) == ["sent"] * 2 and len(server.got) == 2
    assert kinds(events, 2) == [kind] * 2
    assert {verdict.stage for verdict in outcomes(events)[2]} == {"mail"}


def test_the_first_refusal_is_heard_though_the_server_closes():
    with Server(steps={"mail": Both("554 5.7.1 you are blocked", Drop())}) as server:
        events = run(server, recipients=ADDRESSES[:2])
    assert kinds(events) == ["refused"] * 2 and verdict_of(events).reply.text == "you are blocked"


@pytest.mark.parametrize("step, stage", [("mail", "mail"), ("data", "data"), ("end", "end")])
@pytest.mark.parametrize("reply", ["451 4.3.0 later", "554 5.6.0 never", "552 5.3.4 too big"])
def test_refusal_is_for_all_and_the_next_job_goes_on(step, stage, reply):
    with Server(steps={step: In_turn(reply, None)}) as server:
        events = run(server, jobs=2, recipients=ADDRESSES[:2])
    assert kinds(events, 1) == ["refused", "refused"]
    assert verdict_of(events).stage == stage and verdict_of(events).code == int(reply[:3])
    assert kinds(events, 2) == ["sent", "sent"] and server.connections == 1
    assert gone(events).why == "done"


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_421_is_no_answer_and_closes(step):
    with Server(steps={step: Both("421 4.3.2 going down", Drop())}) as server:
        events = run(server, jobs=3, recipients=ADDRESSES)
    assert kinds(events, 1) == ["untouched"] * 5
    assert sorted(outcomes(events)) == [1]
    assert gone(events).why == "greeting" and gone(events).reply.code == 421
    assert gone(events).reply.enhanced == "4.3.2"
    assert server.got == []


def test_421_at_a_recipient_keeps_what_was_answered():
    with Server(addresses={ADDRESSES[0]: "550 5.1.1 no", ADDRESSES[2]: "421 4.7.0 enough"}) as server:
        events = run(server, recipients=ADDRESSES)
    assert kinds(events) == ["refused"] + ["untouched"] * 4
    assert gone(events).why == "greeting" and server.got == []


def test_421_at_the_end_of_data_is_about_this_message():
    with Server(steps={"end": "421 4.7.0 not now"}) as server:
        events = run(server, jobs=2)
    assert kinds(events, 1) == ["refused"] and verdict_of(events).code == 421
    assert 2 not in outcomes(events) and gone(events).why == "greeting"


@pytest.mark.parametrize("step", ["mail", "rcpt"])
@pytest.mark.parametrize("code", [530, 534, 535, 538])
def test_login_wanted_is_never_a_bounce(step, code):
    with Server(steps={step: f"{code} 5.7.0 authentication required"}) as server:
        events = run(server, jobs=2, recipients=ADDRESSES[:2])
    assert kinds(events) == ["untouched", "untouched"] and 2 not in outcomes(events)
    assert gone(events).why == "login" and gone(events).reply.code == code


# --- connections that break --------------------------------------------------------------------------

BEFORE_END = ["greeting", "ehlo", "mail", "rcpt", "data", "body"]


def check_lost(events, step, server):
    end = gone(events)
    # a reset may come so early that connecting itself is what fails
    assert end.why in ("lost", "connect" if step == "greeting" else "lost"), (end, run.said)
    if step in ("greeting", "ehlo"):
        assert outcomes(events) == {}
    else:
        assert kinds(events) == ["unknown" if step == "end" else "untouched"] * 5
        assert sorted(outcomes(events)) == [1]
    marks = [line for line in run.journal if line.startswith("mark")]
    assert len(marks) == (step == "end")
    assert server.got == []


@pytest.mark.parametrize("capabilities", [("PIPELINING",), ()], ids=["pipelining", "one by one"])
@pytest.mark.parametrize("how", [Drop(), Reset()], ids=["closed", "reset"])
@pytest.mark.parametrize("step", [*BEFORE_END, "end"])
def test_connection_lost_at(step, how, capabilities):
    letter = BIG if step == "body" else LETTER  # a small one may be out before it is seen
    with Server(steps={step: how}, capabilities=capabilities) as server:
        events = run(server, jobs=3, recipients=ADDRESSES, letter=letter)
    check_lost(events, step, server)


@pytest.mark.parametrize("step", [*BEFORE_END, "end"])
def test_hang_at(step):
    letter = BIG if step == "body" else LETTER
    with Server(steps={step: Hang()}, receive_buffer=4096 if step == "body" else None) as server:
        events = run(server, jobs=3, recipients=ADDRESSES, timeout=1, letter=letter)
    check_lost(events, step, server)


@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "rcpt", "data", "end"])
def test_trickle_does_not_stretch_the_limit(step):
    codes = {"greeting": "220", "data": "354"}
    slow = Slow(codes.get(step, "250") + " an octet now and then", 0.25)
    with Server(steps={step: slow}) as server:
        started = time.monotonic()
        events = run(server, recipients=ADDRESSES, timeout=1)
        assert time.monotonic() - started < 5
    server.got.clear()  # the server takes it, and says so too late
    check_lost(events, step, server)


def test_slow_but_in_time_is_good():
    with Server(steps={"rcpt": Slow("250 ok", 0.02), "end": After(1, "250 ok")}) as server:
        assert kinds(run(server, recipients=ADDRESSES, timeout=3)) == ["sent"] * 5


BAD_REPLIES = {
    "words": b"what do you want\r\n",
    "two digits": b"25\r\n",
    "four digits": b"2500 ok\r\n",
    "LF alone": b"250 ok\n250 ok\n250 ok\n",
    "another code in a line": b"250-a\r\n251 b\r\n",
    "too long a line": b"250 " + b"x" * 1100 + b"\r\n",
    "4 MB": b"250-" + b"x" * 60 + b"\r\n" + (b"250-" + b"x" * 60 + b"\r\n") * 62_000,
    "4 MB in a line": b"250 " + b"x" * 4_000_000,
    "NUL": b"250 a\0b\r\n",
    "binary": bytes(range(256)) * 8,
    "1yz": b"150 soon\r\n",
    "6yz": b"650 far out\r\n",
    "354 for RCPT": b"354 go on\r\n",
    "empty line": b"\r\n",
}


@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "rcpt", "data", "end"])
@pytest.mark.parametrize("name", BAD_REPLIES)
def test_bad_reply_is_an_end(step, name):
    """With five recipients pipelined, stock libesmtp crashes at most of these."""
    octets = BAD_REPLIES[name]
    if name == "354 for RCPT" and step == "data":
        octets = b"250 ok\r\n"
    with Server(steps={step: Raw(octets)}) as server:
        events = run(server, jobs=2, recipients=ADDRESSES, timeout=3)
    server.got.clear()
    check_lost(events, step, server)


def test_code_alone_is_a_good_reply():
    with Server(steps={"rcpt": Raw(b"250\r\n"), "end": Raw(b"250-a\r\n250\r\n")}) as server:
        assert kinds(run(server, recipients=ADDRESSES)) == ["sent"] * 5


@pytest.mark.parametrize("octets", [b"2", b"25", b"250", b"250 ok", b"250 ok\r", b"250-ok\r\n"])
def test_answer_to_the_end_cut_off_is_unknown(octets):
    with Server(steps={"end": Both(Raw(octets), Drop())}) as server:
        events = run(server)
    assert kinds(events) == ["unknown"] and gone(events).why == "lost"


def test_stalled_body_never_gets_its_dot():
    """Stock libesmtp goes on after a time-out in the body: a message with holes, accepted."""
    with Server(steps={"body": After(3, None)}, receive_buffer=4096) as server:
        events = run(server, letter=BIG, timeout=1)
        time.sleep(3)
    assert kinds(events) == ["untouched"] and gone(events).why == "lost"
    assert len(server.leftovers) == 1 and server.got == []
    assert BIG.startswith(server.leftovers[0]) and len(server.leftovers[0]) < len(BIG)


def test_block_that_trickles_is_lost():
    def sip(session, _):
        for _ in range(100):
            session.socket.recv(512)
            session.sleep(0.05)
        return Drop()

    with Server(steps={"body": sip}, receive_buffer=4096) as server:
        started = time.monotonic()
        events = run(server, letter=BIG, timeout=1)
        assert time.monotonic() - started < 4
    assert kinds(events) == ["untouched"] and gone(events).why == "lost"


@pytest.mark.parametrize("reply, kind", [("552 5.3.4 too big", "refused"), ("250 ok", "untouched"),
                                         ("451 4.3.0 no room", "refused"),
                                         ("421 4.3.2 bye", "untouched")])
def test_answer_before_the_end_was_sent(reply, kind):
    with Server(steps={"body": Both(reply, After(1, None))}) as server:
        events = run(server, jobs=2, letter=BIG)
    assert kinds(events) == [kind] and server.got == []
    assert gone(events).why == ("greeting" if reply.startswith("421") else "lost")
    assert not any(line.startswith("mark") for line in run.journal)


def test_extra_reply_is_not_taken_for_the_next():
    """One 250 too many would make every later answer stand for the command before it."""
    with Server(steps={"mail": Both("250 ok", "250 ok")}) as server:
        events = run(server, recipients=ADDRESSES)
    server.got.clear()
    assert kinds(events) == ["untouched"] * 5 and gone(events).why == "lost"


def test_losing_one_transaction_leaves_the_ones_before():
    with Server(steps={"end": In_turn(None, None, Drop())}) as server:
        events = run(server, jobs=5)
    assert [kinds(events, job) for job in (1, 2, 3)] == [["sent"], ["sent"], ["unknown"]]
    assert sorted(outcomes(events)) == [1, 2, 3] and gone(events).why == "lost"


# --- greeting and connecting ---------------------------------------------------------------------------

@pytest.mark.parametrize("step, reply", [
    ("greeting", "421 4.3.2 too busy"), ("greeting", "554 5.7.1 no service for you"),
    ("greeting", "521 no mail here"), ("greeting", "220-a\n220-b\n421 c"),
    ("ehlo", "421 4.3.2 too busy"), ("ehlo", "550 5.7.1 who are you"), ("ehlo", "451 later")])
def test_turned_away(step, reply):
    with Server(steps={step: reply}) as server:
        events = run(server)
    if reply.startswith("220-"):  # lines of one reply with two codes: no reply at all
        assert gone(events).why == "lost"
    else:
        assert gone(events).why == "greeting" and gone(events).reply.code == int(reply[:3])
    assert outcomes(events) == {} and not any("MAIL" in line for line in server.commands)


def test_refused_connection():
    class nowhere:
        host, port = "127.0.0.1", refusing_port()
    events = run(nowhere)
    assert [event.kind for event in events] == ["gone"]
    assert gone(events).why == "connect" and "refused" in gone(events).reply.text


def test_connection_that_neither_comes_nor_fails():
    with Blackhole() as hole:
        started = time.monotonic()
        events = run(hole, connect_timeout=1)
        assert time.monotonic() - started < 4
    assert gone(events).why == "connect" and "too long" in gone(events).reply.text


def test_unknown_name():
    class nowhere:
        host, port = "no-such-host.invalid", 25
    events = run(nowhere)
    assert gone(events).why == "connect" and "no-such-host.invalid" in gone(events).reply.text


def with_file(tmp_path, place, content):
    """A prefix of a command that sees another file in /etc; needs root."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("needs root for a file in /etc of its own")
    (tmp_path / "file").write_text(content)
    script = f'mount --bind {tmp_path}/file {place} && exec "$@"'
    return ("unshare", "-m", "sh", "-c", script, "sh")


def test_each_address_in_turn(tmp_path):
    prefix = with_file(tmp_path, "/etc/hosts", "127.0.0.3 relay.test\n127.0.0.1 relay.test\n"
                                               "127.0.0.4 relay.test\n")
    with Server() as server:  # on one of the three
        server.host = "relay.test"
        assert kinds(run(server, prefix=prefix)) == ["sent"]
    assert server.connections == 1


def test_name_server_that_never_answers(tmp_path):
    prefix = with_file(tmp_path, "/etc/resolv.conf",
                       "nameserver 127.0.0.77\noptions timeout:30\n")
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.77", 53))
    with silent, Sender("relay.example.com", 25, connect_timeout=1, prefix=prefix) as sender:
        sender.check()
        started = time.monotonic()
        event = sender.wait_for("gone")
        assert time.monotonic() - started < 5
        assert event.why == "connect" and "in time" in event.reply.text
        assert sender.process.wait(5) == 0


# --- TLS ------------------------------------------------------------------------------------------------

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def tls_server(pair, *, implicit=False, version=None, **options):
    context = server_context(*pair, least=version, most=version)
    return Server(context=context, implicit=implicit, **options)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tls", ["starttls", "implicit", "opportunistic"])
def test_tls(certificates, tls, version):
    with tls_server(certificates.good, implicit=tls == "implicit",
                    version=VERSIONS[version]) as server:
        server.host = "localhost"
        events = run(server, jobs=20, recipients=ADDRESSES, tls=tls, ca_file=certificates.ca)
    assert len(server.got) == 100 and all(message == LETTER for _, message in server.got)
    assert kinds(events, 20) == ["sent"] * 5
    assert server.tls_versions == ["TLSv" + version] and server.server_names == ["localhost"]
    hellos = [line for line in server.commands if line.startswith("EHLO")]
    assert len(hellos) == (1 if tls == "implicit" else 2)  # EHLO anew (RFC 3207 §4.2)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_tls_to_an_address_without_name(certificates, tls):
    with tls_server(certificates.good, implicit=tls == "implicit") as server:
        assert kinds(run(server, tls=tls, ca_file=certificates.ca)) == ["sent"]
    assert server.server_names == [None]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_big_message_over_tls(certificates, tls):
    with tls_server(certificates.good, implicit=tls == "implicit") as server:
        events = run(server, letter=BIG, tls=tls, ca_file=certificates.ca)
    assert kinds(events) == ["sent"] and server.got == [(ADDRESSES[0], BIG)]


def test_many_tls_sessions_none_hangs(certificates):
    """libesmtp's own STARTTLS with TLS 1.3 locks up in three of four runs like this."""
    with tls_server(certificates.good, version=VERSIONS["1.3"]) as server:
        for _ in range(24):
            assert kinds(run(server, jobs=2, tls="starttls", ca_file=certificates.ca), 2) == ["sent"]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("which, words", [
    ("wrong", "name|IP address mismatch|ostname mismatch"), ("common_name", "mismatch"),
    ("expired", "expired"), ("self_signed", "self-signed"), ("no_ca", "issuer|self-signed"),
    ("missing_ca", "no certificate")])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_certificate_refused(certificates, tls, which, words, host, tmp_path):
    pair = getattr(certificates, which, certificates.good)
    ca_file = {"no_ca": None, "missing_ca": tmp_path / "none.pem"}.get(which, certificates.ca)
    with tls_server(pair, implicit=tls == "implicit") as server:
        server.host = host
        events = run(server, tls=tls, ca_file=ca_file)
    assert gone(events).why == "tls" and outcomes(events) == {}
    assert any(word in gone(events).reply.text for word in words.split("|")), gone(events).reply
    assert not any("MAIL" in line for line in server.commands)


def test_starttls_required_but_not_offered():
    with Server() as server:
        events = run(server, tls="starttls")
    assert gone(events).why == "tls" and "MAIL" not in " ".join(server.commands)


@pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", "502 5.5.1 no"])
def test_starttls_refused(certificates, reply):
    server = tls_server(certificates.good, steps={"starttls": Both(reply, Drop())})
    with server:
        events = run(server, tls="starttls", ca_file=certificates.ca)
    assert gone(events).why == "tls" and gone(events).reply.code == int(reply[:3])
    assert "MAIL" not in " ".join(server.commands)


@pytest.mark.parametrize("tls", ["starttls", "opportunistic"])
def test_octets_in_clear_after_starttls_are_refused(certificates, tls):
    injected = Raw(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")
    with tls_server(certificates.good, steps={"starttls": injected}) as server:
        events = run(server, tls=tls, ca_file=certificates.ca)
    assert gone(events).why == "tls" and "clear" in gone(events).reply.text
    assert outcomes(events) == {}


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_handshake_that_hangs(certificates, tls):
    steps = {"starttls": Both("220 go", Hang())}
    if tls == "implicit":
        with Server(steps={"greeting": Hang()}) as server:
            events = run(server, tls=tls, connect_timeout=1)
    else:
        with tls_server(certificates.good, steps=steps) as server:
            events = run(server, tls=tls, ca_file=certificates.ca, connect_timeout=1)
    assert gone(events).why == "tls" and "too long" in gone(events).reply.text


def test_opportunistic_without_offer():
    with Server() as server:
        assert kinds(run(server, tls="opportunistic")) == ["sent"]


def test_opportunistic_takes_any_certificate(certificates):
    with tls_server(certificates.self_signed) as server:
        assert kinds(run(server, tls="opportunistic")) == ["sent"]
    assert server.tls_versions and server.connections == 1


def test_opportunistic_goes_on_in_clear_after_454(certificates):
    def refuse(session, _):
        session.send(b"454 4.7.0 not now\r\n")
        session.tls = True  # it does not shake hands, and does not offer it again
        return Raw(b"")

    with tls_server(certificates.good, steps={"starttls": refuse}) as server:
        assert kinds(run(server, tls="opportunistic")) == ["sent"]
    assert server.connections == 1 and server.tls_versions == []


def test_opportunistic_goes_on_in_clear_after_a_bad_handshake(certificates):
    broken = Both("220 go", After(0.2, Both(Raw(b"not TLS at all\r\n"), Drop())))
    with tls_server(certificates.good, steps={"starttls": broken}) as server:
        assert kinds(run(server, tls="opportunistic")) == ["sent"]
    assert server.connections == 2 and server.tls_versions == []


@pytest.mark.parametrize("step", ["rcpt", "data", "body", "end"])
def test_connection_lost_under_tls(certificates, step):
    with tls_server(certificates.good, steps={step: Drop()}) as server:
        events = run(server, jobs=2, recipients=ADDRESSES, tls="starttls",
                     ca_file=certificates.ca, letter=BIG if step == "body" else LETTER)
    check_lost(events, step, server)


# --- login ----------------------------------------------------------------------------------------------

USERS = {"office": "pass word:密"}
LOGIN = {"user": "office", "password": "pass word:密"}


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN PLAIN", "PLAIN", "LOGIN",
                                        "NTLM CRAM-MD5 LOGIN"])
@pytest.mark.parametrize("tls", ["none", "starttls", "implicit"])
def test_login(certificates, mechanisms, tls):
    context = server_context(*certificates.good) if tls != "none" else None
    with Server(users=USERS, mechanisms=mechanisms, context=context,
                implicit=tls == "implicit") as server:
        events = run(server, jobs=2, tls=tls, ca_file=certificates.ca, **LOGIN)
    assert kinds(events, 2) == ["sent"] and len(server.logins) == 1
    assert server.logins[0][0] in mechanisms and server.logins[0][1:] == tuple(LOGIN.values())


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "PLAIN", "LOGIN"])
@pytest.mark.parametrize("reply", [None, "535 5.7.8 wrong", "454 4.7.0 later", "534 5.7.9 weak"])
def test_refused_login_ends_it(mechanisms, reply):
    with Server(users={}, mechanisms=mechanisms, steps={"auth": reply}) as server:
        events = run(server, **LOGIN)
    assert gone(events).why == "login" and outcomes(events) == {}
    assert gone(events).reply.code == int((reply or "535")[:3])
    assert not any("MAIL" in line for line in server.commands)
    for form in (LOGIN["password"], base64.b64encode(LOGIN["password"].encode()).decode(),
                 base64.b64encode("\0{user}\0{password}".format(**LOGIN).encode()).decode()):
        assert form not in run.said
    assert "AUTH" in run.said  # the transcript says that it was tried


@pytest.mark.parametrize("mechanisms", [None, "CRAM-MD5", "NTLM", "../../../tmp/x"])
def test_login_that_is_not_offered(mechanisms):
    with Server(users=USERS if mechanisms else None, mechanisms=mechanisms) as server:
        events = run(server, **LOGIN)
    assert gone(events).why == "login" and server.logins == []
    assert not any("MAIL" in line or "AUTH" in line for line in server.commands)


def test_no_password_in_clear():
    host = own_address()
    if not host:
        pytest.skip("this machine has loopback alone")
    with Server(host=host, users=USERS) as server:
        events = run(server, **LOGIN)
    assert gone(events).why == "login" and "TLS" in gone(events).reply.text
    assert server.logins == [] and not any("AUTH" in line for line in server.commands)


def test_no_password_to_an_unverified_server(certificates):
    host = own_address()
    if not host:
        pytest.skip("this machine has loopback alone")
    with Server(host=host, users=USERS, context=server_context(*certificates.self_signed)) as server:
        events = run(server, tls="opportunistic", **LOGIN)
    assert gone(events).why == "login" and server.logins == []


@pytest.mark.parametrize("step", ["auth", "auth_line"])
@pytest.mark.parametrize("how", [Drop(), Hang(), Raw(b"nonsense\r\n")], ids=["closed", "hang", "bad"])
def test_lost_while_logging_in(step, how):
    with Server(users=USERS, mechanisms="LOGIN", steps={step: how}) as server:
        events = run(server, timeout=1, **LOGIN)
    assert gone(events).why == "lost" and outcomes(events) == {}


# --- what we are given ------------------------------------------------------------------------------------

DIRTY = {
    "lone CR": LETTER + b"a\rb\r\n",
    "lone LF": LETTER + b"a\nb\r\n",
    "NUL": LETTER + b"a\0b\r\n",
    "line over 998": LETTER + b"x" * 999 + b"\r\n",
    "dot at a line's start": LETTER + b".\r\n",
    "smuggled end": LETTER + b"\n.\r\nMAIL FROM:<x@example.org>\r\n",
    "no CRLF at the end": LETTER + b"x",
    "8 bit": LETTER + "汉".encode() + b"\r\n",
    "no end of header": HEADER,
    "no header": b"\r\n" + BODY,
    "empty": b"",
    "no Date": LETTER.replace(b"Date:", b"X-Date:"),
    "no From": LETTER.replace(b"From:", b"X-From:"),
    "no Message-ID": LETTER.replace(b"Message-ID:", b"X-ID:"),
    "two To": b"To: x@example.org\r\n" + LETTER,
    "two From": b"From: x@example.org\r\n" + LETTER,
    "two Date": b"Date: Thu, 16 Nov 2023 09:30:00 +0800\r\n" + LETTER,
    "Return-Path": b"Return-Path: <x@example.org>\r\n" + LETTER,
    "Bcc": b"Bcc: x@example.org\r\n" + LETTER,
}


@pytest.mark.parametrize("name", DIRTY)
def test_message_that_is_not_clean_is_not_sent(name):
    with Server() as server:
        events = run(server, jobs=2, letter=DIRTY[name])
    assert [event.kind for event in events] == ["gone"]
    assert gone(events).why == "ours" and gone(events).job == 1 and gone(events).reply.text
    assert server.connections == 0


@pytest.mark.parametrize("personal", ["To: a@example.org\r\n\r\nbody", "To: a@example.org\r\n\r\n",
                                      "\r\n", "To: a@example.org", "To: a@example.org\n",
                                      "To: a\r\nto: b\r\n", "no field\r\n", " folded: first\r\n",
                                      "Bcc: b@example.org\r\n", "To: 汉\r\n", ".x: y\r\n"])
def test_personal_header_that_is_none(personal):
    with Server() as server, Sender(server.host, server.port) as sender:
        sender.message(1, LETTER)
        sender.job(1, ADDRESSES[:1])
        sender.job(2, ADDRESSES[1:2], personal=personal)
        sender.no_more()
        events = sender.all_events()
    assert kinds(events, 1) == ["sent"] and 2 not in outcomes(events)
    assert gone(events).why == "ours" and gone(events).job == 2
    assert server.recipients() == ADDRESSES[:1]


@pytest.mark.parametrize("address", ["a@b.example>\r\nRCPT TO:<c@d.example", "张@example.org",
                                     "x" * 65 + "@example.org", "a@" + "d" * 300 + ".org",
                                     "no-at", "", "a@b\0.example"])
@pytest.mark.parametrize("where", ["recipient", "mail_from"])
def test_address_that_is_none_never_reaches_the_wire(address, where):
    with Server() as server, Sender(server.host, server.port) as sender:
        sender.message(1, LETTER)
        if where == "recipient":
            sender.job(1, [ADDRESSES[0], address])
        else:
            sender.job(1, ADDRESSES[:1], mail_from=address)
        events = sender.all_events()
    assert gone(events).why == "ours" and server.connections == 0


def test_chinese_domain_goes_as_a_labels():
    with Server() as server:
        run(server, recipients=["a@例子.example"])
    assert server.recipients() == ["a@xn--fsqu00a.example"]


@pytest.mark.parametrize("octets, fds", [(b"", 1), (b"x", 0), (b"\xf1", 0), (b"\xf1\x09", 0),
                                         (b"\xf1\x03", 1), (b"\xf1\x01" + b"\0" * 8, 0),
                                         (b"\xf1\x01" + b"\0" * 8, 2), (b"\xf1\x01" + b"\0" * 8, 12),
                                         (b"\xf1\x02" + b"\xff" * 40, 0)])
def test_broken_order(octets, fds):
    with Server() as server, Sender(server.host, server.port) as sender:
        file = os.open("/dev/null", os.O_RDONLY)
        try:
            sender.send(octets, [file] * fds)
            sender.no_more()
            events = sender.all_events()
        finally:
            os.close(file)
    assert gone(events).why == ("done" if octets == b"" else "ours") and server.connections == 0


def test_job_without_its_message():
    with Server() as server, Sender(server.host, server.port) as sender:
        sender.job(7, ADDRESSES[:1], issue=9)
        assert gone(sender.all_events()).why == "ours"
    assert server.connections == 0


# --- the process --------------------------------------------------------------------------------------------

def test_sigterm_finishes_the_transaction():
    with Server(steps={"end": After(1, None)}) as server:
        with Sender(server.host, server.port) as sender:
            sender.message(1, LETTER)
            sender.job(1, ADDRESSES[:1])
            sender.job(2, ADDRESSES[1:2])
            sender.wait_for_mark()
            sender.terminate()
            events = sender.all_events()
    assert kinds(events, 1) == ["sent"] and 2 not in outcomes(events)
    assert gone(events).why == "done" and server.recipients() == ADDRESSES[:1]


@pytest.mark.parametrize("step", ["greeting", "ehlo"])
def test_sigterm_before_any_transaction_ends_at_once(step):
    with Server(steps={step: Hang()}) as server:
        with Sender(server.host, server.port, timeout=60) as sender:
            sender.message(1, LETTER)
            sender.job(1, ADDRESSES[:1])
            while server.connections == 0:
                time.sleep(0.05)
            time.sleep(0.2)
            sender.terminate()
            started = time.monotonic()
            assert gone(sender.all_events()).why == "done"
            assert time.monotonic() - started < 2


def test_sigterm_while_connecting():
    with Blackhole() as hole, Sender(hole.host, hole.port, connect_timeout=60) as sender:
        sender.check()
        time.sleep(0.5)
        sender.terminate()
        assert sender.wait_for("gone", 3).why == "done"


def test_sigterm_while_waiting_for_work():
    with Server() as server, Sender(server.host, server.port) as sender:
        time.sleep(0.3)
        sender.terminate()
        assert gone(sender.all_events(5)).why == "done"


def test_daemon_that_dies_leaves_a_journal():
    with Server(steps={"end": After(1, None)}) as server:
        with Sender(server.host, server.port) as sender:
            sender.message(1, LETTER)
            sender.job(1, ADDRESSES[:2], first_delivery=41)
            sender.wait_for_mark()
            sender.socket.close()
            assert sender.process.wait(10) == 0
            journal = sender.journal_lines()
    assert server.recipients() == ADDRESSES[:2] and server.commands[-1] == "QUIT"
    assert journal[0] == "mark 1 2 41 42 ." and len(journal) == 3
    assert journal[1].startswith("verdict 1 41 sent ")


def test_killed_sender_leaves_a_mark():
    with Server(steps={"end": Hang()}) as server:
        with Sender(server.host, server.port) as sender:
            sender.message(1, LETTER)
            sender.job(1, ADDRESSES[:1], first_delivery=41)
            sender.wait_for_mark()
            sender.process.send_signal(signal.SIGKILL)
            sender.process.wait()
            assert sender.journal_lines() == ["mark 1 1 41 ."]
            assert sender.event().kind == "ready" and sender.event() is None


def test_killed_before_the_end_leaves_nothing():
    with Server(steps={"body": Hang()}) as server:
        with Sender(server.host, server.port) as sender:
            sender.message(1, BIG)
            sender.job(1, ADDRESSES[:1])
            sender.wait_for("ready")
            time.sleep(0.3)
            sender.process.send_signal(signal.SIGKILL)
            sender.process.wait()
            assert sender.journal_lines() == []


def test_journal_that_is_full_keeps_the_end_back():
    with Server(steps={"body": After(0, None)}) as server:
        with Sender(server.host, server.port,
                    prefix=("sh", "-c", 'exec "$0" 4>/dev/full')) as sender:
            sender.message(1, LETTER)
            sender.job(1, ADDRESSES[:1])
            sender.job(2, ADDRESSES[1:2])
            events = sender.all_events()
        time.sleep(0.2)
    assert kinds(events) == ["untouched"] and 2 not in outcomes(events)
    assert gone(events).why == "ours" and "journal" in gone(events).reply.text
    assert server.got == [] and server.leftovers == [LETTER]


def test_sender_is_locked_in():
    with Server(steps={"end": Hang()}) as server, Sender(server.host, server.port) as sender:
        sender.message(1, LETTER)
        sender.job(1, ADDRESSES[:1])
        sender.wait_for_mark()
        status = open(f"/proc/{sender.process.pid}/status").read()
        limits = open(f"/proc/{sender.process.pid}/limits").read()
        assert "NoNewPrivs:\t1" in status and "Threads:\t1" in status
        assert any(line.split()[4:6] == ["0", "0"] for line in limits.splitlines()
                   if line.startswith("Max core file size"))


def test_no_relay_order_is_an_error():
    process = subprocess.run([Sender.__init__.__globals__["BUILD"] / "fensong-sender"],
                             capture_output=True, timeout=10)
    assert process.returncode != 0 and process.stderr


# --- speed, to look at -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("size", [1, 100], ids=["one recipient", "100 recipients"])
def test_throughput_against_smtp_sink(size):
    sink = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    if not os.path.exists(sink):
        pytest.skip("postfix's smtp-sink is not here")
    port = refusing_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([sink, *user, f"127.0.0.1:{port}", "100"])
    letter = HEADER + b"\r\n" + (b"x" * 76 + b"\r\n") * 650  # 50 KiB
    jobs = 1000 if size == 1 else 200
    try:
        time.sleep(0.5)
        with Sender("127.0.0.1", port, messages_per_connection=10_000) as sender:
            sender.message(1, letter)
            recipients = [f"r{i}@example.org" for i in range(size)]
            started, finished, given = time.monotonic(), 0, 0
            while finished < jobs:
                while given < jobs and given - finished < 8:
                    given += 1
                    sender.job(given, recipients)
                event = sender.event()
                if event.kind == "outcome":
                    assert {verdict.kind for verdict in event.verdicts} == {"sent"}
                    finished += 1
            took = time.monotonic() - started
            sender.no_more()
            sender.all_events()
        print(f"\n{jobs / took:,.0f} messages/s, {jobs * size / took:,.0f} recipients/s, "
              "one connection, 50 KiB")
    finally:
        process.terminate()
        process.wait()
