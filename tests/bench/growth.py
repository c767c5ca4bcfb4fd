"""Whether a recipient costs the same in a small issue and in a large one.

An issue has a part that does not depend on its size: fensongd's start and end, reading the document,
composing the mail, starting the senders. It is measured by an issue for 8 recipients, and taken off; what
is left, a recipient, must be flat. 1,000 batched ones are ten messages, less than the fixed part varies:
there the bar begins at 10,000."""
import processes
import sinks
import table
from office import Office, Publication

SMALLEST = 8
FLAT = 1.2      # the dearest size to the cheapest
SIZES = (1000, 10000, 100000, 1000000)
SHORT = 10000       # up to here they vary more, and cost less to repeat


def one(run, publication):
    """Seconds from settled to the last at the sink; CPU seconds of all our processes; fensongd's peak, MiB."""
    with sinks.fast_sink(run.build) as sink, Office(run, sink.port, publication).start() as office:
        dropped = office.drop(publication)
        last = sink.wait(publication.recipients).last
        office.wait_sent(publication)
        peak = processes.peak_memory(office.daemon.pid)
        return last - dropped, office.stop(), peak


def measure(run, n, personal):
    rounds = 2 * run.rounds + 1 if n <= SHORT else run.rounds
    figures = [one(run, Publication(n, personal)) for _ in range(rounds)]
    return [table.median(column) for column in zip(*figures)]


def steepness(costs):
    """The dearest to the cheapest."""
    return max(costs) / min(costs) if min(costs) > 0 else float("inf")


def growth(run, personal, sizes, first):
    """first: the place in sizes from which the bar counts."""
    kind = "personal" if personal else "batched"
    fixed_time, fixed_cpu, _ = measure(run, SMALLEST, personal)
    yield table.Row(f"an issue's fixed part, {kind}",
                    f"{fixed_time * 1000:.0f} ms; CPU {fixed_cpu * 1000:.0f} ms")
    times, costs = [], []
    for n in sizes:
        seconds, cpu, peak = measure(run, n, personal)
        times.append((seconds - fixed_time) * 1e6 / n)
        costs.append((cpu - fixed_cpu) * 1e6 / n)
        yield table.Row(f"a recipient of {n:,} {kind}",
                        f"{times[-1]:.1f} µs, CPU {costs[-1]:.1f} µs; with the fixed part "
                        f"{seconds * 1e6 / n:.1f} and {cpu * 1e6 / n:.1f}; fensongd's peak {peak:.0f} MiB")
    told = f"{sizes[first]:,} to {sizes[-1]:,} {kind}: the dearest to the cheapest"
    yield table.at_most(f"time a recipient, {told}", "", steepness(times[first:]), FLAT)
    yield table.at_most(f"CPU a recipient, {told}", "", steepness(costs[first:]), FLAT)


def personal(run):
    yield from growth(run, True, [run.scaled(n) for n in SIZES], 0)


def batched(run):
    yield from growth(run, False, [run.scaled(n) for n in SIZES], 1)
