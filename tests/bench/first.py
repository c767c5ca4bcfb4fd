"""How long an issue that has settled takes to its first RCPT, and how many commits it costs."""
import signal
import subprocess

import sinks
import table
from office import Office, Publication


def seconds_to_first(run, publication):
    with sinks.fast_sink(run.build) as sink, Office(run, sink.port, publication).start() as office:
        dropped = office.drop(publication)
        return sink.wait(publication.recipients).first - dropped


def first_rcpt(run):
    n = run.scaled(10000)
    for personal in (True, False):
        seconds = [seconds_to_first(run, Publication(n, personal)) for _ in range(run.rounds)]
        yield table.at_most(f"settled → first RCPT, {n:,} {'personal' if personal else 'batched'}",
                            table.spread(seconds, "{:.3f}") + " s", table.median(seconds), 1, "{:.2f} s")


def commits_each(run, publication):
    """Calls of fdatasync a recipient, all of fensongd's: in WAL mode with FULL one for each commit."""
    with sinks.fast_sink(run.build) as sink, Office(run, sink.port, publication).start() as office:
        trace = office.home / "trace"
        tracer = subprocess.Popen(["strace", "-c", "-e", "trace=fdatasync", "-o", trace,
                                   "-p", str(office.daemon.pid)], stderr=subprocess.PIPE)
        tracer.stderr.readline()        # "Process N attached"
        office.drop(publication)
        office.wait_sent(publication)
        tracer.send_signal(signal.SIGINT)
        tracer.communicate()
        calls = [line.split() for line in trace.read_text().splitlines()]
    syncs = sum(int(words[3]) for words in calls if words and words[-1] == "fdatasync")
    return syncs / publication.recipients


def commits(run):
    """Counted once: they are no times."""
    for n, personal, bar in ((run.scaled(20000), True, 0.05), (run.scaled(100000), False, 0.002)):
        yield table.at_most(f"commits a recipient, {n:,} {'personal' if personal else 'batched'}",
                            "fdatasync of fensongd, acceptance included",
                            commits_each(run, Publication(n, personal)), bar, "{:.4f}")
