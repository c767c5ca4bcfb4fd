"""A scriptable SMTP server that can be as bad as servers are.

    with Server(steps={"rcpt": "450 later"}) as server:
        ...  # talk to server.host, server.port
    assert server.got == [("a@example.org", b"Subject: ...")]

What a step answers is an action:

    "250 ok"            that reply (several lines: apart by \\n), CRLF added
    Raw(b"25")          these octets
    Drop(), Reset()     close; close with RST
    Hang()              say nothing, until the other side is gone or the server stops
    Slow("250 ok", 1)   an octet each so many seconds
    After(2, action)    wait, then
    Both(a, b)          one, then the other
    In_turn(a, b, c)    another one each time; the last one stays
    a function          of (session, argument): returns an action
    None                what a good server says (after 354: nothing)

Steps: greeting ehlo helo starttls auth auth_line mail rcpt data body end rset quit. `body` comes
after 354, before the message is read; `addresses` maps a recipient to its action at RCPT, and wins
over `rcpt`. A thread for each connection; whatever it does, stop() ends it.
"""
import base64
import socket
import ssl
import struct
import threading
import time

CAPABILITIES = ("PIPELINING", "SIZE 52428800", "8BITMIME", "ENHANCEDSTATUSCODES", "CHUNKING", "DSN")


class Gone(Exception):
    """This connection is at its end."""


class Raw:
    def __init__(self, octets):
        self.octets = octets

    def act(self, session):
        session.send(self.octets)


class Drop:
    def act(self, session):
        raise Gone


class Reset:
    def act(self, session):
        session.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone


class Hang:
    def act(self, session):
        session.server.stopping.wait()
        raise Gone


class Slow:
    def __init__(self, text, seconds):
        self.octets, self.seconds = text.encode() + b"\r\n", seconds

    def act(self, session):
        for octet in self.octets:
            session.send(bytes([octet]))
            session.sleep(self.seconds)


class After:
    def __init__(self, seconds, action):
        self.seconds, self.action = seconds, action

    def act(self, session):
        session.sleep(self.seconds)
        session.perform(self.action)


class Both:
    def __init__(self, *actions):
        self.actions = actions

    def act(self, session):
        for action in self.actions:
            session.perform(action)


class In_turn:
    def __init__(self, *actions):
        self.actions = list(actions)

    def next(self):
        return self.actions[0] if len(self.actions) == 1 else self.actions.pop(0)


def is_yes(action):
    """Does a server that does this take what it was asked to take?"""
    if action is None:
        return True
    if isinstance(action, str):
        return action[0] in "23"
    if isinstance(action, (Raw, Slow)):
        return action.octets[:1] in (b"2", b"3")
    if isinstance(action, After):
        return is_yes(action.action)
    return isinstance(action, Both) and is_yes(action.actions[0])


class Server:
    """Listens on a free port of `host` at once; serves from start() or `with` on.

    got: what was taken, a pair (recipient, octets of the message) for each recipient.
    commands: every line that came, without CRLF, over all connections.
    """

    def __init__(self, steps=None, addresses=None, *, host="127.0.0.1", port=0, context=None,
                 implicit=False, capabilities=CAPABILITIES, users=None, receive_buffer=None,
                 mechanisms="PLAIN LOGIN", lax=False):
        self.steps, self.addresses = dict(steps or {}), dict(addresses or {})
        self.context, self.implicit = context, implicit
        self.lax = lax  # goes on with RCPT and DATA after a MAIL that it refused
        self.capabilities, self.users, self.mechanisms = capabilities, users, mechanisms
        self.got, self.commands, self.logins = [], [], []
        self.connections = self.open_connections = 0
        self.leftovers = []  # of messages whose end never came
        self.tls_versions = []
        self.server_names = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive_buffer:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.listener.bind((host, port))
        self.listener.listen(64)
        self.listener.settimeout(0.1)
        self.host, self.port = host, self.listener.getsockname()[1]
        self.threads, self.sockets = [], []
        if context:
            context.sni_callback = lambda _socket, name, _context: self.server_names.append(name)

    def start(self):
        self._spawn(self._accept)
        return self

    def stop(self):
        self.stopping.set()
        for waiting in [self.listener, *self.sockets]:  # wakes who waits in it
            try:
                waiting.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in list(self.threads):
            thread.join(10)
        self.listener.close()

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def _spawn(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except TimeoutError:
                continue
            except OSError:
                break
            self.connections += 1
            self.sockets.append(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection):
        self.open_connections += 1
        session = Session(self, connection)
        try:
            session.run()
        except (Gone, OSError):
            pass
        finally:
            session.close()
            self.open_connections -= 1

    def recipients(self):
        return [recipient for recipient, _ in self.got]


class Session:
    def __init__(self, server, connection):
        self.server, self.socket = server, connection
        self.input = b""
        self.tls = False
        self.login = None
        self.good = None
        self.reset()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(0.1)

    def reset(self):
        self.mail_from, self.rcpts = None, []

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass

    # octets

    def sleep(self, seconds):
        if self.server.stopping.wait(seconds):
            raise Gone

    def send(self, octets):
        while octets:
            if self.server.stopping.is_set():
                raise Gone
            try:
                octets = octets[self.socket.send(octets):]
            except TimeoutError:
                pass

    def receive(self):
        while True:
            # What a client that has left sent before is read all the same: its QUIT counts.
            is_last = self.server.stopping.is_set()
            try:
                octets = self.socket.recv(1 << 18)
            except TimeoutError:
                if is_last:
                    raise Gone from None
                continue
            if not octets:
                raise Gone
            self.input += octets
            return

    def line(self):
        while b"\r\n" not in self.input:
            self.receive()
        line, self.input = self.input.split(b"\r\n", 1)
        return line.decode("latin-1")

    # actions

    def perform(self, action):
        if action is None:
            action = self.good
        if isinstance(action, str):
            self.send(action.replace("\n", "\r\n").encode() + b"\r\n")
        elif action is not None:
            action.act(self)

    def resolve(self, action, argument):
        while isinstance(action, In_turn) or callable(action):
            with self.server.lock:
                if isinstance(action, In_turn):
                    action = action.next()
                    continue
            action = action(self, argument)
        return action

    def answer(self, step, good, argument=""):
        """Does what the script says for this step, else says `good`."""
        self.good = good
        self.perform(self.resolve(self.server.steps.get(step), argument))

    # the dialogue

    def wrap(self):
        self.socket.settimeout(10)
        self.socket = self.server.context.wrap_socket(self.socket, server_side=True)
        self.server.tls_versions.append(self.socket.version())
        self.socket.settimeout(0.1)
        self.tls = True

    def run(self):
        self.argument = ""
        if self.server.implicit:
            self.wrap()
        self.answer("greeting", "220 hostile.example ESMTP")
        while True:
            line = self.line()
            self.server.commands.append(line)
            verb, _, self.argument = line.partition(" ")
            handler = getattr(self, "do_" + verb.lower(), None)
            if handler:
                handler()
            else:
                self.send(b"500 5.5.2 what?\r\n")

    def do_ehlo(self):
        words = list(self.server.capabilities)
        if self.server.context and not self.tls:
            words.append("STARTTLS")
        if self.server.users is not None:
            words.append("AUTH " + self.server.mechanisms)
        lines = ["hostile.example"] + words
        good = "\n".join("250-" + text for text in lines[:-1]) + "\n250 " + lines[-1]
        self.answer("ehlo", good.lstrip("\n"))

    def do_helo(self):
        self.answer("helo", "250 hostile.example")

    def do_starttls(self):
        self.answer("starttls", "220 2.0.0 go")
        if not self.tls and self.server.context:
            self.input = b""
            self.wrap()

    def do_auth(self):
        mechanism, _, initial = self.argument.partition(" ")
        if mechanism.upper() == "PLAIN":
            _, user, password = base64.b64decode(initial).decode().split("\0")
        else:
            user = base64.b64decode(initial).decode() if initial else self.ask("VXNlcm5hbWU6")
            password = self.ask("UGFzc3dvcmQ6")
        self.server.logins.append((mechanism.upper(), user, password))
        good = (self.server.users or {}).get(user) == password
        self.login = user if good else None
        self.answer("auth", "235 2.7.0 welcome" if good else "535 5.7.8 no such login")

    def ask(self, challenge):
        self.answer("auth_line", "334 " + challenge)
        return base64.b64decode(self.line()).decode()

    def do_mail(self):
        self.reset()
        action = self.resolve(self.server.steps.get("mail"), self.argument)
        if is_yes(action) or self.server.lax:
            self.mail_from = self.argument
        self.good = "250 2.1.0 ok"
        self.perform(action)

    def do_rcpt(self):
        if self.mail_from is None:
            self.send(b"503 5.5.1 need MAIL first\r\n")
            return
        address = self.argument[self.argument.index("<") + 1:self.argument.index(">")]
        action = self.server.addresses.get(address, self.server.steps.get("rcpt"))
        action = self.resolve(action, address)
        if is_yes(action):
            self.rcpts.append(address)
        self.good = "250 2.1.5 ok"
        self.perform(action)

    def do_data(self):
        good = "354 go on" if self.rcpts else "554 5.5.1 no valid recipients"
        action = self.resolve(self.server.steps.get("data"), "")
        self.good = good
        self.perform(action)
        if not is_yes(action) or (action is None and not self.rcpts):
            return
        self.answer("body", None)
        self.read_message()

    def read_message(self):
        seen = 0  # of a large message each octet is looked at once
        try:
            while not (self.input.startswith(b".\r\n")
                       or self.input.find(b"\r\n.\r\n", max(0, seen - 4)) >= 0):
                seen = len(self.input)
                self.receive()
        except (Gone, OSError):
            self.server.leftovers.append(self.input)
            raise
        if self.input.startswith(b".\r\n"):
            message, self.input = b"", self.input[3:]
        else:
            message, self.input = self.input.split(b"\r\n.\r\n", 1)
            message += b"\r\n"
        message = message.replace(b"\r\n..", b"\r\n.")
        action = self.resolve(self.server.steps.get("end"), message)
        if is_yes(action):
            with self.server.lock:
                self.server.got += [(recipient, message) for recipient in self.rcpts]
        self.good = "250 2.0.0 taken"
        self.perform(action)
        self.reset()

    def do_rset(self):
        self.reset()
        self.answer("rset", "250 2.0.0 ok")

    def do_quit(self):
        self.answer("quit", "221 2.0.0 bye")
        raise Gone


def refusing_port(host="127.0.0.1"):
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Blackhole:
    """A port at which connections neither succeed nor fail: its backlog is full."""

    def __enter__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.host, self.port = self.listener.getsockname()
        self.fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex((self.host, self.port))
            self.fillers.append(filler)
        time.sleep(0.1)
        return self

    def __exit__(self, *_):
        for filler in self.fillers:
            filler.close()
        self.listener.close()


def server_context(certificate, key, least=None, most=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if least:
        context.minimum_version = least
    if most:
        context.maximum_version = most
    return context
