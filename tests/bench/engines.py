"""We and other list engines, each to a fresh fast sink: from the start of the command that takes the
message in to the last recipient at the sink, acceptance included, everything durable. For us the start of
fensongd itself is in it too; Postfix's and Exim's daemons are up before."""
import time

import peer_exim
import peer_mlmmj
import peer_postfix
import sinks
import table
from office import Office, Publication
from yardstick import MESSAGE

LINE = b"x" * 75 + b"\n"
HEADERS = (b"From: weekly@example.org\nTo: weekly@example.org\nSubject: weekly\n"
           b"Message-ID: <1@example.org>\n\n")


def message():
    return HEADERS + LINE * ((MESSAGE - len(HEADERS)) // len(LINE))


def ours(run, sink, publication):
    with Office(run, sink.port, publication) as office:
        office.drop(publication)
        start = time.monotonic()
        office.start_at_once()
        last = sink.wait(publication.recipients).last
        office.wait_sent(publication)
        return start, last


def rate(run, recipients, send):
    """Recipients a second, and the share of a core that the sink used."""
    with sinks.fast_sink(run.build) as sink:
        start, last = send(sink)
        if sink.counts().recipients != recipients:
            raise SystemExit(f"{sink.counts().recipients} deliveries for {recipients} recipients")
        return recipients / (last - start), sink.cpu() / (last - start)


def addresses(n):
    return [f"reader{i}@example.org" for i in range(n)]


def compare(run, n, personal, peers):
    """peers: (name, recipients, how, bar). In each round we and all of them."""
    publication = Publication(n, personal)
    own, shares, theirs = [], [], {name: [] for name, *_ in peers}
    for _ in range(run.rounds):
        figure, share = rate(run, n, lambda sink: ours(run, sink, publication))
        own.append(figure)
        shares.append(share)
        for name, count, send, _ in peers:
            figure, _ = rate(run, count, lambda sink: send(run, sink, message(), addresses(count)))
            theirs[name].append(figure)
    kind = "personal" if personal else "batched"
    yield table.Row(f"Fensong, {n:,} {kind}, with fensongd's start",
                    f"{table.spread(own)}/s; the sink used at most {max(shares):.0%} of a core")
    for name, count, _, bar in peers:
        ratio = table.median(a / b for a, b in zip(own, theirs[name]))
        yield table.times(f"times {name}, {count:,} {kind}", f"{table.spread(theirs[name])}/s", ratio, bar)


def unable(modules, kind):
    for module in modules:
        if why := module.why_not():
            yield table.Row(f"times {module.name}, {kind}", f"not measured: {why}")


def personal(run):
    """The slower ones get fewer: theirs is a rate that the number does not change."""
    sizes = {peer_postfix: 10000, peer_exim: 1000, peer_mlmmj: 400}
    peers = [(f"{module.name} ({how})", run.scaled(count), send, bar)
             for module, count in sizes.items() if not module.why_not()
             for how, (send, bar) in module.PERSONAL.items()]
    yield from compare(run, run.scaled(10000), True, peers)
    yield from unable(sizes, "personal")


def batched(run):
    bars = {peer_postfix: 15, peer_exim: 1.6, peer_mlmmj: 60}
    n = run.scaled(10000)
    yield from compare(run, n, False, [(module.name, n, module.batched, bar)
                                       for module, bar in bars.items() if not module.why_not()])
    yield from unable(bars, "batched")
