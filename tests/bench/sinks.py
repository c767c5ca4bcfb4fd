"""The servers that take everything: Postfix's smtp-sink, and our own that is not the limit (sink.c)."""
import contextlib
import os
import signal
import socket
import subprocess
import time
from typing import NamedTuple

import processes


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port):
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), 0.2):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


class SmtpSink:
    """Postfix's own; counts nothing."""
    name = "smtp-sink"

    def __init__(self):
        self.port = free_port()
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(["/usr/sbin/smtp-sink", *user, f"127.0.0.1:{self.port}", "1000"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Counts(NamedTuple):
    messages: int
    recipients: int
    octets: int
    first: float    # when the first RCPT came, time.monotonic(); 0: never
    last: float     # when the last message was taken


class FastSink:
    """sink.c. With log: a file that gets a line "MICROSECONDS ADDRESS" for each recipient."""
    name = "fast sink"

    def __init__(self, build, log=None):
        words = [build / "tests/bench/sink", *(["--log", log] if log else [])]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def counts(self):
        self.process.send_signal(signal.SIGUSR1)
        *numbers, first, last = map(int, self.process.stdout.readline().split())
        return Counts(*numbers, first / 1e6, last / 1e6)

    def wait(self, recipients, seconds=900):
        """The counts once so many have come."""
        end = time.monotonic() + seconds
        while (counts := self.counts()).recipients < recipients:
            if time.monotonic() > end:
                raise SystemExit(f"only {counts.recipients} of {recipients} recipients came in {seconds} s")
            time.sleep(0.005)
        return counts

    def cpu(self):
        return processes.cpu_of_one(self.process.pid)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def smtp_sink():
    return contextlib.closing(SmtpSink())


def fast_sink(build, log=None):
    return contextlib.closing(FastSink(build, log))
