"""fensongd on a folder of its own, with issues for as many recipients as one likes."""
import dataclasses
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time

import processes

TOP = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 900      # seconds, after which something counts as never

CONFIGURATION = '''\
state_dir = "{home}/state"; groups_dir = "{home}/groups.d"; hostname = "office.example.org"; guard = "100%";
publications = ( {publications} );
relays = ( {{ name = "sink"; host = "127.0.0.1"; port = {port}; tls = "none"; connections = {connections};
  recipients_per_message = 100; messages_per_connection = 1000; }} );
retry = {{ delays = [ "5s" ]; give_up_after = "1h"; }};
{more}
'''
# settle = "0s": the clock starts when a dropped issue has settled, which then is at once.
PUBLICATION = '''{{ id = "{id}"; name = "{name}"; folder = "{home}/{id}"; settle = "0s";
  from = "x <{id}@example.org>"; list_id = "{id}.example.org"; subject = "{{name}}"; require = [ "date" ];
  personal = {personal}; report_to = []; }}'''


@dataclasses.dataclass
class Publication:
    """One issue of it is sent, to so many recipients."""
    recipients: int
    personal: bool
    id: str = "weekly"
    name: str = "科协每周动态"
    domain: str = "example.org"
    number: int = 25

    @property
    def issue(self):
        return f"2023-{self.number}"

    @property
    def group(self):
        return f"{self.name}读者"

    def text(self):
        """The real issue with its longest paragraph twice: a mail of 50 KiB."""
        text = (TOP / "tests/data/weekly-2023-25.md").read_text()
        text = text.replace("科协每周动态", self.name, 1).replace("第25期", f"第{self.number}期", 1)
        body = text.split("分送：")[0]
        paragraph = max(re.findall(r"^[^#\-\s].*$", body, re.M), key=len)
        return body.replace(paragraph, f"{paragraph}\n\n{paragraph}", 1) + f"分送：{self.group}\n"



def write_list(folder, publication):
    """The CSV; made once for each size, a million rows take a second."""
    cache = folder.parent / f"list-{publication.domain}-{publication.recipients}.csv"
    if not cache.exists():
        with open(cache, "w") as file:
            file.write("address,name\n")
            file.writelines(f"reader{i}@{publication.domain},读者{i}\n"
                            for i in range(publication.recipients))
    os.link(cache, folder / f"groups.d/{publication.id}.csv")
    (folder / f"groups.d/{publication.id}.conf").write_text(
        f'name = "{publication.group}"; lists = [ "{publication.id}.csv" ];')


class Office:
    def __init__(self, run, port, *publications, connections=8, more=""):
        self.build, self.publications = run.build, publications
        home = self.home = pathlib.Path(tempfile.mkdtemp(prefix="office-", dir=run.folder))
        for name in ("groups.d", "state", *(f"{p.id}/outbox" for p in publications)):
            (home / name).mkdir(parents=True)
        for publication in publications:
            write_list(home, publication)
        said = ", ".join(PUBLICATION.format(home=home, id=p.id, name=p.name, personal=str(p.personal).lower())
                         for p in publications)
        (home / "fensong.conf").write_text(CONFIGURATION.format(
            home=home, publications=said, port=port, connections=connections, more=more))
        self.daemon, self.cpu = None, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.home)

    def start(self):
        """fensongd, ready; its socket is there."""
        self.start_at_once()
        end = time.monotonic() + PATIENCE
        while not (self.home / "state/control").exists():
            self.must(time.monotonic() < end, "fensongd does not start")
            time.sleep(0.005)
        return self

    def start_at_once(self):
        self.daemon = subprocess.Popen([self.build / "fensongd", "--config", self.home / "fensong.conf"],
                                       stderr=open(self.home / "log", "wb"))

    def stop(self):
        """CPU seconds of the daemon, its senders and the intake, from start to end."""
        if self.daemon and self.daemon.returncode is None:
            self.daemon.terminate()
            self.cpu = processes.cpu_at_end(self.daemon)
        return self.cpu

    def must(self, holds, what):
        if not holds:
            log = (self.home / "log").read_text(errors="replace") if (self.home / "log").exists() else ""
            why = "".join(p.read_text() for p in self.home.glob("*/rejected/*/why.txt"))
            raise SystemExit(f"{what}: {why}{log[-2000:]}")

    def drop(self, publication):
        """When, by time.monotonic()."""
        temporary = self.home / publication.id / ".issue.tmp"
        temporary.write_text(publication.text())
        now = time.monotonic()
        temporary.rename(self.home / publication.id / "outbox/issue.md")
        return now

    def row(self, publication):
        """(sent, when it was accepted, when it was finished) as the queue has it, by time.time()."""
        queue = sqlite3.connect(f"file:{self.home}/state/queue.db?mode=ro", uri=True, timeout=10)
        try:
            return queue.execute("SELECT sent, accepted_at / 1e6, finished_at / 1e6 FROM issue WHERE "
                                 "kind <> 'notice' AND publication = ?", (publication.id,)).fetchone()
        finally:
            queue.close()

    def wait_until(self, publication, holds, what, meanwhile=lambda: None, pause=0.01):
        """Looks at folders alone: whoever reads the queue keeps its log from being emptied."""
        rejected, end = self.home / publication.id / "rejected", time.monotonic() + PATIENCE
        while not holds():
            self.must(time.monotonic() < end and not any(rejected.glob("*")), what)
            meanwhile()
            time.sleep(pause)

    def wait_accepted(self, publication):
        """When it was gone from the outbox, by time.monotonic(): then it is durable in the queue."""
        outbox = self.home / publication.id / "outbox/issue.md"
        self.wait_until(publication, lambda: not outbox.exists(), "not accepted")
        return time.monotonic()

    def wait_sent(self, publication, meanwhile=lambda: None):
        """Seconds from the acceptance to the end, by the queue."""
        filed = self.home / publication.id / "sent" / publication.issue
        self.wait_until(publication, filed.exists, "not sent", meanwhile, pause=0.05)
        sent, accepted, finished = self.row(publication)
        self.must(sent == publication.recipients and finished, f"{sent} of {publication.recipients} sent")
        return finished - accepted

    def senders(self):
        return [pid for pid in processes.children(self.daemon.pid)
                if processes.is_program(pid, "fensong-sender")]

    def queue_size(self):
        """MB, the write-ahead log with it."""
        return sum(file.stat().st_size for file in (self.home / "state").glob("queue.db*")) / 1e6

    def command(self, *words):
        return subprocess.run([self.build / "fensong", "--config", self.home / "fensong.conf", *words],
                              stdout=subprocess.DEVNULL, check=True)
