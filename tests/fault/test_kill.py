"""kill -9 at random moments of the daemon, of senders, of the intake, of all of them at once; and SIGTERM."""
import random
import time

import pytest

from count import Count, queue_faults
from office import CYCLES, SEED, Office, until
from sink import Sink

RECIPIENTS = 2000
# The intake has a quarter of the kills, the rest is shared by the others, batched and personal.
SHARE = max(2, CYCLES // 8)
INTAKES = CYCLES - 6 * SHARE
INTAKE_LASTS = 0.12     # seconds, with so many recipients


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


def assert_nothing_lost(office, result, name, cycles):
    count = Count(office)
    result(name, cycles, count.lost, count.duplicated, count.transactions, count.bound)
    assert office.end() == 0, office.tail()
    assert not count.fault(), f"seed {SEED}: {count.fault()}"
    assert not queue_faults(office)
    assert not list((office.home / "weekly/outbox").iterdir())
    return count


@pytest.mark.parametrize("personal", ["batched", "personal"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_kill_at_random_moments(victim, personal, result, closing):
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
    done = 0
    while done < SHARE:
        if office.is_over():
            office.drop()
            until(office.accepted, 20)
        time.sleep(chance.uniform(0, 0.2))
        done += VICTIMS[victim](office, chance)
    assert office.wait(120), office.tail()
    how = "SIGTERM" if victim == "SIGTERM" else f"kill -9 of {victim}"
    assert_nothing_lost(office, result, f"{how}, {personal}", SHARE)


def see_intake(office):
    return until(lambda: office.processes("fensong-intake"), 10, 0.001)


def test_kill_of_the_intake_at_random_moments(result, closing):
    """It is tried again at once; every third time the daemon goes with it."""
    chance = random.Random(f"{SEED} intake")
    office = closing(Office(closing(Sink(1)), RECIPIENTS, lot=100))
    office.start()
    for cycle in range(INTAKES):
        office.drop()
        for pid in see_intake(office):
            time.sleep(chance.uniform(0, INTAKE_LASTS))
            office.kill(pid)
        if cycle % 3 == 0:
            office.kill_daemon()
            office.start()
        # Two killed of one issue would be two failures of its reader.
        assert until(lambda: len(office.accepted()) == cycle + 1, 20), office.tail()
    assert office.wait(240), office.tail()
    assert_nothing_lost(office, result, "kill -9 of the intake", INTAKES)
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
