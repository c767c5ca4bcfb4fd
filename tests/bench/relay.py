"""Through a real Postfix on loopback that takes all mail into its queue and then discards it."""
import pathlib
import tempfile
import time

import postfix      # tests/e2e/postfix.py
import rates
import table
from office import Publication

DISCARDS = """
virtual_mailbox_domains =
virtual_mailbox_maps =
default_transport = discard:
default_process_limit = 100
"""
DISCARD_SERVICE = "discard   unix - - n - - discard\n"


class DiscardingPostfix(postfix.Postfix):
    def is_idle(self):
        """Everything that it took is through."""
        return not any(path.is_file() for name in ("maildrop", "incoming", "active", "deferred")
                       for path in (self.home / "spool" / name).rglob("*"))

    def wait_idle(self):
        while not self.is_idle():
            time.sleep(0.1)


def through_postfix(run):
    n = run.scaled(5000)
    work = f"personal, {n:,}, through a real Postfix that discards: share of smtp-source"
    if why := postfix.why_not():
        yield table.Row(work, f"not measured: {why}", bar="≥ 0.85")
        return
    measured, publication = rates.Measured(), Publication(n, personal=True)
    with tempfile.TemporaryDirectory(prefix="relay-", dir=run.folder) as folder:
        relay = DiscardingPostfix(pathlib.Path(folder), more=DISCARDS, services=DISCARD_SERVICE)
        try:
            relay.start()
            for _ in range(run.rounds):
                rates.one_round(run, measured, relay, publication, after_source=relay.wait_idle)
                relay.wait_idle()
        finally:
            relay.stop()
    yield table.at_least(work, str(measured), measured.ratio, 0.85)
