"""Partitions that are missing, and partitions made and detached under load."""

import subprocess
import time

from ..scenario import scenario
from ..world import World

CHILDREN = """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
              JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname IN ('exchanges', 'exchange_bodies')"""


@scenario("partition_missing", "19", small={"seconds": 2}, long={"seconds": 20})
def partition_missing(progress, seconds):
    """A partition that is missing is made when the first exchange needs it; no client is told of it."""
    with World() as world:
        world.compare()
        with world.load(clients=16):
            time.sleep(seconds / 2)
            # The rows that are there already move to the side and come back.
            names = world.cluster.sql(CHILDREN).splitlines()
            script = "BEGIN;"
            for name in names:
                parent = "exchange_bodies" if name.startswith("exchange_bodies") else "exchanges"
                script += (f"CREATE TABLE torture.{name} AS TABLE gleaner.{name};"
                           f"DROP TABLE gleaner.{name};")
            world.cluster.sql("CREATE SCHEMA IF NOT EXISTS torture;" + script + "COMMIT")
            progress(f"{len(names)} partitions dropped")
            time.sleep(seconds / 2)
        world.no_errors()
        for name in names:
            parent = "exchange_bodies" if name.startswith("exchange_bodies") else "exchanges"
            world.cluster.sql(f"SELECT gleaner.ensure_partitions('{parent}', now() - interval '7 days', now())")
            world.cluster.sql(f"INSERT INTO gleaner.{parent} SELECT * FROM torture.{name}")
        verdict = world.compare()
    return {"partitions dropped": len(names), **verdict.figures()}


@scenario("partitions_made", "20", small={"rounds": 5}, long={"rounds": 100})
def partitions_made(progress, rounds):
    """Partitions are made and detached while calls are stored and a long report reads: nobody waits, nobody fails."""
    with World() as world:
        load = world.load(clients=16, rate=60).start()
        # Not psql -c: a transaction that stays open while others work.
        report = subprocess.Popen(["psql", "-Xq", "-d", world.cluster.conninfo], stdin=subprocess.PIPE, text=True,
                                  stdout=subprocess.DEVNULL)
        report.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM gleaner.exchanges;\n")
        report.stdin.flush()
        slowest = 0.0
        try:
            for number in range(rounds):
                for table in ("exchanges", "exchange_bodies"):
                    began = time.monotonic()
                    world.cluster.sql(
                        f"SET lock_timeout = '1s'; SELECT gleaner.ensure_partitions('{table}', "
                        f"now() + interval '{30 + 7 * number} days', now() + interval '{31 + 7 * number} days')")
                    slowest = max(slowest, time.monotonic() - began)
                progress("partitions made", number + 1, rounds)
                time.sleep(0.2)
        finally:
            report.communicate("COMMIT;\n", timeout=20)
        oldest = world.cluster.sql(CHILDREN + " AND c.relname LIKE 'exchanges_%' ORDER BY 1 DESC LIMIT 1")
        world.cluster.sql(f"ALTER TABLE gleaner.exchanges DETACH PARTITION gleaner.{oldest} CONCURRENTLY")
        load.stop()
        world.no_errors()
        verdict = world.compare()
    return {"slowest DDL s": slowest, **verdict.figures()}
