"""A fault at every single write, fsync, ftruncate, rename, unlink and mkdir, from the start of the daemon
through acceptance and sending to the report: the 1st, the 2nd, … until a run meets none.

FAULT_CYCLES: about so many points in all, spread over them by chance (15: some 90 runs); with
FAULT_CYCLES of 1,000 and more each point in each mode.
"""
import os
import random
import signal
import time

import pytest

from office import EDITOR, Count, Office, queue_faults, until
from shim import KILL_AFTER, KILL_BEFORE, MODES, Plan
from sink import Sink

CYCLES = int(os.environ.get("FAULT_CYCLES", "15"))
SEED = int(os.environ.get("FAULT_SEED", random.randrange(1 << 30)))
RECIPIENTS = 6
GRACE = 0.25        # seconds that a run goes on after its fault


def run(closing, plan, mode=None, number=0):
    """One life of an office with a fault in it, and a second one without. Whether it met the fault."""
    sink = closing(Sink())
    office = closing(Office(sink, RECIPIENTS, connections=2, lot=2))
    kind, code = MODES.get(mode, (0, 0))
    plan.set(armed=number, mode=kind, code=code, count=0, hits=0)
    office.start(wait=False, **plan.environment(office.home))
    office.drop()
    ended = lambda: office.is_over() or plan.get("hits") or office.daemon.poll() is not None
    until(ended, 20, 0.01)
    if number:
        until(lambda: office.is_over() or office.daemon.poll() is not None, GRACE, 0.01)
    met = plan.get("hits") > 0
    if kind in (KILL_BEFORE, KILL_AFTER) and met:
        office.kills.append(time.monotonic())       # by the shim, some moments ago
    office.kill_all()
    plan.set(armed=0)
    office.start()
    assert office.wait(25), f"{mode} at {number}: {plan.what()}\n{office.tail()}"
    assert office.end() == 0
    return office, met


def assert_whole(office, about):
    count = Count(office, slack=2)
    assert count.lost == 0 and not count.foreign, about
    assert count.transactions <= 2 * office.settings["connections"], about
    assert not count.other_ids, about
    assert not count.inexplicable, about
    assert not queue_faults(office), about
    assert office.accepted() == office.issues, about
    assert not list((office.home / "weekly/outbox").iterdir()), about
    for empty in ("rejected", "sending"):
        assert not list((office.home / "weekly" / empty).glob("*")), about
    sent = sorted(path.name for path in (office.home / f"weekly/sent/{office.issues[0]}").iterdir())
    assert sent == ["report.csv", "report.html", "第1期.md"], f"{about}: {sent}"
    assert len({copy.message_id for copy in count.reports}) == 1, f"{about}: {len(count.reports)} reports"
    return count.duplicated


def points_of(total):
    if CYCLES >= 1000:
        return range(1, total + 20)
    chance = random.Random(SEED)
    return sorted(chance.sample(range(1, total + 1), min(total, CYCLES)))


@pytest.fixture(scope="module")
def total(tmp_path_factory):
    """How many calls a life without a fault makes."""
    opened = []
    plan = Plan(tmp_path_factory.mktemp("plan") / "plan")
    try:
        office, met = run(lambda thing: opened.append(thing) or thing, plan)
        assert not met
        assert assert_whole(office, "no fault") == 0
        return plan.get("count")
    finally:
        for thing in reversed(opened):
            thing.close()


@pytest.mark.parametrize("mode", MODES)
def test_a_fault_at_each_call(mode, total, say, tmp_path):
    plan = Plan(tmp_path / "plan")
    duplicated = runs = 0
    calls = set()
    for number in points_of(total):
        opened = []
        try:
            office, met = run(lambda thing: opened.append(thing) or thing, plan, mode, number)
            duplicated += assert_whole(office, f"{mode} at call {number}: {plan.what()}, seed {SEED}")
            runs += met
            calls.add(plan.what())
        finally:
            for thing in reversed(opened):
                thing.close()
        if CYCLES >= 1000 and not met:
            break
    say(f"{mode}: {runs} faults among some {total} calls, 0 lost, {duplicated} duplicated, seed {SEED}")
