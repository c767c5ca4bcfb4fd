"""An SMTP server that writes down who got which message and when, and can be slow, or hostile.

A `manner` is asked at each step of a connection: `manner(step, session)` with step "greeting", "EHLO",
"MAIL", "RCPT", "DATA", "body", "end" or "QUIT" gives None (the usual answer) or an async function of the
session that does something else in its place. It ends the connection by raising Drop.
"""
import asyncio
import email.parser
import random
import re
import threading
import time


class Drop(Exception):
    """The connection ends here, without another word."""


class Copy:
    """One transaction that was answered, or about to be."""

    def __init__(self, session, recipients, headers, size):
        self.session, self.recipients, self.size = session, recipients, size
        session.last = self
        self.message_id, self.subject = headers["Message-ID"], headers["Subject"]
        self.end = time.monotonic()     # its end of data was here
        self.answered = None            # the answer was written, if it ever was

    def is_last(self):
        """The connection brought no other one after it, and nobody took leave of it."""
        return self.session.last is self and not self.session.has_quit

    def was_in_doubt(self, begin, end, slack):
        """In that time its sender may not have known the answer yet."""
        until = self.answered if self.answered is not None else self.end + 10
        return begin <= until + slack and end >= self.end - slack


class Session:
    def __init__(self, sink, number, reader, writer):
        self.sink, self.number, self.reader, self.writer = sink, number, reader, writer
        self.recipients, self.line = [], ""
        self.last, self.has_quit = None, False

    async def say(self, text):
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def serve(self):
        await self.step("greeting", lambda: self.say("220 sink.example.org ESMTP"))
        while line := await self.reader.readline():
            self.line = line.decode("utf-8", "replace").strip()
            verb = self.line[:4].upper()
            self.sink.commands.add(verb)
            usual = {"EHLO": self.hello, "MAIL": self.mail, "RCPT": self.recipient,
                     "DATA": self.data, "QUIT": self.quit}.get(verb)
            await self.step(verb, usual or (lambda: self.say("250 2.0.0 ok")))

    async def step(self, name, usual):
        other = self.sink.manner(name, self) if self.sink.manner else None
        await (other(self) if other else usual())

    async def hello(self):
        await self.say("250-sink.example.org\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n"
                       "250 ENHANCEDSTATUSCODES")

    async def mail(self):
        self.recipients = []
        await self.say("250 2.1.0 ok")

    async def recipient(self):
        address = re.search(r"<([^>]*)>", self.line)[1]
        answer = self.sink.refusal(address)
        if not answer:
            self.recipients.append(address)
        await self.say(answer or "250 2.1.5 ok")

    async def data(self):
        if not self.recipients:
            await self.say("554 5.5.1 no valid recipients")
            return
        await self.say("354 go on")
        await self.step("body", self.body)

    async def body(self):
        octets = await self.reader.readuntil(b"\r\n.\r\n")
        copy = self.sink.take(self, octets)
        await self.step("end", lambda: self.taken(copy))
        copy.answered = time.monotonic()

    async def taken(self, _copy):
        if self.sink.delay:
            await asyncio.sleep(self.sink.random.uniform(*self.sink.delay))
        await self.say("250 2.0.0 ok: queued")

    async def quit(self):
        self.has_quit = True
        await self.say("221 2.0.0 bye")
        raise Drop


class Sink:
    def __init__(self, seed=0, delay=None, manner=None, refusal=None):
        self.random, self.delay, self.manner = random.Random(seed), delay, manner
        self.refusal = refusal or (lambda address: None)
        self.copies, self.connections, self.commands = [], 0, set()
        self.loop, self.port = asyncio.new_event_loop(), None
        ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=[ready], daemon=True)
        self.thread.start()
        ready.wait()

    def run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", 0, limit=1 << 26))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()
        server.close()
        rest = asyncio.all_tasks(self.loop)
        for task in rest:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        self.loop.close()

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            await Session(self, self.connections, reader, writer).serve()
        except (Drop, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def take(self, session, octets):
        head = octets.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
        copy = Copy(session, session.recipients, email.parser.HeaderParser().parsestr(head),
                    len(octets))
        self.copies.append(copy)
        return copy

    def of(self, address):
        return [copy for copy in list(self.copies) if address in copy.recipients]

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
