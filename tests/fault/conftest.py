import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from office import CYCLES, SEED     # noqa: E402  (it lies in the folder that was just added)

os.environ["FAULT_SEED"] = str(SEED)    # for the workers of pytest-xdist
HEAD = ("fault", "cycles", "lost", "sent twice: recipients", "transactions", "of at most")
ROW = "figures"


@pytest.fixture
def result(record_property):
    """Notes a row of figures; `bound`: how many transactions the promise allows to be sent twice."""
    def note(name, cycles, lost, duplicated=0, transactions=0, bound=0):
        record_property(ROW, (name, cycles, lost, duplicated, transactions, bound))
    return note


@pytest.fixture
def closing(request):
    """Closes what is handed to it when the test is over, the last first."""
    def take(thing):
        request.addfinalizer(thing.close)
        return thing
    return take


def figures(reports):
    """The rows of all tests, in the order of their files."""
    properties = {report.nodeid: report.user_properties for report in reports}
    return [value for _, found in sorted(properties.items()) for name, value in found if name == ROW]


def table(figures):
    """As Markdown; cells of the same width, for those who read it as it is."""
    total = ("all", *(sum(row[i] for row in figures) for i in range(1, len(HEAD))))
    rows = [[str(cell) if isinstance(cell, str) else f"{cell:,}" for cell in row]
            for row in (HEAD, *figures, total)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = ["| " + " | ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))) + " |"
             for row in rows]
    rule = "| " + " | ".join("-" * width if i == 0 else "-" * (width - 1) + ":"
                             for i, width in enumerate(widths)) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def pytest_terminal_summary(terminalreporter):
    stats = terminalreporter.stats
    rows = figures([report for reports in (stats.get("passed", []), stats.get("failed", []))
                    for report in reports])
    if not rows:
        return
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    how = f"FAULT_CYCLES={CYCLES} FAULT_SEED={SEED}"
    terminalreporter.write_line(f"\n{table(rows)}\n\n{how}, {failed} tests failed")
    if path := os.environ.get("FAULT_RESULTS"):
        pathlib.Path(path).write_text(f"# make fault\n\n`make fault {how}`, {failed} tests failed.\n\n"
                                      f"{table(rows)}\n")
