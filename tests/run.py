#!/usr/bin/env python3
"""Runs all tests of a build: the unit programs, then pytest. The last line is the count.

    tests/run.py BUILD-FOLDER
"""
import os, pathlib, re, subprocess, sys

TOP = pathlib.Path(__file__).resolve().parent.parent
UNIT_SECONDS = 120


def run_unit(program):
    """(passed, failed, output): a program that crashes counts as one failure."""
    try:
        done = subprocess.run([program], cwd=TOP, text=True, errors="replace", timeout=UNIT_SECONDS,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        output, status = f"{late}", -1
    passed = sum(int(n) for n in re.findall(r"\[  PASSED  \] (\d+) test", output))
    failed = sum(int(n) for n in re.findall(r"\[  FAILED  \] (\d+) test", output))
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed, output


def run_units(build):
    passed = failed = 0
    for program in sorted(p for p in (build / "tests" / "unit").rglob("*")
                          if p.is_file() and os.access(p, os.X_OK)):
        source = TOP / "tests" / "unit" / program.relative_to(build / "tests" / "unit")
        if not source.with_suffix(".c").exists():
            continue            # of a test that is gone
        p, f, output = run_unit(program)
        print(f"{program.relative_to(build / 'tests')}: {p} passed, {f} failed", flush=True)
        if f:
            print(output)
        passed, failed = passed + p, failed + f
    return passed, failed


def run_corpora(build):
    """What fuzzing is fed with, or has found: each target ends, or says what is wrong by ending otherwise."""
    passed = failed = 0
    for program in sorted(p for p in (build / "tests/fuzz").glob("*") if not p.suffix):
        done = subprocess.run([program, TOP / "tests/fuzz/corpus" / program.name], cwd=TOP, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        print(f"fuzz/{program.name}: {done.stdout.strip()}", flush=True)
        passed, failed = passed + (done.returncode == 0), failed + (done.returncode != 0)
    return passed, failed


def run_pytest(build, folders, workers=0):
    """A session for each of them: each has its own helper modules. Tests that mostly wait run side by
    side."""
    env = dict(os.environ, FENSONG_BUILD=str(build))
    # The standard output is shown as it comes; the count is in the report file.
    report = build / "tests" / "pytest.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                    f"--junitxml={report}", *(["-n", str(workers)] if workers else []), *folders],
                   cwd=TOP, env=env)
    try:
        suite = re.search(r"<testsuite [^>]*>", report.read_text()).group()
    except (OSError, AttributeError):
        return 0, 1             # pytest itself failed
    count = {key: int(re.search(rf'{key}="(\d+)"', suite).group(1))
             for key in ("tests", "errors", "failures", "skipped")}
    failed = count["errors"] + count["failures"]
    return count["tests"] - failed - count["skipped"], failed


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    counts = [run_units(build), run_corpora(build),
              run_pytest(build, ["tests/house", "tests/e2e"], workers=4),
              run_pytest(build, ["tests/fault"], workers=3)]
    passed, failed = (sum(count) for count in zip(*counts))
    print(f"{passed} passed, {failed} failed", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
