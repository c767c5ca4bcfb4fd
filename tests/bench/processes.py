"""What processes cost: CPU to the microsecond, and memory at its highest."""
import os
import pathlib
import subprocess


def cpu_of_one(pid):
    """Seconds of a process with one thread that is running."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def cpu_at_end(process):
    """Waits for it; its seconds and those of all children that it waited for."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def children(pid):
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
    return [int(child) for child in listed.stdout.split()]


def is_program(pid, name):
    try:
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")) == name
    except OSError:
        return False


def peak_memory(pid):
    """MiB resident at most since the start, or since forget_peak(); 0: it is gone."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0


def forget_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
