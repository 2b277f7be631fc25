"""What the kernel says: CPU seconds, memory and written bytes of processes, and how much of the machine others took."""

import os
import statistics
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
CORES = os.cpu_count()


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def cpu_seconds(pid, with_children=False):
    """User and system time; with children, the dead ones that were waited for count too."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    own = sum(map(int, fields[11:15] if with_children else fields[11:13])) / TICK
    return own + (sum(cpu_seconds(child, True) for child in children(pid)) if with_children else 0)


def resident_bytes(pid):
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def written_bytes(pid):
    """What the process caused to be written to storage; None where the kernel does not say."""
    try:
        for line in Path(f"/proc/{pid}/io").read_text().splitlines():
            if line.startswith("write_bytes:"):
                return int(line.split()[1])
    except OSError:
        return None


def busy_seconds():
    """All CPU time that anybody took, and what the host took away (steal)."""
    user, nice, system, _idle, _wait, irq, soft, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + soft) / TICK, steal / TICK


class Gauge:
    """The share of the machine's CPU that went to others than the bench while the gauge was open."""

    def __init__(self, own_cpu):
        self.own_cpu = own_cpu

    def __enter__(self):
        self.began, self.own = time.monotonic(), self.own_cpu()
        self.busy, self.steal = busy_seconds()
        return self

    def __exit__(self, *_):
        self.seconds = max(time.monotonic() - self.began, 1e-6)
        busy, steal = busy_seconds()
        others = busy - self.busy - (self.own_cpu() - self.own) + steal - self.steal
        self.share = max(0.0, others / (self.seconds * CORES))


def sync_microseconds(directory, count=200):
    """Writing 4 kB over old bytes and fdatasync, on the disk of `directory`: the quickest tenth and the median.

    When others keep all cores busy, the median also has the wait for a core in it.
    """
    path, block, times = Path(directory) / "sync-probe", os.urandom(4096), []
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.write(handle, block * count)
        os.fsync(handle)
        os.lseek(handle, 0, os.SEEK_SET)
        for _ in range(count):
            began = time.perf_counter()
            os.write(handle, block)
            os.fdatasync(handle)
            times.append((time.perf_counter() - began) * 1e6)
    finally:
        os.close(handle)
        path.unlink()
    return sorted(times)[count // 10], statistics.median(times)


def describe(directory):
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), "unknown")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) >> 20
    quick, middle = sync_microseconds(directory)
    return {"cpu": model, "cores": CORES, "memory_gib": memory, "kernel": os.uname().release,
            "sync_p10_us": round(quick, 1), "sync_p50_us": round(middle, 1)}
