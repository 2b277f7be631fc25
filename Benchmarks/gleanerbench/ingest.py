"""How quickly a full journal drains, beside `psql \\copy` of the same rows into the same tables."""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from .machine import Gauge
from .measure import Row
from .processes import BenchError, wait_until


def drain(bench, count):
    """Fills the journal while PostgreSQL is away, then measures from the first stored batch to the last.

    Returns exchanges per second, the gateway's and PostgreSQL's CPU seconds per exchange, the journal's bytes per
    exchange, and the share of CPU that others took.
    """
    gleaner, postgres = bench.gleaner, bench.postgres
    bench.settle()
    postgres.stop()
    try:
        before = gleaner.journal_bytes()
        bench.tools.load(gleaner.port, key=gleaner.key, connections=64, count=count)
        bench.sent += count
        size = (gleaner.journal_bytes() - before) / count
        stored = gleaner.stored()
    finally:
        postgres.start()
    with Gauge(bench.own_cpu) as gauge:
        cpu, database = gleaner.cpu_seconds(), postgres.cpu_seconds()
        first = wait_until("a batch is stored", lambda: max(gleaner.stored() - stored, 0), 60, pause=0.01)
        began = time.monotonic()
        wait_until("the journal is drained", lambda: gleaner.stored() - stored >= count, 600, pause=0.1)
        seconds = time.monotonic() - began
        cpu, database = gleaner.cpu_seconds() - cpu, postgres.cpu_seconds() - database
    return (count - first) / seconds, cpu / count, database / count, size, gauge.share


def psql(bench, *commands):
    arguments = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", bench.postgres.conninfo]
    for command in commands:
        arguments += ["-c", command]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise BenchError(f"psql failed: {done.stderr.strip()}")
    return done.stdout.strip()


# What one exchange becomes, and how its rows are found by the exchange's id.
TABLES = {"exchanges": "id", "exchange_bodies": "id", "attempts": "exchange_id"}


def copy(bench, since, directory):
    """Exchanges per second when `psql` copies the rows received after `since` back into the tables that they were in.

    They are deleted and vacuumed away first: the tables, partitions and indexes are then what the journal was drained into.
    """
    present = [table for table in TABLES if psql(bench, f"SELECT to_regclass('gleaner.{table}')")]
    psql(bench, *(
        rf"\copy (SELECT t.* FROM gleaner.{table} t JOIN gleaner.exchanges e ON t.{TABLES[table]} = e.id "
        rf"WHERE e.received_at >= '{since}' ORDER BY e.id) TO '{directory}/{table}'" for table in present))
    for table in reversed(present):
        psql(bench, f"DELETE FROM gleaner.{table} t USING gleaner.exchanges e "
                    f"WHERE t.{TABLES[table]} = e.id AND e.received_at >= '{since}'")
    psql(bench, f"VACUUM {', '.join(f'gleaner.{table}' for table in present)}", "CHECKPOINT")
    began, cpu = time.monotonic(), bench.postgres.cpu_seconds()
    psql(bench, *(rf"\copy gleaner.{table} FROM '{directory}/{table}'" for table in present))
    seconds, cpu = time.monotonic() - began, bench.postgres.cpu_seconds() - cpu
    rows = int(psql(bench, f"SELECT count(*) FROM gleaner.exchanges WHERE received_at >= '{since}'"))
    return rows / seconds, rows, cpu / rows


def rows(bench):
    count = bench.options.ingest
    drains, copies = [], []
    bench.renew()  # with a journal that has no free pages yet, so that it shows what it takes
    with tempfile.TemporaryDirectory(prefix="gleaner-bench-copy-") as directory:
        for _ in range(bench.options.rounds):
            since = psql(bench, "SELECT clock_timestamp()")
            drains.append(drain(bench, count))
            copies.append(copy(bench, since, Path(directory)))
            if copies[-1][1] != count:
                raise BenchError(f"{count} exchanges were sent and {copies[-1][1]} are in the database")

    def middle(list_, index):
        return statistics.median(item[index] for item in list_)

    others = middle(drains, 4)
    busy = others > bench.options.outside
    rate, beside = middle(drains, 0), middle(copies, 0)
    yield Row(f"draining {count:,} JSON exchanges", "exchanges/s", direct=beside, gateway=rate, others=others,
              note="direct: psql \\copy of the same rows into the same tables")
    yield Row("draining beside \\copy", "%", gateway=statistics.median(d[0] / c[0] * 100 for d, c in zip(drains, copies)),
              limit=70, at_least=True, others=others, is_busy=busy)
    yield Row("draining: gateway", "µs CPU / exchange", gateway=middle(drains, 1) * 1e6, others=others)
    yield Row("draining: PostgreSQL", "µs CPU / exchange", direct=middle(copies, 2) * 1e6, gateway=middle(drains, 2) * 1e6,
              others=others, note="direct: \\copy's")
    yield Row("JSON: journal while PostgreSQL is away", "bytes / exchange", gateway=drains[0][3], others=others)
