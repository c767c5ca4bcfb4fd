"""The daemon's side of the socket to a sender: src/smtp/job.c in Python, for tests."""
import contextlib
import fcntl
import os
import signal
import socket
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

BUILD = Path(os.environ.get("FENSONG_BUILD", "build")).resolve()

RELAY, MESSAGE, JOB, CHECK = range(4)
EVENTS = ["ready", "outcome", "gone"]
VERDICTS = ["sent", "refused", "untouched", "unknown"]
STAGES = ["connect", "login", "mail", "rcpt", "data", "end"]
WHYS = ["done", "connect", "greeting", "tls", "login", "lost", "ours"]
TLS = ["none", "starttls", "opportunistic", "implicit"]
NONE = 0xFFFFFFFF


def text(value):
    if value is None:
        return struct.pack("<I", NONE)
    octets = value.encode() if isinstance(value, str) else value
    return struct.pack("<I", len(octets)) + octets


class Reader:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def number(self, form):
        (value,) = struct.unpack_from("<" + form, self.octets, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def text(self):
        length = self.number("I")
        if length == NONE:
            return None
        self.at += length
        return self.octets[self.at - length:self.at].decode()

    def reply(self):
        return SimpleNamespace(code=self.number("H"), enhanced=self.text(), text=self.text())


def decode_event(octets):
    reader = Reader(octets)
    assert reader.number("B") == 0xE1
    event = SimpleNamespace(kind=EVENTS[reader.number("B")], job=reader.number("Q"))
    event.why = WHYS[reader.number("B")]
    event.capabilities, event.size_max = reader.number("I"), reader.number("Q")
    event.reply = reader.reply()
    replies = [reader.reply() for _ in range(reader.number("H"))]
    event.verdicts = []
    for _ in range(reader.number("I")):
        delivery, kind, stage = reader.number("Q"), reader.number("B"), reader.number("B")
        index = reader.number("H")
        reply = replies[index] if index != 0xFFFF else None
        event.verdicts.append(SimpleNamespace(delivery=delivery, kind=VERDICTS[kind],
                                              stage=STAGES[stage], reply=reply,
                                              code=reply.code if reply else 0))
    assert reader.at == len(octets)
    return event


class Sender:
    """A running fensong-sender. Use as a context manager; what is left is killed at its end."""

    def __init__(self, host, port, *, tls="none", ca_file=None, user=None, password=None,
                 hostname="client.example.org", messages_per_connection=1000, connect_timeout=5.0,
                 timeout=5.0, program=None, prefix=()):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.journal = Path(tempfile.mkstemp(prefix="journal-")[1])
        journal = os.open(self.journal, os.O_WRONLY | os.O_APPEND)
        # out of the way of 3 and 4, which they become in the child
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 50) for fd in (theirs.fileno(), journal)]
        self.stderr = tempfile.TemporaryFile()

        def take_places():
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen([*prefix, program or BUILD / "fensong-sender"],
                                        preexec_fn=take_places, pass_fds=(3, 4),
                                        stderr=self.stderr)
        for fd in (*high, journal):
            os.close(fd)
        theirs.close()
        self.send(struct.pack("<BB", 0xF1, RELAY) + text(host) + text(ca_file and str(ca_file))
                  + text(user) + text(password) + text(hostname)
                  + struct.pack("<HBIqq", port, TLS.index(tls), messages_per_connection,
                                int(connect_timeout * 1e6), int(timeout * 1e6)))

    def send(self, octets, fds=()):
        # A sender that has ended takes no more; what it told is still to be read, as the daemon does.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self.socket, [octets], list(fds))

    def message(self, issue, octets):
        with tempfile.TemporaryFile() as file:
            file.write(octets)
            file.flush()
            self.send(struct.pack("<BBq", 0xF1, MESSAGE, issue), [file.fileno()])

    def job(self, number, recipients, *, issue=1, mail_from="weekly@example.org", personal="",
            first_delivery=None):
        first = number * 1000 if first_delivery is None else first_delivery
        octets = struct.pack("<BBQq", 0xF1, JOB, number, issue) + text(mail_from) + text(personal)
        octets += struct.pack("<I", len(recipients))
        for i, recipient in enumerate(recipients):
            octets += struct.pack("<q", first + i) + text(recipient)
        self.send(octets)

    def check(self):
        self.send(struct.pack("<BB", 0xF1, CHECK))

    def no_more(self):
        self.socket.shutdown(socket.SHUT_WR)

    def event(self, timeout=30):
        """The next one; None: it has ended."""
        self.socket.settimeout(timeout)
        octets = self.socket.recv(1 << 20)
        return decode_event(octets) if octets else None

    def wait_for(self, kind, timeout=30):
        while True:
            event = self.event(timeout)
            assert event, f"ended before {kind}; {self.said()}"
            if event.kind == kind:
                return event

    def all_events(self, timeout=30):
        """Up to its end; it must end by itself, with 0."""
        events = []
        while event := self.event(timeout):
            events.append(event)
        assert self.process.wait(timeout) == 0, self.said()
        return events

    def said(self):
        self.stderr.seek(0)
        return self.stderr.read().decode(errors="replace")

    def journal_lines(self):
        return [line for line in self.journal.read_text().split("\n") if line]

    def wait_for_mark(self, timeout=30):
        """Until an end of data goes out."""
        until = time.monotonic() + timeout
        while not any(line.startswith("mark ") for line in self.journal_lines()):
            assert time.monotonic() < until, self.said()
            time.sleep(0.01)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.socket.close()
        self.journal.unlink(missing_ok=True)
        self.stderr.close()


def outcomes(events):
    """Job to its verdicts."""
    return {event.job: event.verdicts for event in events if event.kind == "outcome"}


def gone(events):
    assert events and events[-1].kind == "gone", events
    return events[-1]
