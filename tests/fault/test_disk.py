"""A full disk: the daemon waits, goes on by itself once there is room, and nothing is lost or sent twice."""
import os
import subprocess
import time

import pytest

from office import Count, Office, queue_faults, until
from sink import Sink


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk],
                      capture_output=True).returncode:
        pytest.skip("a tmpfs can't be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


class Ballast:
    """Takes all of the disk but `room` octets."""

    def __init__(self, disk, room=0):
        self.path = disk / "ballast"
        free = os.statvfs(disk)
        with open(self.path, "wb", buffering=0) as file:
            file.write(bytes(max(0, free.f_bavail * free.f_frsize - room)))    # as much as there is

    def drop(self):
        self.path.unlink()


@pytest.fixture
def office(small_disk, closing):
    """Its state alone is on the small disk: the editors' share is another one."""
    office = closing(Office(closing(Sink(delay=(0.005, 0.01))), 2000, connections=2, lot=5))
    state = small_disk / "state"
    state.mkdir()
    (office.home / "state").symlink_to(state)
    return office


def assert_all_came(office, duplicates=0):
    count = Count(office)
    assert count.lost == 0 and not count.foreign
    assert count.duplicated <= duplicates
    assert office.end() == 0, office.tail()
    assert not queue_faults(office)


CYCLES = int(os.environ.get("FAULT_CYCLES", "15"))
ROOMS = range(0, 600_000, 20_000) if CYCLES >= 1000 else [0, 100_000]


@pytest.mark.parametrize("room", ROOMS)
def test_full_at_acceptance(room, office, small_disk):
    office.start()
    ballast = Ballast(small_disk, room)
    office.drop()
    time.sleep(1)
    assert office.daemon.poll() is None, office.tail()
    assert (office.home / "weekly/outbox/第1期.md").exists() or office.accepted(), office.tail()
    assert not list((office.home / "weekly/rejected").glob("*")), "a full disk is not the editor's fault"
    ballast.drop()
    assert office.wait(60), office.tail()
    assert_all_came(office)


def test_full_while_sending(office, small_disk):
    office.start()
    office.drop()
    assert until(lambda: len(office.sinks[0].copies) > 20, 20), office.tail()
    ballast = Ballast(small_disk)
    before = len(office.sinks[0].copies)
    time.sleep(2)
    after = len(office.sinks[0].copies)
    assert office.daemon.poll() is None, office.tail()
    ballast.drop()
    assert office.wait(90), office.tail()
    # A transaction a connection may have been between its mark and its record.
    assert_all_came(office, duplicates=2 * 5)
    assert after - before < 300, "it goes on sending and can't write down to whom"


def test_full_at_the_start(office, small_disk):
    """Nobody looks at a daemon that a service manager starts again and again: it says why, each time."""
    ballast = Ballast(small_disk)
    office.start()
    assert office.daemon.poll() is not None or "room" in office.tail() or "full" in office.tail()
    if office.daemon.poll() is not None:
        assert office.daemon.returncode in (74, 75), office.tail()
        ballast.drop()
        office.start()
    else:
        ballast.drop()
    office.drop()
    assert office.wait(60), office.tail()
    assert_all_came(office)
