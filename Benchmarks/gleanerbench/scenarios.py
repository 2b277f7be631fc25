"""The rows of the table, by group. Limits are the project's own for two cores, logging on, durability `disk`."""

from .measure import Row, added, row

ALL = ("direct", "nginx", "gateway")
PROXIES = ("nginx", "gateway")


def cpu_per(part):
    return lambda run, _target: run.cpu * 1e6 / run.report[part]


def per_second(run, _target):
    return run.report["answered"] / run.report["seconds"]


def percentile(series, part):
    return lambda run, _target: run.report[series][part] / 1000


def postgres_row(bench, name, runs, limit=None):
    return row(bench, name, "µs CPU / exchange", {"gateway": runs["gateway"]},
               lambda run, _target: run.postgres_cpu * 1e6 / run.report["answered"], limit=limit)


def json_rows(bench):
    seconds, connections = bench.options.seconds, 64
    runs = bench.rounds(ALL, connections=connections, seconds=seconds)
    yield row(bench, "JSON, 64 connections: CPU", "µs CPU / exchange", {t: runs[t] for t in PROXIES},
              cpu_per("answered"), limit=200)
    yield row(bench, "JSON, 64 connections: throughput", "exchanges/s", runs, per_second, timed=True, limit=3000,
              at_least=True)
    yield row(bench, "JSON, 64 connections: CPU of everything", "µs CPU / exchange", runs,
              lambda run, _target: run.whole_cpu * 1e6 / run.report["answered"],
              note="load, provider, PostgreSQL and what stands between; a second divided by it is what one core can carry")
    yield postgres_row(bench, "JSON, 64 connections: PostgreSQL", runs, limit=150)
    yield row(bench, "JSON: written by the gateway", "bytes / exchange", {"gateway": runs["gateway"]},
              lambda run, _target: run.written / run.report["answered"])
    runs = bench.rounds(PROXIES, connections=1, seconds=seconds)
    yield row(bench, "JSON, 1 connection: CPU", "µs CPU / exchange", runs, cpu_per("answered"))
    yield postgres_row(bench, "JSON, 1 connection: PostgreSQL", runs)


def burst_rows(bench):
    runs = bench.rounds(ALL, connections=64, seconds=bench.options.seconds, stream=True, model="bench-burst-64")
    yield row(bench, "burst of 64 chunks: CPU", "µs CPU / stream", {t: runs[t] for t in PROXIES},
              cpu_per("answered"), limit=700)
    yield row(bench, "burst of 64 chunks: throughput", "streams/s", runs, per_second, timed=True)
    yield postgres_row(bench, "burst of 64 chunks: PostgreSQL", runs)


def paced_rows(bench):
    for streams in (200, 500):
        # Some streams after each other on every connection, begun evenly over the length of one.
        runs = bench.rounds(PROXIES, connections=streams, count=streams * bench.options.paced, ramp_ms=1280, stream=True,
                            model="bench-paced-64-20ms")
        yield row(bench, f"paced, 20 ms, {streams} streams: CPU", "µs CPU / chunk", runs, cpu_per("chunks"), limit=40)


def latency_rows(bench):
    """Low load in two forms: one client that calls again once it is answered, and calls with 20 ms of rest between."""
    seconds = bench.options.latency_seconds
    one, rested = {"connections": 1}, {"connections": 16, "rate": 50}
    stream = {"stream": True, "model": "bench-paced-8-5ms"}
    for name, series, how, load in (
        ("JSON, one client", "latency_us", one, {}),
        ("stream, one client: first byte", "first_byte_us", one, stream),
        ("JSON, 50/s", "latency_us", rested, {}),
        ("stream, 50/s: first byte", "first_byte_us", rested, stream),
    ):
        limits = (0.7, 5)
        runs = bench.rounds(ALL, seconds=seconds, **how, **load)
        for part, limit in zip(("p50", "p99"), limits):
            yield added(row(bench, f"{name}, added {part}", "ms", runs, percentile(series, part), timed=True,
                            limit=limit))
        if load and "rate" in how:
            for part in ("p50", "p99"):
                name = f"stream, 50/s: per chunk, added {part}"
                yield added(row(bench, name, "ms", runs, percentile("chunk_us", part), timed=True))


def size_rows(bench):
    """What an exchange takes in the database, measured over a run of its own."""
    for name, load in (("JSON", {}), ("burst of 64 chunks", {"stream": True, "model": "bench-burst-64"})):
        tables, log = bench.postgres.table_bytes(), bench.postgres.log_position()
        run = bench.run("gateway", connections=16, count=bench.options.size_count, **load)
        count = run.report["answered"]
        yield Row(f"{name}: PostgreSQL tables and indexes", "bytes / exchange", others=run.others,
                  gateway=(bench.postgres.table_bytes() - tables) / count)
        yield Row(f"{name}: PostgreSQL write-ahead log", "bytes / exchange", others=run.others,
                  gateway=(bench.postgres.log_position() - log) / count)
