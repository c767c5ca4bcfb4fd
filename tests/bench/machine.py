"""What the figures were measured on: without it they mean nothing."""
import os
import pathlib
import platform
import subprocess
import time


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def file_system(folder):
    found = subprocess.run(["findmnt", "-n", "-o", "FSTYPE,SOURCE", "-T", folder], capture_output=True,
                           text=True)
    return " on ".join(found.stdout.split()) or "unknown"


def syncs_a_second(folder, seconds=0.5):
    """How often this disk can make an appended block durable."""
    path = pathlib.Path(folder) / "syncs"
    count, end = 0, time.monotonic() + seconds
    with open(path, "wb", buffering=0) as file:
        while time.monotonic() < end:
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            count += 1
    path.unlink()
    return count / seconds


def memory():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def describe(folder):
    return (f"{time.strftime('%Y-%m-%d %H:%M')}; {os.cpu_count()} cores ({cpu_model()}), {memory():.0f} GiB, "
            f"Linux {platform.release()}; queues on {file_system(folder)}, {syncs_a_second(folder):,.0f} "
            f"fdatasync/s; load before the start {os.getloadavg()[0]:.1f}")
