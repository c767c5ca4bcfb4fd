"""A real Postfix of its own: configuration, queue and mailboxes in one folder, a free loopback port.
Nothing of /etc/postfix or /var/spool/postfix is touched."""
import email
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {home}/maillog
maillog_file_prefixes = {home}
virtual_mailbox_domains = example.org, example.com, example.net, bast.example
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = {maps}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
alias_maps =
alias_database =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
default_process_limit = 20
biff = no
{more}
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


def why_not():
    """The reason why it can't be started here; None: it can."""
    if os.geteuid() != 0:
        return "Postfix's master must be started by root"
    if not shutil.which("postfix", path="/usr/sbin:/usr/bin"):
        return "Postfix is not installed"
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def last_of_each(settings):
    """Postfix warns about a setting that stands there twice."""
    by_name = {line.split("=", 1)[0].strip(): line for line in settings.splitlines() if line}
    return "\n".join(by_name.values()) + "\n"


class Postfix:
    """recipients: addresses that have a mailbox; None: every address has the same one. more: lines of
    main.cf, services: lines of master.cf."""

    def __init__(self, home, recipients=None, more="", services=""):
        self.home = pathlib.Path(home) / "postfix"
        self.port = free_port()
        self.etc = self.home / "etc"
        owner = pwd.getpwnam("postfix")
        for name, mode in (("etc", 0o755), ("spool", 0o755), ("data", 0o755), ("mail", 0o755)):
            (self.home / name).mkdir(parents=True, mode=mode)
        for folder in (self.home, *self.home.parents):      # so that its processes get here
            if folder.stat().st_uid == os.geteuid() and folder not in (pathlib.Path("/"),
                                                                      pathlib.Path("/tmp")):
                folder.chmod(folder.stat().st_mode | 0o011)
        (self.home / "maillog").touch()
        for name in ("data", "mail", "maillog"):
            os.chown(self.home / name, owner.pw_uid, owner.pw_gid)
        (self.etc / "boxes").write_text("".join(f"{r} {r}/\n" for r in recipients or ()))
        maps = f"texthash:{self.etc}/boxes" if recipients is not None else "static:all/"
        daemons = subprocess.run(["postconf", "-d", "-h", "daemon_directory"], text=True,
                                 capture_output=True, check=True).stdout.strip()
        main = MAIN.format(home=self.home, daemons=daemons, maps=maps, uid=owner.pw_uid,
                           gid=owner.pw_gid, more=more)
        (self.etc / "main.cf").write_text(last_of_each(main))
        (self.etc / "master.cf").write_text(MASTER.format(port=self.port) + services)

    def _postfix(self, *words, check=True):
        return subprocess.run(["postfix", "-c", self.etc, *words], text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=check)

    def stop(self):
        self._postfix("stop", check=False)

    def start(self):
        done = self._postfix("start", check=False)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as one:
                    if one.recv(3) == b"220":
                        return self
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError(f"Postfix does not start: {done.stderr}\n{self.log()}")

    def log(self):
        path = self.home / "maillog"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    @property
    def got(self):
        """(recipient, message) of each copy that lies in a mailbox."""
        found = []
        for path in sorted((self.home / "mail").rglob("new/*")):
            octets = path.read_bytes()
            message = email.message_from_bytes(octets)
            found.append((message["Delivered-To"] or message["X-Original-To"], octets))
        return found
