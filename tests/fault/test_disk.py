"""A disk that is full or fails: the daemon waits, goes on by itself once it can, and nothing is lost or sent
twice but what a connection had in flight."""
from concurrent.futures import ThreadPoolExecutor
import errno
import os
import random
import subprocess
import time

import pytest

from count import Count, queue_faults
from office import FULL, SEED, Office, until
from shim import FAIL_FOR_GOOD, Plan
from sink import Sink

RECIPIENTS = 2000
AT_ONCE = 4         # they wait more than they work


class SmallDisk:
    def __init__(self, path):
        self.path = path
        path.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", path],
                          capture_output=True).returncode:
            pytest.skip("a tmpfs can't be mounted here")

    def fill(self, room=0):
        """Takes all of it but `room` octets."""
        free = os.statvfs(self.path)
        with open(self.path / "ballast", "wb", buffering=0) as file:
            file.write(bytes(max(0, free.f_bavail * free.f_frsize - room)))    # as much as there is

    def make_room(self):
        (self.path / "ballast").unlink()

    def close(self):
        subprocess.run(["umount", "--lazy", self.path], check=True)


def make_office(closing, disk=None):
    """Its state alone is on the small disk: the editors' share is another one."""
    office = closing(Office(closing(Sink(delay=(0.005, 0.01))), RECIPIENTS, connections=2, lot=5))
    if disk:
        (disk.path / "state").mkdir()
        (office.home / "state").symlink_to(disk.path / "state")
    return office


@pytest.fixture
def disk(tmp_path, closing):
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    return closing(SmallDisk(tmp_path / "disk"))


@pytest.fixture
def office(disk, closing):
    return make_office(closing, disk)


def trouble_of(office):
    """What is wrong when all is over; nothing, if all is well."""
    if not office.wait(120):
        return f"not over:\n{office.tail()}"
    if office.end() != 0:
        return f"ended by {office.daemon.returncode}:\n{office.tail()}"
    return Count(office).fault() or "; ".join(queue_faults(office))


def assert_all_at_once(trial, rows):
    """Runs trial(closing, row) for each; it gives the count and what is wrong. The counts."""
    def one(row):
        opened = []
        try:
            return trial(lambda thing: opened.append(thing) or thing, row)
        finally:
            for thing in reversed(opened):
                thing.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        counts, faults = zip(*pool.map(one, rows))
    wrong = [f"{row}: {fault}" for row, fault in zip(rows, faults) if fault]
    assert not wrong, f"seed {SEED}\n" + "\n".join(wrong)
    return counts


def note(result, name, counts):
    result(name, len(counts), *(sum(getattr(count, what) for count in counts)
                                for what in ("lost", "duplicated", "transactions", "bound")))


def test_full_at_acceptance(result, tmp_path):
    """With so much room, in octets, for what acceptance writes."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")

    def trial(closing, room):
        disk = closing(SmallDisk(tmp_path / f"disk{room}"))
        office = make_office(closing, disk)
        office.start()
        disk.fill(room)
        office.drop()
        time.sleep(1)
        dead = office.daemon.poll() is not None
        gone = not (office.home / "weekly/outbox/第1期.md").exists() and not office.accepted()
        blamed = list((office.home / "weekly/rejected").glob("*"))
        disk.make_room()
        trouble = trouble_of(office)
        if dead or gone or blamed:
            trouble = f"dead {dead}, gone {gone}, the editor is blamed {blamed}: {trouble}"
        return Count(office), trouble

    rooms = range(0, 600_000, 20_000) if FULL else [0, 100_000, 200_000]
    note(result, "ENOSPC at acceptance, a real one", assert_all_at_once(trial, list(rooms)))


def test_full_while_sending(office, disk, result):
    office.start()
    office.drop()
    assert until(lambda: len(office.sinks[0].copies) > 20, 20), office.tail()
    began = time.monotonic()
    disk.fill()
    before = len(office.sinks[0].copies)
    time.sleep(2)
    after = len(office.sinks[0].copies)
    assert office.daemon.poll() is None, office.tail()
    disk.make_room()
    office.kills.append((began, time.monotonic()))
    assert not (trouble := trouble_of(office)), trouble
    note(result, "ENOSPC while sending, a real one", [Count(office)])
    assert after - before < 300, "it goes on sending and can't write down to whom"


def test_every_write_fails_for_a_while(result, tmp_path):
    """Of the daemon and of its senders, from a random moment of sending on."""
    def trial(closing, row):
        code, number = row
        chance = random.Random(f"{SEED} {code} {number}")
        plan = closing(Plan(tmp_path / f"plan{code}.{number}"))
        office = make_office(closing)
        office.start(**plan.environment(office.home / "state"))
        office.drop()
        some = chance.randrange(1, RECIPIENTS // 5)
        until(lambda: len(office.sinks[0].copies) >= some, 60, 0.002)
        began = time.monotonic()
        plan.set(armed=plan.get("count") + 1, mode=FAIL_FOR_GOOD, code=code)
        time.sleep(chance.uniform(0.1, 1.5))
        plan.set(armed=0)
        office.kills.append((began, time.monotonic()))
        met, dead = plan.get("hits"), office.daemon.poll() is not None
        trouble = trouble_of(office)
        if dead or not met:
            trouble = f"dead {dead}, faults {met}: {trouble}"
        return Count(office), trouble

    codes, times = (errno.ENOSPC, errno.EIO), 40 if FULL else 2
    counts = assert_all_at_once(trial, [(code, number) for code in codes for number in range(times)])
    for i, code in enumerate(codes):
        note(result, f"{errno.errorcode[code]} at every call for a while, while sending",
             counts[i * times:(i + 1) * times])


def test_full_at_the_start(office, disk):
    """Nobody looks at a daemon that a service manager starts again and again: it says why, each time."""
    disk.fill()
    office.start()
    assert office.daemon.poll() is not None or "room" in office.tail() or "full" in office.tail()
    if office.daemon.poll() is not None:
        assert office.daemon.returncode in (74, 75), office.tail()
        disk.make_room()
        office.start()
    else:
        disk.make_room()
    office.drop()
    assert not (trouble := trouble_of(office)), trouble
