import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from office import CYCLES, SEED     # noqa: E402  (it lies in the folder that was just added)

HEAD = ("fault", "cycles", "lost", "sent twice: recipients", "transactions", "of at most")
ROWS = []


@pytest.fixture
def result():
    """Notes a row of figures; `bound`: how many transactions the promise allows to be sent twice."""
    def note(name, cycles, lost, duplicated=0, transactions=0, bound=0):
        ROWS.append((name, cycles, lost, duplicated, transactions, bound))
    return note


@pytest.fixture
def closing(request):
    """Closes what is handed to it when the test is over, the last first."""
    def take(thing):
        request.addfinalizer(thing.close)
        return thing
    return take


def table():
    """As Markdown; cells of the same width, for those who read it as it is."""
    total = ("all", *(sum(row[i] for row in ROWS) for i in range(1, len(HEAD))))
    rows = [[str(cell) if isinstance(cell, str) else f"{cell:,}" for cell in row]
            for row in (HEAD, *ROWS, total)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    lines = ["| " + " | ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))) + " |"
             for row in rows]
    rule = "| " + " | ".join("-" * width if i == 0 else "-" * (width - 1) + ":"
                             for i, width in enumerate(widths)) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def pytest_terminal_summary(terminalreporter):
    if not ROWS:
        return
    failed = len(terminalreporter.stats.get("failed", [])) + len(terminalreporter.stats.get("error", []))
    how = f"FAULT_CYCLES={CYCLES} FAULT_SEED={SEED}"
    terminalreporter.write_line(f"\n{table()}\n\n{how}, {failed} tests failed")
    if path := os.environ.get("FAULT_RESULTS"):
        pathlib.Path(path).write_text(f"# make fault\n\n`make fault {how}`, {failed} tests failed.\n\n"
                                      f"{table()}\n")
