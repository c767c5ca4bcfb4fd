"""An office of its own for a test: a folder with configuration, groups and a publication; the daemon;
and what people do with it.

    with Office(tmp_path, relays=[server], people=["a@example.org"]) as office:
        office.drop("25.md", bulletin())
        assert office.end("2023-25")["state"] == "sent"

The programs are those of the build folder (FENSONG_BUILD, default build).
"""
import contextlib
import csv
import email
import email.policy
import json
import os
import pathlib
import signal
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = (TOP / os.environ.get("FENSONG_BUILD", "build")).resolve()
REAL_ISSUE = TOP / "tests" / "data" / "weekly-2023-25.md"
SHIPPED_GROUPS = TOP / "conf" / "groups.d"
EDITOR = "editor@example.org"

# LeakSanitizer needs what a sandboxed helper may not; the unit tests look for leaks.
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0", **os.environ}

# How long anything may take before a test counts it as never; no test asserts a time.
PATIENCE = 60


def people(count, prefix="reader", domain="example.org"):
    return [f"{prefix}{n:03d}@{domain}" for n in range(1, count + 1)]


def bulletin(number=25, *, name="科协每周动态", total=None, date="2023年11月16日", reviewer="李金涛",
             groups=("读者",), head="", body="密云区召开2023年科普工作联席会。"):
    """A small issue; a part that is None is left out."""
    lines = [head, f"# {name}", "",
             f"2023年 第{number}期" if number is not None else None, "",
             f"(总第{total or (number or 0) + 53}期)", "", "北京市科协办公室", "", date, "", "---", "",
             "## 密云区召开科普工作联席会", "", body + "（密云区科协）", "",
             "信息报送邮箱：contact@example.org", "", "编辑：张红波", "",
             f"审核：{reviewer}" if reviewer else None, "", "---", "",
             "分送：" + "、".join(groups) if groups else None, ""]
    return "\n".join(line for line in lines if line is not None)


def line_of(text, words):
    """The line, from 1, that holds these words."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


# --- configuration --------------------------------------------------------------------------------

def setting(value):
    """A value as libconfig writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{ " + " ".join(f"{key} = {setting(v)};" for key, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(setting, value))
        return f"( {inner} )" if value and isinstance(value[0], dict) else f"[ {inner} ]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def group(name, members, **more):
    return {"name": name, "members": [{"address": a, "name": a.split("@")[0]} for a in members], **more}


class Office:
    """relays: servers with a .port, or dictionaries of a relay's keys; publication, retry, top: keys
    that win over those given here. groups: a dictionary of id to group(), or a folder to take as it
    is; default: one group 读者 of `people`."""

    def __init__(self, home, relays=(), people=("reader@example.org",), *, groups=None, publication=None,
                 retry=None, top=None):
        self.home = pathlib.Path(home) / "office"
        self.folder, self.conf, self.log = (self.home / n for n in ("weekly", "fensong.conf", "log"))
        self.daemon = None
        self.relays = [self._relay(relay, n) for n, relay in enumerate(relays)]
        self.publication = {
            "id": "weekly", "name": "科协每周动态", "folder": self.folder, "settle": "0s",
            "from": "北京市科协办公室 <weekly@example.org>", "reply_to": "contact",
            "list_id": "weekly.example.org", "subject": "{name} {year}年第{number}期（总第{total}期）",
            "require": ["date", "editor", "reviewer", "distribution"], "report_to": [EDITOR],
            **(publication or {})}
        self.publications = [self.publication]
        self.retry = {"delays": ["1s"], "give_up_after": "1h", "unknown": "again", **(retry or {})}
        self.top = {"language": "zh_CN", "state_dir": self.home / "state",
                    "groups_dir": self.home / "groups.d", "hostname": "office.example.org", **(top or {})}
        for name in ("state", "groups.d", "weekly/outbox"):
            (self.home / name).mkdir(parents=True)
        if isinstance(groups, pathlib.Path):
            self.top["groups_dir"] = groups
        else:
            for key, value in (groups or {"readers": group("读者", people)}).items():
                self.write_group(key, value)
        self.write_conf()

    @staticmethod
    def _relay(relay, n):
        own = relay if isinstance(relay, dict) else {"port": relay.port}
        return {"name": f"relay{n + 1}", "host": "127.0.0.1", "tls": "none", "connections": 2,
                "connect_timeout": "10s", "timeout": "30s", **own}

    def write_group(self, key, value):
        text = "\n".join(f"{name} = {setting(v)};" for name, v in value.items())
        (self.home / "groups.d" / f"{key}.conf").write_text(text + "\n")

    def write_conf(self, extra=""):
        lines = [f"{key} = {setting(value)};" for key, value in self.top.items()]
        lines += [f"publications = {setting(self.publications)};",
                  f"relays = {setting(self.relays)};" if self.relays else
                  f"relays = {setting([self._relay({'port': 1}, 0)])};",
                  f"retry = {setting(self.retry)};", extra]
        self.conf.write_text("\n".join(lines) + "\n")

    # --- the daemon -------------------------------------------------------------------------------

    def start(self, wait=True):
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen([BUILD / "fensongd", "--config", self.conf],
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           start_new_session=True, env=ENVIRONMENT)
        if wait:
            self.until(lambda: self.fensong("status").returncode == 0 and
                       (self.home / "state" / "control").exists(), "the daemon answers")
        return self

    def stop(self, seconds=75):
        """Ends the daemon; its exit status."""
        if not self.daemon:
            return None
        daemon, self.daemon = self.daemon, None
        if daemon.poll() is None:
            daemon.terminate()
        try:
            return daemon.wait(seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()
            raise AssertionError("the daemon does not end:\n" + self.last_words()) from None

    def reload(self):
        """SIGHUP, and waits until the daemon has done what it does then."""
        before = self.log.stat().st_size
        self.daemon.send_signal(signal.SIGHUP)
        return before

    def said(self, since=0):
        return self.log.read_bytes()[since:].decode("utf-8", "replace")

    def last_words(self):
        return self.said()[-3000:] if self.log.exists() else ""

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        try:
            self.stop()
        except AssertionError:
            if kind is None:
                raise

    # --- what people do ---------------------------------------------------------------------------

    def fensong(self, *arguments, **more):
        return subprocess.run([BUILD / "fensong", "--config", self.conf, *map(str, arguments)],
                              env=ENVIRONMENT, text=True, capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=PATIENCE, **more)

    def does(self, *arguments):
        """fensong, which must end with 0; what it printed."""
        done = self.fensong(*arguments)
        assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def table(self, *arguments):
        return json.loads(self.does(*arguments, "--json"))

    def check_config(self):
        return subprocess.run([BUILD / "fensongd", "--config", self.conf, "--check-config"], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)

    @property
    def outbox(self):
        return self.folder / "outbox"

    def document(self, name, text):
        """A file beside the outbox."""
        path = self.home / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def drop(self, name, text):
        """As copying tools do: written aside, then renamed."""
        path = self.folder / f".{name}.tmp"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.rename(self.outbox / name)

    # --- what can be seen -------------------------------------------------------------------------

    def until(self, condition, what="that", seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not (found := condition()):
            if self.daemon and self.daemon.poll() is not None:
                raise AssertionError(f"the daemon ended: {self.daemon.returncode}\n{self.last_words()}")
            if time.monotonic() > end:
                status = self.fensong("status").stdout
                raise AssertionError(f"never: {what}\n{status}\n{self.last_words()}")
            time.sleep(0.1)
        return found

    def issue(self, key="2023-25"):
        issues = self.table("status")["issues"]
        return next((issue for issue in issues if issue["issue"] == key), None)

    def reaches(self, *states, key="2023-25", seconds=PATIENCE):
        def found():
            issue = self.issue(key)
            return issue if issue and issue["state"] in states else None
        return self.until(found, f"{key} is {' or '.join(states)}", seconds)

    def end(self, key="2023-25", seconds=PATIENCE):
        """The issue, once it has ended."""
        return self.reaches("sent", "finished", "cancelled", key=key, seconds=seconds)

    def send(self, text=None, *, name="25.md", key="2023-25", seconds=PATIENCE):
        """Drops an issue and waits for its end."""
        self.drop(name, text or bulletin())
        return self.end(key, seconds)

    def recipients(self, key="2023-25", *more):
        return {row["address"]: row for row in self.table("recipients", key, *more)}

    def why(self, name):
        """The text of rejected/NAME/why.txt, once the original lies beside it."""
        folder = self.folder / "rejected" / name
        self.until(lambda: (folder / "why.txt").exists() and not os.path.lexists(self.outbox / name),
                   f"{name} is rejected")
        return (folder / "why.txt").read_text("utf-8-sig")

    def sent_folder(self, key="2023-25"):
        folder = self.folder / "sent" / key
        self.until(lambda: (folder / "report.csv").exists() and (folder / "report.html").exists(),
                   f"the report of {key}")
        return folder

    def report_rows(self, key="2023-25"):
        octets = (self.sent_folder(key) / "report.csv").read_bytes()
        assert octets.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(octets.decode("utf-8-sig").splitlines()))


# --- what a server got ----------------------------------------------------------------------------

def parse(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


def copies(server, *others):
    """Who got an issue, once for each copy; reports and notices are not counted."""
    return sorted(recipient for one in (server, *others) for recipient, octets in list(one.got)
                  if not parse(octets)["Auto-Submitted"])


def issues(server):
    """The messages of issues, parsed."""
    return [message for message in (parse(octets) for _, octets in list(server.got))
            if not message["Auto-Submitted"]]


def notices(server):
    """(recipient, message) of what the daemon wrote itself."""
    return [(recipient, message)
            for recipient, message in ((r, parse(octets)) for r, octets in list(server.got))
            if message["Auto-Submitted"]]


def text_of(message):
    return message.get_body(("plain",)).get_content()
