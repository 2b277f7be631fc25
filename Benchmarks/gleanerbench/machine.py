"""What the kernel says: CPU seconds, memory and written bytes of processes, and how much of the machine others took."""

import os
import statistics
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
CORES = os.cpu_count()


def children(pid):
    """Of a process that may be ending: what is gone has none."""
    found = []
    try:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    except OSError:
        pass
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


class Probe:
    """Blocks written over old bytes and synced, on the disk of `directory`; times in microseconds.

    When others keep all cores busy, they also have the wait for a core in them.
    """

    def __init__(self, directory, size, count):
        self.path, self.block = Path(directory) / "sync-probe", os.urandom(size)
        self.handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        os.write(self.handle, self.block * count)
        os.fsync(self.handle)
        os.lseek(self.handle, 0, os.SEEK_SET)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.handle)
        self.path.unlink()

    def sync(self):
        began = time.perf_counter()
        os.write(self.handle, self.block)
        os.fdatasync(self.handle)
        return (time.perf_counter() - began) * 1e6


def sync_microseconds(directory, count=200):
    """4 kB, one after the other: the quickest tenth and the median."""
    with Probe(directory, 4096, count) as probe:
        times = sorted(probe.sync() for _ in range(count))
    return times[count // 10], statistics.median(times)


def call_sync_microseconds(directory, count=100):
    """The two syncs of one call, a page of the journal each, 0.3 ms apart, after 20 ms of rest: what no gateway can save
    that makes a call durable twice. The median."""
    times = []
    with Probe(directory, 16 << 10, 2 * count) as probe:
        for _ in range(count):
            time.sleep(0.02)
            first = probe.sync()
            time.sleep(0.0003)
            times.append(first + probe.sync())
    return statistics.median(times)


def describe(directory):
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), "unknown")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) >> 20
    quick, middle = sync_microseconds(directory)
    return {"cpu": model, "cores": CORES, "memory_gib": memory, "kernel": os.uname().release,
            "sync_p10_us": round(quick, 1), "sync_p50_us": round(middle, 1),
            "call_sync_us": round(call_sync_microseconds(directory), 1)}
