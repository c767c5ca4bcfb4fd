"""The table of results."""
import dataclasses
import statistics

median = statistics.median


@dataclasses.dataclass
class Row:
    """A figure, and the bar beside it where there is one; reached: None: without a bar."""
    work: str
    measured: str
    figure: str = ""
    bar: str = ""
    reached: bool | None = None

    def cells(self):
        return self.work, self.measured, self.figure, self.bar, REACHED[self.reached]


REACHED = {None: "", True: "yes", False: "**no**"}
HEAD = ("work", "measured", "figure", "bar", "reached")


def at_least(work, measured, value, bar, form="{:.2f}"):
    return Row(work, measured, form.format(value), "≥ " + form.format(bar), value >= bar)


def at_most(work, measured, value, bar, form="{:.2f}"):
    return Row(work, measured, form.format(value), "≤ " + form.format(bar), value <= bar)


def times(work, measured, ratio, bar):
    """How many times as fast we are; bar None: without."""
    if bar is None:
        return Row(work, measured, f"{ratio:,.1f}")
    return at_least(work, measured, ratio, bar, "{:,.1f}")


def spread(values, form="{:,.0f}"):
    """The median, and the least and the most beside it."""
    middle = form.format(median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({form.format(min(values))}–{form.format(max(values))})"


def line(cells):
    return f"| {' | '.join(cells)} |"


def table(rows):
    return "\n".join([line(HEAD), line(["---"] * len(HEAD)), *(line(row.cells()) for row in rows)])
