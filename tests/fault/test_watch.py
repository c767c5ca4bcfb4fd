"""What a service manager hears of the daemon (sd_notify(3)): signs of life, and what stands still; and what
comes of it when it is ended because it hangs."""
import asyncio
import errno
import re
import signal
import socket
import threading
import time

from count import Count, queue_faults
from office import TOP, Office, until
from shim import FAIL_FOR_GOOD, HANG, Plan
from sink import Sink

WATCHDOG = 1.5      # seconds without a sign of life; 60 in the unit


class Manager:
    """Stands in for systemd: keeps what it is told, and knows whether it was told of late."""

    def __init__(self, home):
        self.path = home / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.told, self.alive, self.signs = [], time.monotonic(), 0
        self.environment = {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(int(WATCHDOG * 1e6))}
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while words := self.socket.recv(65536).decode():
            self.told.append(words)
            if "WATCHDOG=1" in words:
                self.alive, self.signs = time.monotonic(), self.signs + 1

    def hears_nothing(self):
        return time.monotonic() - self.alive > WATCHDOG

    def status(self):
        found = re.findall(r"^STATUS=(.*)$", "\n".join(self.told), re.M)
        return found[-1] if found else ""

    def close(self):
        self.socket.close()


def test_the_unit_asks_for_it():
    unit = (TOP / "systemd/fensongd.service").read_text()
    assert re.search(r"^Type=notify$", unit, re.M) and re.search(r"^WatchdogSec=\d+", unit, re.M)
    assert re.search(r"^Restart=on-(failure|watchdog|abnormal)$", unit, re.M)


def test_a_daemon_that_hangs_is_ended_and_nothing_is_lost(closing, tmp_path, result):
    """At a commit that never comes back: the relay has mail whose outcome is in no row."""
    rounds = 3
    plan = closing(Plan(tmp_path / "plan"))
    office = closing(Office(closing(Sink(delay=(0.005, 0.01))), 2000, connections=2, lot=5))
    manager = closing(Manager(tmp_path))
    environment = {**plan.environment(office.home / "state"), **manager.environment,
                   "FAULT_PROGRAM": "fensongd"}
    office.start(**environment)
    office.drop()
    for _ in range(rounds):
        sent = len(office.sinks[0].copies)
        assert until(lambda: len(office.sinks[0].copies) > sent + 20, 30), office.tail()
        plan.set(armed=plan.get("count") + 1, mode=HANG, hits=0)
        assert until(manager.hears_nothing, 60), "a loop that hangs gives no sign of life"
        assert plan.get("hits") and office.daemon.poll() is None
        began = time.monotonic()
        plan.set(armed=0)
        office.daemon.send_signal(signal.SIGABRT)       # as systemd does
        assert office.daemon.wait(10) == -signal.SIGABRT
        for pid in office.processes("fensong-sender"):  # … to the whole of the service
            office.kill(pid)
        office.kills += [(began, time.monotonic())]
        office.start(**environment)
        manager.alive = time.monotonic()
    assert office.wait(60), office.tail()
    assert not manager.hears_nothing()
    count = Count(office)
    result("the daemon hangs in a write, and the watchdog ends it", rounds, count.lost, count.duplicated,
           count.transactions, count.bound)
    assert not count.fault(), count.fault()
    assert office.end() == 0
    assert not queue_faults(office)


async def never(_session):
    await asyncio.sleep(3600)


def test_a_standstill_is_told_to_the_manager_and_by_mail(closing, tmp_path):
    """A relay that says nothing, and is well again."""
    silent = []
    sink = closing(Sink(manner=lambda at, _session: never if at == "MAIL" and not silent else None))
    office = closing(Office(sink, 30, connections=1, timeout="4s"))
    office.config.write_text(office.config.read_text() + 'alarm_after = "2s";\n')
    manager = closing(Manager(tmp_path))
    office.start(**manager.environment)
    office.drop()
    assert until(lambda: "none has ended for 2s" in manager.status(), 30), manager.told
    assert "relay0" in manager.status()
    assert office.log.read_text().count("none has ended for 2s") == 1
    silent.append("no more")
    assert office.wait(60), office.tail()
    assert until(lambda: "none has ended" not in manager.status(), 10)
    assert len(Count(office).reports) >= 2, "the alarm, and the report"
    assert (Count(office).lost, Count(office).duplicated) == (0, 0)


def test_a_disk_that_stays_broken_is_told_less_and_less_often(closing, tmp_path):
    plan = closing(Plan(tmp_path / "plan"))
    office = closing(Office(closing(Sink(delay=(0.005, 0.01))), 300, lot=5))
    manager = closing(Manager(tmp_path))
    office.start(**plan.environment(office.home / "state"), **manager.environment,
                 FAULT_PROGRAM="fensongd")
    office.drop()
    assert until(lambda: office.sinks[0].copies, 20)
    plan.set(armed=plan.get("count") + 1, mode=FAIL_FOR_GOOD, code=errno.EIO)
    assert until(lambda: b"trying again in 20 s" in office.log_since(0), 60), office.tail()
    assert office.log_since(0).count(b"trying again in 10 s") == 1
    assert "can't be used" in manager.status()
    plan.set(armed=0)
    assert office.wait(90), office.tail()
    assert (Count(office).lost, Count(office).duplicated) == (0, 0), "its senders wrote down what they learnt"
    assert office.end() == 0
    assert not queue_faults(office)
