"""The plan that tests/fault/shim.c follows: which call fails, how, and what came of it."""
import errno
import mmap
import struct

from office import BUILD

COUNT_ONLY, FAIL_ONCE, FAIL_FOR_GOOD, KILL_BEFORE, KILL_AFTER, HANG = range(6)
MODES = {"EIO once": (FAIL_ONCE, errno.EIO), "ENOSPC once": (FAIL_ONCE, errno.ENOSPC),
         "EIO for good": (FAIL_FOR_GOOD, errno.EIO),
         "ENOSPC for good": (FAIL_FOR_GOOD, errno.ENOSPC),
         "kill before": (KILL_BEFORE, 0), "kill after": (KILL_AFTER, 0)}
FIELDS = "armed mode code count hits clock_off".split()     # each int64_t, as in struct plan
SIZE = 8 * len(FIELDS) + 256


class Plan:
    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(SIZE))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), SIZE)

    def set(self, **values):
        for name, value in values.items():
            struct.pack_into("q", self.memory, 8 * FIELDS.index(name), value)

    def get(self, name):
        return struct.unpack_from("q", self.memory, 8 * FIELDS.index(name))[0]

    def what(self):
        return self.memory[8 * len(FIELDS):].split(b"\0")[0].decode()

    def environment(self, under):
        return {"LD_PRELOAD": str(BUILD / "tests/fault/shim.so"), "FAULT_FILE": str(self.path),
                "FAULT_UNDER": str(under)}

    def close(self):
        self.memory.close()
