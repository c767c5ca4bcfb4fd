"""An office of its own for a test: configuration, lists, folders, the daemon.

FAULT_CYCLES: how many kill -9 in all (make check: 100, make fault: 1,000); FULL, from 1,000 on: all points,
all positions. FAULT_SEED: to repeat a run; what is left to chance is drawn from it alone.
"""
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("FENSONG_BUILD", TOP / "build")).resolve()
CYCLES = int(os.environ.get("FAULT_CYCLES", "100"))
FULL = CYCLES >= 1000
SEED = int(os.environ.get("FAULT_SEED", random.randrange(1 << 30)))
STATES = "queued sending sent deferred unknown failed suppressed cancelled".split()
HELD, SENDING, SENT, FINISHED, CANCELLED = 1, 2, 3, 4, 5
EDITOR = "editor@example.org"

DOCUMENT = """# 科协每周动态

2023年 第{number}期

(总第{total}期)

北京市科协办公室

2023年11月16日

---

## 目录提要

- 科普工作联席会召开

## 科普工作联席会召开

11月14日，科普工作联席会在科技教育中心召开，各单位负责人参加，会议部署了下一步的工作。（密云区科协）

信息报送邮箱：office@example.org

编辑：张红波

审核：李金涛

---

分送：{distribution}

---
"""

CONFIGURATION = """language = "zh_CN"; state_dir = "{home}/state"; groups_dir = "{home}/groups.d";
hostname = "office.example.org";
publications = ( {{
    id = "weekly"; name = "科协每周动态"; folder = "{home}/weekly"; settle = "{settle}";
    from = "北京市科协办公室 <weekly@example.org>"; reply_to = "contact";
    subject = "{{name}} {{year}}年第{{number}}期"; require = [ "date", "distribution" ];
    personal = {personal}; report_to = [ "{editor}" ];
}} );
relays = ( {relays} );
retry = {{ delays = [ {delays} ]; give_up_after = "{give_up_after}"; unknown = "again"; }};
"""

RELAY = """{{ name = "{name}"; host = "127.0.0.1"; port = {port}; tls = "none";
    connections = {connections}; recipients_per_message = {lot}; messages_per_connection = 50;
    connect_timeout = "2s"; timeout = "{timeout}"; }}"""


def until(test, seconds, pause=0.02):
    """The test's first true value, or its last false one when the time is over."""
    end = time.monotonic() + seconds
    while not (value := test()) and time.monotonic() < end:
        time.sleep(pause)
    return value


class Office:
    def __init__(self, sink, recipients=12, home=None, **settings):
        self.home = pathlib.Path(home or tempfile.mkdtemp(prefix="fensong-fault-"))
        self.sinks = sink if isinstance(sink, list) else [sink]
        self.everybody = [f"r{i:05}@example.org" for i in range(recipients)]
        self.settings = {"connections": 4, "lot": 20, "timeout": "10s", "personal": "false",
                         "settle": "0s", "delays": '"1s"', "give_up_after": "1h", **settings}
        self.daemon, self.issues, self.log = None, [], self.home / "log"
        self.kills = []     # (from, to), monotonic: when something was killed or failed
        for folder in ("groups.d", "weekly/outbox"):
            (self.home / folder).mkdir(parents=True)
        self.config = self.home / "fensong.conf"
        self.write_lists()
        self.write_config()

    def write_lists(self):
        rows = "".join(f"{address},收件人\n" for address in self.everybody)
        (self.home / "groups.d/members.csv").write_text("邮箱,姓名\n" + rows)
        (self.home / "groups.d/members.conf").write_text('name = "委员"; lists = [ "members.csv" ];\n')

    def write_config(self):
        relays = ", ".join(RELAY.format(name=f"relay{i}", port=sink.port, **self.settings)
                           for i, sink in enumerate(self.sinks))
        self.config.write_text(CONFIGURATION.format(home=self.home, relays=relays, editor=EDITOR,
                                                    **self.settings))

    # --- the daemon

    def start(self, wait=True, **environment):
        """Every process of ours is known by FAULT_OFFICE in its environment."""
        seen = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(
                [BUILD / "fensongd", "--config", self.config], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env={**os.environ, "FAULT_OFFICE": str(self.home), **environment})
        ready = lambda: self.daemon.poll() is not None or b"ready" in self.log_since(seen)
        return until(ready, 70, 0.003) if wait else None

    def log_since(self, seen):
        with open(self.log, "rb") as log:
            log.seek(seen)
            return log.read()

    def processes(self, name):
        found = []
        mark = f"FAULT_OFFICE={self.home}\0".encode()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == name and \
                        mark in pathlib.Path(f"/proc/{pid}/environ").read_bytes():
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def kill(self, pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.kills.append((time.monotonic(),) * 2)
        return True

    def kill_daemon(self):
        self.kill(self.daemon.pid)
        self.daemon.wait()

    def kill_all(self):
        self.kill_daemon()
        for name in ("fensong-sender", "fensong-intake"):
            for pid in self.processes(name):
                self.kill(pid)

    def check_queue(self):
        """fensong check --queue."""
        return subprocess.run([BUILD / "fensong", "--config", self.config, "check", "--queue"], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=60)

    def end(self):
        """SIGTERM; the exit status, None where it did not end in time."""
        self.daemon.send_signal(signal.SIGTERM)
        try:
            return self.daemon.wait(12)
        except subprocess.TimeoutExpired:
            return None

    def close(self, keep=False):
        if self.daemon:
            self.kill_all()
        if not keep:
            shutil.rmtree(self.home, ignore_errors=True)

    # --- issues

    def drop(self, number=None, distribution="委员"):
        number = number or len(self.issues) + 1
        text = DOCUMENT.format(number=number, total=number + 50, distribution=distribution)
        temporary = self.home / f"weekly/.{number}.tmp"
        temporary.write_text(text)
        temporary.rename(self.home / f"weekly/outbox/第{number}期.md")
        self.issues.append(f"2023-{number}")
        return self.issues[-1]

    def query(self, sql, *values):
        """Rows, or none while there is no queue yet or it can't be read."""
        path = self.home / "state/queue.db"
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as queue:
                return queue.execute(sql, values).fetchall()
        except sqlite3.Error:
            return []

    def states(self):
        """The issues' states, those of notices too."""
        return [row[0] for row in self.query("SELECT state FROM issue")]

    def accepted(self):
        return [row[0] for row in self.query("SELECT key FROM issue WHERE kind <> 'notice'")]

    def is_over(self):
        """All that was dropped was accepted, has ended, and was told of."""
        rows = self.query("SELECT kind, state, reported FROM issue")
        issues = [row for row in rows if row[0] != "notice"]
        return len(issues) == len(self.issues) and \
            all(state in (SENT, FINISHED, CANCELLED) and reported for _, state, reported in rows)

    def wait(self, seconds):
        return until(self.is_over, seconds)

    def tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
