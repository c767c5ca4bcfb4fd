"""How fast deliveries go out, beside smtp-source to the same server in the same minute."""
import sinks
import table
from office import Office, Publication
from yardstick import MESSAGE, smtp_source

CONNECTIONS = 8


class Measured:
    """One thing measured in several rounds, smtp-source and we in turn."""

    def __init__(self):
        self.ours, self.theirs, self.cpu = [], [], []

    @property
    def ratio(self):
        return table.median(ours / theirs for ours, theirs in zip(self.ours, self.theirs))

    def __str__(self):
        return (f"{table.spread(self.ours)}/s; smtp-source {table.spread(self.theirs)}/s; "
                f"CPU {table.median(self.cpu):.3f} ms each")


def one_round(run, measured, sink, publication, after_source=lambda: None):
    each = 1 if publication.personal else 100
    measured.theirs.append(smtp_source(sink.port, publication.recipients // each, each, CONNECTIONS))
    after_source()
    with Office(run, sink.port, publication, connections=CONNECTIONS).start() as office:
        office.drop(publication)
        measured.ours.append(publication.recipients / office.wait_sent(publication))
        measured.cpu.append(office.stop() * 1000 / publication.recipients)


def against_smtp_sink(run, publication):
    measured = Measured()
    with sinks.smtp_sink() as sink:
        for _ in range(run.rounds):
            one_round(run, measured, sink, publication)
    return measured


def personal(run):
    n = run.scaled(20000)
    measured = against_smtp_sink(run, Publication(n, personal=True))
    yield table.at_least(f"personal, {n:,}, to smtp-sink: share of smtp-source", str(measured),
                         measured.ratio, 1.0)


def batched(run):
    n = run.scaled(100000)
    measured = against_smtp_sink(run, Publication(n, personal=False))
    yield table.at_least(f"batched, {n:,}, 100 a message, to smtp-sink: share of smtp-source", str(measured),
                         measured.ratio, 1.8)


def sink_share(run, sink, publication):
    """How much of a core the sink used while we sent, and the octets of a message of ours."""
    before, start = sink.counts(), sink.cpu()
    with Office(run, sink.port, publication, connections=CONNECTIONS).start() as office:
        office.drop(publication)
        seconds = office.wait_sent(publication)
    after = sink.counts()
    octets, messages = after.octets - before.octets, after.messages - before.messages
    return (sink.cpu() - start) / seconds, octets / messages


def fast(run):
    n = run.scaled(20000)
    publication, measured = Publication(n, personal=True), Measured()
    with sinks.fast_sink(run.build) as sink:
        for _ in range(run.rounds):
            one_round(run, measured, sink, publication)
        share, octets = sink_share(run, sink, publication)
    yield table.at_least(f"personal, {n:,}, to the fast sink: share of smtp-source", str(measured),
                         measured.ratio, 0.65)
    yield table.at_most("CPU of all our processes a personal message", "daemon, senders and intake, start to end",
                        table.median(measured.cpu), 0.12, "{:.3f} ms")
    yield table.Row("is the fast sink the limit?",
                    f"it used {share:.0%} of a core while we sent; a message of ours has {octets:,.0f} "
                    f"octets, smtp-source's {MESSAGE:,}")
