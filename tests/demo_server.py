#!/usr/bin/env python3
"""A real SMTP server for the demo: aiosmtpd on a free loopback port, a maildir for what it gets.

    demo_server.py MAILDIR PORT-FILE
"""
import asyncio, os, sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP


async def main(maildir, port_file):
    handler = Mailbox(maildir)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=False, data_size_limit=50 << 20), "127.0.0.1", 0)
    with open(port_file + ".tmp", "w") as file:
        file.write(f"{server.sockets[0].getsockname()[1]}\n")
    os.rename(port_file + ".tmp", port_file)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
