"""What we are measured by: Postfix's smtp-source, to the same server, in the same run."""
import subprocess
import time

MESSAGE = 50 * 1024


def smtp_source(port, messages, recipients_each=1, connections=8):
    """Recipients a second. With several to a message they are numbered, as smtp-source does."""
    start = time.monotonic()
    subprocess.run(["/usr/sbin/smtp-source", "-s", str(connections), "-m", str(messages),
                    "-r", str(recipients_each), "-l", str(MESSAGE), "-f", "weekly@example.org",
                    "-t", "reader@example.org", f"127.0.0.1:{port}"], check=True)
    return messages * recipients_each / (time.monotonic() - start)
