"""One issue for 1,000,000: its acceptance while another issue is being sent, what people then ask, and the
memory while it is sent."""
import dataclasses
import http.client
import os
import socket
import threading
import time

import processes
import sinks
import table
from office import Office, Publication

OTHER_RATE = 500        # of the issue that goes out meanwhile, recipients a second
OTHER_DOMAIN = "other.example"
OTHER = 'domains = ( {{ domains = [ "{domain}" ]; rate = "{rate}/s"; }} );'


class ControlConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


class Prober(threading.Thread):
    """Asks fensongd something small again and again: an answer waits for the turn of the loop it came in."""

    def __init__(self, office):
        super().__init__(daemon=True)
        self.path, self.longest, self.ends = office.home / "state/control", 0, False

    def run(self):
        while not self.ends:
            asked = time.monotonic()
            connection = ControlConnection(self.path)
            connection.request("GET", "/v1/suppressions")
            connection.getresponse().read()
            connection.close()
            self.longest = max(self.longest, time.monotonic() - asked)
            time.sleep(0.01)

    def end(self):
        self.ends = True
        self.join()
        return self.longest


@dataclasses.dataclass
class Figures:
    accepted: float = 0         # seconds from settled to in the queue
    queue: float = 0            # MB
    gap: float = 0              # the longest in the other issue's deliveries, seconds
    answer: float = 0           # the longest wait for one
    peak_accepting: float = 0   # MiB
    status: float = 0           # seconds
    recipients: float = 0
    daemon: float = 0           # MiB while sending
    sender: float = 0
    rate: float = 0             # recipients a second
    other: int = 0


def longest_gap(log, begin, end):
    """Seconds between the other issue's messages that the sink took in that time, its ends included; and
    how many they are."""
    with open(log) as lines:
        times = [int(when) / 1e6 for when, address in map(str.split, lines) if address.endswith(OTHER_DOMAIN)]
    times = [begin, *(moment for moment in times if begin <= moment <= end), end]
    return max(later - earlier for earlier, later in zip(times, times[1:])), len(times) - 2


def accept(office, big, other, log, figures):
    office.drop(other)
    office.wait_accepted(other)
    time.sleep(1)               # it is under way
    prober = Prober(office)
    prober.start()
    dropped = office.drop(big)
    accepted = office.wait_accepted(big)
    office.command("hold", big.issue)
    figures.accepted, figures.answer = accepted - dropped, prober.end()
    figures.gap, figures.other = longest_gap(log, dropped, accepted)
    figures.queue = office.queue_size()
    figures.peak_accepting = processes.peak_memory(office.daemon.pid)


def seconds_of(office, *words):
    start = time.monotonic()
    office.command(*words)
    return time.monotonic() - start


def ask(office, big, figures):
    figures.status = table.median(seconds_of(office, "status", "--json") for _ in range(5))
    figures.recipients = seconds_of(office, "recipients", big.issue, "--csv")


def send(office, big, figures):
    """From its release to its end; a sender's peak is looked at while it runs, each 50 ms."""
    peak = [0.0]
    processes.forget_peak(office.daemon.pid)
    left, start = big.recipients - office.row(big)[0], time.time()
    office.command("release", big.issue)
    office.wait_sent(big, lambda: peak.extend(map(processes.peak_memory, office.senders())))
    figures.rate = left / (office.row(big)[2] - start)
    figures.daemon, figures.sender = processes.peak_memory(office.daemon.pid), max(peak)


def one_round(run, n, other_recipients):
    figures, log = Figures(), run.folder / "million.log"
    big = Publication(n, personal=False)
    other = Publication(other_recipients, personal=True, id="letters", name="科技快报", domain=OTHER_DOMAIN,
                        number=26)
    slowly = OTHER.format(domain=OTHER_DOMAIN, rate=OTHER_RATE)
    with sinks.fast_sink(run.build, log) as sink, \
            Office(run, sink.port, big, other, more=slowly).start() as office:
        accept(office, big, other, log, figures)
        ask(office, big, figures)
        send(office, big, figures)
    os.unlink(log)
    return figures


# Each: what it is, its name in Figures, in what it is shown, the bar.
SHOWN = (
    ("accept {n:,}, another issue going out: settled → durable", "accepted", "{:.1f} s", 6),
    ("its queue, the log with it", "queue", "{:.0f} MB", 250),
    ("memory of fensongd till then, at its peak", "peak_accepting", "{:.0f} MiB", None),
    ("meanwhile: the other issue's deliveries at the sink", "other", "{:,.0f}", None),
    ("meanwhile: the longest gap in them", "gap", "{:.3f} s", 0.2),
    ("meanwhile: the longest wait for fensongd's loop, asked each 10 ms", "answer", "{:.3f} s", 0.2),
    ("`status` while {n:,} are queued", "status", "{:.3f} s", 0.1),
    ("`recipients --csv` of all {n:,}", "recipients", "{:.1f} s", None),
    ("send {n:,}, batched, 8 connections, recipients a second", "rate", "{:,.0f}", None),
    ("memory of fensongd while they are sent, at its peak", "daemon", "{:.0f} MiB", 64),
    ("memory of a sender, the largest of 8 at its peak", "sender", "{:.1f} MiB", 16),
)


def accept_and_send(run):
    n = run.scaled(1000000)
    rounds = [one_round(run, n, OTHER_RATE * 60) for _ in range(run.rounds)]
    for work, name, form, bar in SHOWN:
        values = [getattr(figures, name) for figures in rounds]
        told = table.spread(values, form)
        yield (table.Row(work.format(n=n), told) if bar is None else
               table.at_most(work.format(n=n), told, table.median(values), bar, form))
