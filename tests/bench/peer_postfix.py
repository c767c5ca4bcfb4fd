"""Postfix as the list engine: its own queue manager and SMTP clients, to the sink as its relay.

Tuned by TUNING_README and postconf(5): as many clients to one destination as connections of ours and more,
started at once (initial_destination_concurrency), no brake on what comes in (in_flow_delay), 100 recipients
a transaction as ours, and room for all of it in the active queue. Connections are reused by default."""
import contextlib
import pathlib
import subprocess
import tempfile
import time

import postfix      # tests/e2e/postfix.py
from yardstick import smtp_source

RELAYS = """
virtual_mailbox_domains =
virtual_mailbox_maps =
relayhost = [127.0.0.1]:{port}
default_process_limit = 100
initial_destination_concurrency = 20
default_destination_concurrency_limit = 20
default_destination_recipient_limit = 100
in_flow_delay = 0
qmgr_message_active_limit = 40000
qmgr_message_recipient_limit = 40000
smtp_tls_security_level = none
smtp_host_lookup = native
"""
SMTP_SERVICE = "smtp      unix - - n - - smtp\n"

name = "Postfix"
why_not = postfix.why_not


@contextlib.contextmanager
def started(run, sink):
    with tempfile.TemporaryDirectory(prefix="postfix-", dir=run.folder) as folder:
        engine = postfix.Postfix(pathlib.Path(folder), more=RELAYS.format(port=sink.port),
                                 services=SMTP_SERVICE)
        try:
            yield engine.start()
        finally:
            engine.stop()


def batched(run, sink, message, recipients):
    """One message for all by sendmail. Its master is up before the clock starts, in its favour."""
    with started(run, sink) as engine:
        start = time.monotonic()
        subprocess.run(["/usr/sbin/sendmail", "-C", engine.etc, "-i", "-f", "weekly@example.org",
                        *recipients], input=message, check=True)
        return start, sink.wait(len(recipients)).last


def personal(run, sink, _message, recipients):
    """A message each by smtp-source into its smtpd."""
    with started(run, sink) as engine:
        start = time.monotonic()
        smtp_source(engine.port, len(recipients))
        return start, sink.wait(len(recipients)).last


PERSONAL = {"each by smtp-source into its smtpd": (personal, 15)}      # with the bar
