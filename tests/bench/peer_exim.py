"""Exim as the list engine, to the sink. Debian's package conflicts with Postfix's, so it is run from where
it was unpacked, in a mount namespace with an /etc of its own: the user that it wants, and its configuration
where it trusts it (with -C it gives up its rights, and with them the reuse of connections).

Tuned by its specification: 8 parallel deliveries of one message (remote_max_parallel), 1,000 messages a
connection, 100 recipients a transaction as ours, a split spool, no message put off because many came on
one connection; personal ones each by itself, or as copies of one by max_rcpt = 1 (51.6, VERP). Queueing
first and queue runners after it (-odq -q1s) were tried too: no faster than delivery at once."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from sinks import free_port, wait_for_port
from yardstick import smtp_source

USER = 64990
CONFIGURATION = """\
exim_path = {program}
primary_hostname = lists.example.org
spool_directory = {home}/spool
log_file_path = {home}/log/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = {listen}
tls_advertise_hosts =
keep_environment =
acl_smtp_rcpt = accept
recipients_max = 0
never_users =
split_spool_directory = true
remote_max_parallel = 8
queue_run_max = 8
smtp_accept_max = 0
smtp_accept_queue_per_connection = 0
begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = sink
begin transports
sink:
  driver = smtp
  port = {port}
  allow_localhost
  max_rcpt = {most}
  connection_max_messages = 1000
begin retry
* * F,1h,1m
"""
SYSTEM_FILES = ("nsswitch.conf", "hosts", "services", "protocols", "localtime", "ld.so.cache")

name = "Exim"


def program(run):
    return run.build / "tests/bench/peers/root/usr/sbin/exim4"


def why_not():
    if os.geteuid() != 0:
        return "Exim needs root here, for a mount namespace and its own users"
    return None


class Exim:
    def __init__(self, run, folder, sink, most):
        self.home, self.program, self.port = pathlib.Path(folder), program(run), free_port()
        self.home.chmod(0o755)
        for part in ("spool", "log"):
            (self.home / part).mkdir()
            os.chown(self.home / part, USER, USER)
        etc = self.home / "etc"
        (etc / "exim4").mkdir(parents=True)
        for file in SYSTEM_FILES:
            with contextlib.suppress(OSError):
                shutil.copy(f"/etc/{file}", etc / file)
        for file, line in (("passwd", f"Debian-exim:x:{USER}:{USER}::/:/usr/sbin/nologin\n"),
                           ("group", f"Debian-exim:x:{USER}:\n")):
            (etc / file).write_text(pathlib.Path(f"/etc/{file}").read_text() + line)
        (etc / "exim4/exim4.conf").write_text(CONFIGURATION.format(
            program=self.program, home=self.home, listen=self.port, port=sink.port, most=most))

    def command(self, *words):
        inside = 'mount --bind "$0" /etc && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", inside, self.home / "etc", self.program, *words]

    def submit(self, message, recipients):
        """One message for all; delivered before it returns."""
        subprocess.run(self.command("-odf", "-i", "-f", "weekly@example.org", *recipients),
                       input=message, check=True)

    @contextlib.contextmanager
    def daemon(self):
        process = subprocess.Popen(self.command("-bdf", "-odb"))
        try:
            wait_for_port(self.port)
            yield
        finally:
            process.terminate()
            process.wait()


def one_message(run, sink, message, recipients, most):
    with tempfile.TemporaryDirectory(prefix="exim-", dir=run.folder) as folder:
        exim = Exim(run, folder, sink, most)
        start = time.monotonic()
        exim.submit(message, recipients)
        return start, sink.wait(len(recipients), 60).last


def batched(run, sink, message, recipients):
    return one_message(run, sink, message, recipients, 100)


def copies(run, sink, message, recipients):
    return one_message(run, sink, message, recipients, 1)


def each_by_itself(run, sink, _message, recipients):
    with tempfile.TemporaryDirectory(prefix="exim-", dir=run.folder) as folder, \
            (exim := Exim(run, folder, sink, 100)).daemon():
        start = time.monotonic()
        smtp_source(exim.port, len(recipients))
        return start, sink.wait(len(recipients)).last


# With the bar. Copies are no messages of their own: one message is stored, its headers alike for all.
PERSONAL = {"each by smtp-source into its smtpd": (each_by_itself, 50),
            "copies of one, max_rcpt = 1": (copies, None)}
