"""Memory: of streams that are open at the same time, and over a long run."""

import resource
import time

from . import machine
from .measure import Row
from .processes import BenchError, wait_until

RAMP = {1000: 2000, 10_000: 15_000}  # ms over which the streams begin


def possible(streams):
    """A proxy has two descriptors for each stream, and some hundreds of its own: kept connections, files."""
    return min(streams, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 600) // 2)


def with_streams(bench, target, streams, ramp):
    """Resident bytes before, and while `streams` are open that have had 16 chunks each and wait for more."""
    service = bench.gleaner if target == "gateway" else bench.nginx
    size = service.resident_bytes
    before = size()
    load = {"key": bench.gleaner.key} if target == "gateway" else {}
    running = bench.tools.start_load(
        service.port, stream=True, model=f"bench-hold-16-{ramp + 8000}ms", connections=streams, count=streams,
        ramp_ms=ramp, grace=120, **load)
    try:
        time.sleep(ramp / 1000 + 1)
        if target == "gateway":
            bench.sent += streams
            wait_until(f"{streams} streams are open", lambda: bench.gleaner.metrics()["gleaner_open_streams"] >= streams, 6)
        peak = size()
    except BenchError:
        running.kill()
        running.communicate()
        raise
    bench.tools.finish(running)
    return before, peak


def rows(bench):
    for wanted, ramp in list(RAMP.items())[:1 if bench.options.quick else None]:
        streams = possible(wanted)
        each = Row(f"{streams:,} open streams: each", "kB", limit=50)
        whole = Row(f"{streams:,} open streams: whole process", "MB", limit=600 if wanted == 10_000 else None)
        if streams < wanted:
            whole.note = f"this session may have {2 * streams + 600:,} descriptors at most, so there are {streams:,} streams"
        for target in ("nginx", "gateway"):
            if target == "gateway":
                bench.renew()
            before, peak = with_streams(bench, target, streams, ramp)
            setattr(each, target, (peak - before) / streams / 1000)
            setattr(whole, target, peak / 1e6)
        yield each
        yield whole


def soak_rows(bench):
    """Resident memory after each tenth of a long run."""
    bench.renew()
    part, sizes = max(bench.options.soak // 10, 1), []
    for _ in range(10):
        bench.run("gateway", connections=64, count=part)
        sizes.append(bench.gleaner.resident_bytes())
    # The first fifth fills pools and caches.
    growth = (sizes[-1] - sizes[1]) / sizes[1] * 100
    yield Row(f"{10 * part:,} exchanges: memory at the end", "MB", gateway=sizes[-1] / 1e6,
              note="after each tenth: " + ", ".join(f"{size / 1e6:.0f}" for size in sizes) + " MB")
    yield Row(f"{10 * part:,} exchanges: growth after the first fifth", "%", gateway=growth,
              limit=5 if part >= 10_000 else None)
