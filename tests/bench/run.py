#!/usr/bin/env python3
"""Measures the whole program against Postfix's smtp-source and against other list engines, in turn in the
same run; prints a table and writes it to tests/bench/results.md. Figures and bars, but no assertion:
machines differ.

    tests/bench/run.py BUILD-FOLDER [--only ROW]… [--rounds N] [--quick] [--folder DIR] [--readme]

The queues lie in a folder of their own under DIR (/var/tmp), which should be on a real disk. A whole run
takes a quarter of an hour on a machine that has nothing else to do, which it should not.
"""
import argparse
import dataclasses
import os
import pathlib
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tests/e2e"))     # postfix.py

import engines
import first
import growth
import machine
import million
import rates
import relay
import table

ROWS = {
    "personal": rates.personal,
    "fast": rates.fast,
    "batched": rates.batched,
    "commits": first.commits,
    "relay": relay.through_postfix,
    "million": million.accept_and_send,
    "growth-personal": growth.personal,
    "growth-batched": growth.batched,
    "first": first.first_rcpt,
    "engines-personal": engines.personal,
    "engines-batched": engines.batched,
}
QUICK = 0.02    # of the numbers of recipients
README_MARKS = "<!-- make bench -->\n", "<!-- so far -->\n"


@dataclasses.dataclass
class Run:
    build: pathlib.Path
    folder: pathlib.Path    # for queues, on a disk
    rounds: int
    scale: float

    def scaled(self, recipients):
        return max(100, int(recipients * self.scale))


def measure(run, names):
    rows = []
    for name in names:
        start = time.monotonic()
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += ROWS[name](run)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return rows


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", action="append", default=[], metavar="ROW", choices=ROWS)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--quick", action="store_true",
                        help="few recipients, one round: does it still work? No bar counts")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("/var/tmp"))
    parser.add_argument("--readme", action="store_true", help="put the table into README.md too")
    return parser.parse_args()


def put_into_readme(text):
    path, (begin, end) = TOP / "README.md", README_MARKS
    before, rest = path.read_text().split(begin)
    path.write_text(f"{before}{begin}{text}{end}{rest.split(end)[1]}")


def main():
    said = options()
    start = time.monotonic()
    os.umask(0o022)         # Postfix and Exim come here with users of their own
    with tempfile.TemporaryDirectory(prefix="fensong-bench-", dir=said.folder) as folder:
        os.chmod(folder, 0o755)
        run = Run(said.build.resolve(), pathlib.Path(folder), said.rounds or (1 if said.quick else 3),
                  QUICK if said.quick else 1)
        where = machine.describe(run.folder)
        rows = measure(run, said.only or ROWS)
    text = (f"{table.table(rows)}\n\n{where}. {run.rounds} rounds: the median (least–most). "
            f"{(time.monotonic() - start) / 60:.0f} minutes.\n")
    print(text)
    if not said.only and not said.quick:
        (TOP / "tests/bench/results.md").write_text(f"# make bench\n\n{text}")
    if said.readme:
        put_into_readme(text)


if __name__ == "__main__":
    main()
