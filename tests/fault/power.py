"""What a disk may hold that lost its power: out of the log of tests/fault/power.c, which has every change of
files in order. Octets that no fsync() covered are gone, or some of them are there; so are names.

A Disk is fed with the entries up to the cut. `save()` then writes what was durable, and by `chance` some of
what was not:
- octets: each write() since the last sync of its file by itself, in any choice;
- names, "ordered": as a journalling file system (ext4) keeps them: any sync keeps all changes before it, and
  of the others the first so many;
- names, "strict": no more than POSIX says: a sync of a folder keeps the changes in it, and of the others any.
"""
import mmap
import pathlib
import stat
import struct

WRITE, TRUNCATE, SYNC, CREATE, MKDIR, RENAME, UNLINK = range(1, 8)      # as in power.c
HEAD = struct.Struct("QQ")
ENTRY = struct.Struct("IIIIQqq")
SIZE = 512 << 20


class Log:
    def __init__(self, path):
        self.path = path
        with open(path, "w+b") as file:
            file.truncate(SIZE)
            self.memory = mmap.mmap(file.fileno(), SIZE)
        HEAD.pack_into(self.memory, 0, HEAD.size, SIZE)

    def environment(self, library, under):
        return {"LD_PRELOAD": str(library), "POWER_LOG": str(self.path), "POWER_UNDER": str(under)}

    def entries(self):
        """(deed, inode, offset, seconds, first, second) of each, as long as they are whole."""
        at, (end, _) = HEAD.size, HEAD.unpack_from(self.memory, 0)
        while at < end:
            length, deed, first, second, inode, offset, moment = ENTRY.unpack_from(self.memory, at)
            if not length:
                break       # its process was killed in it
            text = at + ENTRY.size
            yield (deed, inode, offset, moment / 1e9, self.memory[text:text + first],
                   self.memory[text + first:text + first + second].decode())
            at += length

    def close(self):
        self.memory.close()


class File:
    def __init__(self, octets=b""):
        self.durable = bytearray(octets)
        self.since = []         # (offset, octets), (length, None): what no sync covers

    def sync(self):
        for change in self.since:
            self.apply(self.durable, *change)
        self.since = []

    @staticmethod
    def apply(content, offset, octets):
        if octets is None:
            del content[offset:]
            offset, octets = max(offset, len(content)), b""
        content.extend(bytes(max(0, offset - len(content))))
        content[offset:offset + len(octets)] = octets

    def after(self, chance, share):
        content = bytearray(self.durable)
        for change in self.since:
            if chance.random() < share:
                self.apply(content, *change)
        return bytes(content)


class Change:
    """Of names: what was done, in which folders."""

    def __init__(self, deed, path, second, thing, folders):
        self.deed, self.path, self.second, self.thing = deed, path, second, thing
        self.folders, self.durable = folders, False


def parent(path):
    return path.rpartition("/")[0]


class Folder:
    """The same one whatever its name."""


class Disk:
    def __init__(self, top, folders):
        """As it is now, all of it durable; `folders` of `top` alone."""
        self.top = str(top)
        self.files = {}         # by inode, as they are
        self.names = {}         # path to File or Folder, as they are
        self.changes = []       # of Change
        for folder in folders:
            for path in [top / folder, *sorted((top / folder).rglob("*"))]:
                status = path.lstat()
                if stat.S_ISREG(status.st_mode):
                    self.names[str(path)] = self.files[status.st_ino] = File(path.read_bytes())
                elif stat.S_ISDIR(status.st_mode):
                    self.names[str(path)] = Folder()
        self.first = dict(self.names)

    # --- what happens

    def take(self, deed, inode, offset, _moment, first, second):
        if deed == WRITE and inode in self.files:
            self.files[inode].since.append((offset, first))
        elif deed == TRUNCATE and inode in self.files:
            self.files[inode].since.append((offset, None))
        elif deed == SYNC:
            self.sync(inode, first.decode())
        elif deed == CREATE:
            self.files[inode] = File()
            self.change((CREATE, first.decode(), "", self.files[inode]))
        elif deed in (MKDIR, RENAME, UNLINK):
            self.change((deed, first.decode(), second, Folder() if deed == MKDIR else None))

    def change(self, change):
        folders = [self.names.get(parent(path)) for path in change[1:3] if path]
        self.rename_all(self.names, *change)
        self.changes.append(Change(*change, folders))

    @staticmethod
    def rename_all(names, deed, path, second, thing):
        """Nothing, where what it needs is not there."""
        def under(top):
            return [name for name in names if name == top or name.startswith(top + "/")]

        if not isinstance(names.get(parent(second or path)), Folder):
            return
        if deed in (CREATE, MKDIR):
            names[path] = thing
        elif deed == UNLINK:
            for name in under(path):
                del names[name]
        elif path in names:
            for name in under(second):
                del names[name]
            for name in under(path):
                names[second + name[len(path):]] = names.pop(name)

    def sync(self, inode, path):
        folder = self.names.get(path)
        if not isinstance(folder, Folder):      # its inode may have been that of a file that is gone
            if inode in self.files:
                self.files[inode].sync()
            return
        for at, change in enumerate(self.changes):
            if folder in change.folders and not change.durable:
                self.keep(at)

    def keep(self, at):
        """A name that is kept keeps what it names: however that came there, and the folders that it is in."""
        change = self.changes[at]
        change.durable = True
        wanted = set()
        for path in filter(None, (change.path, change.second)):
            wanted.update(str(one) for one in [path, *pathlib.PurePath(path).parents])
        for earlier in range(at - 1, -1, -1):
            before = self.changes[earlier]
            result = before.second or before.path
            if not before.durable and before.deed != UNLINK and result in wanted and \
                    (before.deed != CREATE or result == change.path):
                self.keep(earlier)

    # --- what is left of it

    def kept(self, chance, order, share):
        """Which changes of names are there after the cut."""
        if order == "strict":
            return [change for change in self.changes if change.durable or chance.random() < share]
        sure = max((i + 1 for i, change in enumerate(self.changes) if change.durable), default=0)
        more = int((len(self.changes) - sure + 1) * share * chance.random())
        return self.changes[:sure + more]

    def save(self, to, chance, order, share):
        names = dict(self.first)
        for change in self.kept(chance, order, share):
            self.rename_all(names, change.deed, change.path, change.second, change.thing)
        for name, file in sorted(names.items()):
            path = pathlib.Path(str(to) + name[len(self.top):])
            if isinstance(file, Folder):
                path.mkdir(parents=True, exist_ok=True)
            elif not name.endswith("-shm"):     # SQLite's map of the log: made anew
                path.write_bytes(file.after(chance, share))
