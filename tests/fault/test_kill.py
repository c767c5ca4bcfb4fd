"""kill -9 at random moments of the daemon, of senders, of the intake; and SIGTERM.

FAULT_CYCLES: how often each (make fault: 1,000); FAULT_SEED: to repeat a run.
"""
import os
import random
import time

import pytest

from office import Count, Office, queue_faults, until
from sink import Sink

CYCLES = int(os.environ.get("FAULT_CYCLES", "15"))
SEED = int(os.environ.get("FAULT_SEED", random.randrange(1 << 30)))
RECIPIENTS = 2000


def kill_daemon(office, _random):
    office.kill_daemon()
    office.start()
    return True


def kill_sender(office, chance):
    senders = office.processes("fensong-sender")
    return bool(senders) and office.kill(chance.choice(senders))


def kill_everything(office, _random):
    office.kill_all()
    office.start()
    return True


def end_daemon(office, _random):
    assert office.end() == 0, office.tail()
    office.start()
    return True


VICTIMS = {"fensongd": kill_daemon, "senders": kill_sender, "all at once": kill_everything,
           "SIGTERM": end_daemon}


def assert_nothing_lost(office, count, say, name, cycles):
    say(f"{count.figures(name, cycles)}, seed {SEED}")
    assert office.end() == 0, office.tail()
    assert count.lost == 0 and not count.foreign
    assert not count.other_ids, "a second copy bears another Message-ID"
    assert not count.inexplicable, [vars(copy) for copy in count.inexplicable[:3]]
    assert count.transactions <= count.bound
    assert not queue_faults(office)
    assert not list((office.home / "weekly/outbox").iterdir())


@pytest.mark.parametrize("personal", ["batched", "personal"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_kill_at_random_moments(victim, personal, say, closing):
    """Every 50th is deferred at its first try, so that retries are in flight too."""
    chance = random.Random(f"{SEED} {victim} {personal}")
    asked = set()

    def refusal(address):
        first = address not in asked
        asked.add(address)
        return "451 4.7.1 later" if first and address[3:6] in ("007", "057") else None

    sink = closing(Sink(chance.random(), delay=(0, 0.01), refusal=refusal))
    office = closing(Office(sink, RECIPIENTS, personal=str(personal == "personal").lower(), lot=7))
    office.start()
    cycles = max(2, CYCLES // 2)
    done = 0
    while done < cycles:
        if office.is_over():
            office.drop()
            until(office.accepted, 20)
        time.sleep(chance.uniform(0, 0.2))
        done += VICTIMS[victim](office, chance)
    assert office.wait(120), office.tail()
    assert_nothing_lost(office, Count(office), say, f"kill of {victim}, {personal}", cycles)


def see_intake(office):
    return until(lambda: office.processes("fensong-intake"), 10, 0.001)


def test_kill_of_the_intake_at_random_moments(say, closing):
    """It is tried again at once; every third time the daemon goes with it."""
    chance = random.Random(f"{SEED} intake")
    office = closing(Office(closing(Sink(1)), 12))
    office.start()
    for cycle in range(CYCLES):
        office.drop()
        for pid in see_intake(office):
            time.sleep(chance.uniform(0, 0.06))
            office.kill(pid)
        if cycle % 3 == 0:
            office.kill_daemon()
            office.start()
        # Two killed of one issue would be two failures of its reader.
        assert until(lambda: len(office.accepted()) == cycle + 1, 20), office.tail()
    assert office.wait(60), office.tail()
    count = Count(office)
    assert_nothing_lost(office, count, say, "kill of the intake", CYCLES)
    assert count.duplicated == 0
    assert sorted(office.accepted()) == sorted(office.issues)


def test_an_issue_whose_intake_always_dies_is_rejected_with_the_reason(closing):
    office = closing(Office(closing(Sink(1)), 12))
    office.start()
    office.drop()
    rejected = office.home / "weekly/rejected/第1期.md"

    def kill_and_look():
        for pid in office.processes("fensong-intake"):
            office.kill(pid)
        return (rejected / "第1期.md").exists()

    assert until(kill_and_look, 20, 0.001), office.tail()
    assert (rejected / "why.txt").read_text()
    assert not office.accepted()
