#!/usr/bin/env python3
"""Measures the whole program against Postfix's smtp-source on the same sink, in the same run, in turn.

    tests/bench/run.py BUILD-FOLDER [--rounds N] [--only WORD] [--scale F]

Prints a table and writes tests/bench/results.md. Figures, no assertions: machines differ.
"""
import argparse, json, os, pathlib, signal, socket, sqlite3, statistics, subprocess, tempfile, time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
MESSAGE = 50 * 1024
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


class SmtpSink:
    """Postfix's own sink."""
    name = "smtp-sink"

    def __enter__(self):
        self.port = free_port()
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        self.process = subprocess.Popen(["/usr/sbin/smtp-sink", *user, f"127.0.0.1:{self.port}", "1000"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_port(self.port)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class FastSink(SmtpSink):
    """tests/bench/sink.c: one that is not the limit."""
    name = "fast sink"

    def __init__(self, build):
        self.program = build / "tests" / "bench" / "sink"

    def __enter__(self):
        self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self


def smtp_source(port, messages, connections, recipients=1):
    """Recipients a second."""
    start = time.monotonic()
    subprocess.run(["/usr/sbin/smtp-source", "-s", str(connections), "-m", str(messages), "-r", str(recipients),
                    "-l", str(MESSAGE), "-f", "weekly@example.org", "-t", "reader@example.org",
                    f"127.0.0.1:{port}"], check=True)
    return messages * recipients / (time.monotonic() - start)


def issue_text():
    """The real issue, its last paragraph drawn out so that the message is some 50 KiB, 分送 for all."""
    text = (TOP / "tests/data/weekly-2023-25.md").read_text().split("分送：")[0]
    return text + "分送：全体\n"


class Office:
    """fensongd on a folder of its own, with one group of so many recipients."""

    def __init__(self, build, port, recipients, personal, connections):
        self.build, self.recipients = build, recipients
        self.folder = tempfile.TemporaryDirectory(prefix="fensong-bench-")
        home = self.home = pathlib.Path(self.folder.name)
        for name in ("groups.d", "weekly/outbox", "state"):
            (home / name).mkdir(parents=True)
        with open(home / "groups.d/all.csv", "w") as file:
            file.write("address,name\n")
            file.writelines(f"reader{i}@example.org,读者{i}\n" for i in range(recipients))
        (home / "groups.d/all.conf").write_text('name = "全体"; lists = [ "all.csv" ];')
        (home / "fensong.conf").write_text(f'''
state_dir = "{home}/state"; groups_dir = "{home}/groups.d"; hostname = "office.example.org"; guard = "100%";
publications = ( {{ id = "weekly"; name = "科协每周动态"; folder = "{home}/weekly"; settle = "1s";
  from = "x <weekly@example.org>"; list_id = "weekly.example.org"; subject = "{{name}}"; require = [ "date" ];
  personal = {str(personal).lower()}; report_to = []; }} );
relays = ( {{ name = "sink"; host = "127.0.0.1"; port = {port}; tls = "none"; connections = {connections};
  recipients_per_message = 100; messages_per_connection = 1000; }} );
retry = {{ delays = [ "5s" ]; give_up_after = "1h"; }};''')

    def __enter__(self):
        self.daemon = subprocess.Popen([self.build / "fensongd", "--config", self.home / "fensong.conf"],
                                       stderr=open(self.home / "log", "wb"))
        return self

    def __exit__(self, *_):
        self.daemon.terminate()
        self.daemon.wait(70)
        self.folder.cleanup()

    def drop(self):
        temporary = self.home / "weekly/.issue.tmp"
        temporary.write_text(issue_text())
        temporary.rename(self.home / "weekly/outbox/issue.md")
        self.dropped = time.time()

    def row(self):
        try:
            queue = sqlite3.connect(f"file:{self.home}/state/queue.db?mode=ro", uri=True, timeout=10)
            row = queue.execute("SELECT state, sent, accepted_at / 1e6, finished_at / 1e6 FROM issue "
                                "WHERE kind <> 'notice'").fetchone()
            queue.close()
            return row
        except sqlite3.Error:
            return None

    def wait_sent(self, seconds=600):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            row = self.row()
            if row and row[3]:
                if row[1] != self.recipients:
                    raise SystemExit(f"{row[1]} of {self.recipients} sent: {(self.home / 'log').read_text()[-2000:]}")
                return row[3] - row[2]
            time.sleep(0.05)
        raise SystemExit("not sent in time: " + (self.home / "log").read_text()[-2000:])

    def wait_accepted(self, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.row():
                return
            time.sleep(0.02)
        raise SystemExit("not accepted: " + (self.home / "log").read_text()[-2000:])

    def children(self):
        listed = subprocess.run(["pgrep", "-P", str(self.daemon.pid)], capture_output=True, text=True)
        return [int(pid) for pid in listed.stdout.split()]

    def cpu(self):
        """Seconds of the daemon and all its children, once the senders are gone."""
        while self.children():
            time.sleep(0.1)
        stat = open(f"/proc/{self.daemon.pid}/stat").read().rsplit(")", 1)[1].split()
        return sum(int(x) for x in stat[11:15]) / TICKS

    def rss(self, pid):
        for line in open(f"/proc/{pid}/status"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0


def send(build, port, recipients, personal, connections):
    """(recipients a second from the acceptance to the end, CPU seconds)"""
    with Office(build, port, recipients, personal, connections) as office:
        office.drop()
        seconds = office.wait_sent()
        return recipients / seconds, office.cpu()


def against_source(build, sink, recipients, personal, rounds, connections=8):
    """Medians: ours, smtp-source's, of their ratios; CPU milliseconds a recipient."""
    ours, theirs, cpu = [], [], []
    batch = 1 if personal else 100
    with sink:
        for _ in range(rounds):
            theirs.append(smtp_source(sink.port, recipients // batch, connections, batch))
            rate, seconds = send(build, sink.port, recipients, personal, connections)
            ours.append(rate)
            cpu.append(seconds * 1000 / recipients)
    ratio = statistics.median(o / t for o, t in zip(ours, theirs))
    return statistics.median(ours), statistics.median(theirs), ratio, statistics.median(cpu)


def row_against_source(results, name, bar, *args, **more):
    ours, theirs, ratio, cpu = against_source(*args, **more)
    results.append((name, f"{ours:,.0f}/s; smtp-source {theirs:,.0f}/s; CPU {cpu:.3f} ms each", f"{ratio:.2f}", bar))


def commits(build, recipients, personal):
    """Calls of fdatasync a recipient: in WAL mode with FULL, one a commit. Not timed."""
    with FastSink(build) as sink, Office(build, sink.port, recipients, personal, 8) as office:
        time.sleep(0.5)
        trace = office.home / "trace"
        tracer = subprocess.Popen(["strace", "-c", "-e", "trace=fdatasync", "-o", trace, "-p", str(office.daemon.pid)],
                                  stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        office.drop()
        office.wait_sent()
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        calls = next((int(l.split()[3]) for l in trace.read_text().splitlines() if l.endswith("fdatasync")), 0)
        return calls / recipients


def million(build, recipients, results):
    with FastSink(build) as sink, Office(build, sink.port, recipients, False, 8) as office:
        office.drop()
        office.wait_accepted()
        accepted = time.time() - office.dropped
        start = time.monotonic()
        subprocess.run([build / "fensong", "--config", office.home / "fensong.conf", "status", "--json"],
                       stdout=subprocess.DEVNULL)
        status = time.monotonic() - start
        sender = 0
        while not (row := office.row()) or not row[3]:
            sender = max([sender, *(office.rss(pid) for pid in office.children() if os.path.exists(f"/proc/{pid}"))])
            time.sleep(0.3)
        daemon = office.rss(office.daemon.pid)
        size = sum(f.stat().st_size for f in (office.home / "state").glob("queue.db*")) / 1e6
        seconds = office.wait_sent()
    results.append((f"accept {recipients:,} (from the drop, 1 s of settling in it)", f"{accepted:.1f} s; queue {size:.0f} MB", "", "6 s; 250 MB"))
    results.append((f"send {recipients:,}, batched", f"{seconds:.1f} s; {recipients / seconds:,.0f}/s", "", ""))
    results.append(("memory while they are sent", f"fensongd {daemon:.0f} MiB; a sender {sender:.0f} MiB", "", "64; 16 MiB"))
    results.append(("status while they are queued", f"{status * 1000:.0f} ms", "", "100 ms"))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("build", type=pathlib.Path)
    args.add_argument("--rounds", type=int, default=3)
    args.add_argument("--scale", type=float, default=1.0)
    args.add_argument("--only", default="")
    options = args.parse_args()
    build, n, rounds = options.build.resolve(), options.scale, options.rounds
    results, fast = [], FastSink(build)
    work = {
        "personal": lambda: row_against_source(results, "personal → smtp-sink", "1.0", build, SmtpSink(), int(20000 * n), True, rounds),
        "fast": lambda: row_against_source(results, "personal → fast sink", "0.65; 0.12 ms", build, fast, int(20000 * n), True, rounds),
        "batched": lambda: row_against_source(results, "batched → smtp-sink", "1.8", build, SmtpSink(), int(100000 * n), False, rounds),
        "commits": lambda: (results.append(("commits a personal recipient", f"{commits(build, int(20000 * n), True):.4f}", "", "0.05")),
                            results.append(("commits a batched recipient", f"{commits(build, int(100000 * n), False):.5f}", "", "0.002"))),
        "million": lambda: million(build, int(1000000 * n), results),
    }
    for word, measure in work.items():
        if options.only in word:
            measure()
            print(*results[-1], sep=" | ", flush=True)
    lines = ["| work | measured | ratio | bar |", "| --- | --- | --- | --- |",
             *(f"| {' | '.join(r)} |" for r in results)]
    print("\n".join(lines))
    if not options.only:
        (TOP / "tests/bench/results.md").write_text("# make bench\n\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
