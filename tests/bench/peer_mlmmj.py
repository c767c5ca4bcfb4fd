"""mlmmj-send as the list engine, to the sink as its relayhost.

Tuned by its TUNABLES: the mail prepared in memory (memorymailsize above its size); grouped with an
empty `verp` and 100 recipients a transaction (maxverprecips); without `verp` it sends a message each with
a return path of its own, one after the other on one connection."""
import pathlib
import subprocess
import tempfile
import time

name = "mlmmj"


def why_not():
    return None


def send(run, sink, message, recipients, control):
    with tempfile.TemporaryDirectory(prefix="mlmmj-", dir=run.folder) as folder:
        home = pathlib.Path(folder)
        for part in ("control", "subscribers.d", "queue", "archive", "requeue", "bounce"):
            (home / part).mkdir()
        settings = {"listaddress": "weekly@example.org", "owner": "owner@example.org",
                    "relayhost": "127.0.0.1", "smtpport": str(sink.port), "memorymailsize": "1000000",
                    **control}
        for setting, value in settings.items():
            (home / "control" / setting).write_text(f"{value}\n" if value else "")
        for letter in range(16):        # as mlmmj spreads them, by the first letter
            lines = "".join(f"{address}\n" for address in recipients[letter::16])
            (home / "subscribers.d" / f"{letter:x}").write_text(lines)
        (home / "mail").write_bytes(message)
        (home / "index").write_text("1\n")
        start = time.monotonic()
        program = run.build / "tests/bench/peers/root/usr/bin/mlmmj-send"
        subprocess.run([program, "-L", home, "-m", home / "mail"], check=True)
        return start, sink.wait(len(recipients), 60).last


def batched(run, sink, message, recipients):
    return send(run, sink, message, recipients, {"verp": "", "maxverprecips": "100"})


def personal(run, sink, message, recipients):
    return send(run, sink, message, recipients, {})


PERSONAL = {"VERP": (personal, 300)}        # with the bar
