"""Fills a database with exchanges and with what people made of them: on the server's side, the same for the same seed."""

import datetime
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

from .processes import BenchError

SCRIPTS = Path(__file__).resolve().parents[1] / "console"
UTC = datetime.timezone.utc


def run(conninfo, script, **values):
    """A psql script of `Benchmarks/console`."""
    settings = [part for name, value in values.items() for part in ("-v", f"{name}={value}")]
    done = subprocess.run(
        ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", *settings, "-d", conninfo, "-f", SCRIPTS / script],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise BenchError(f"{script} failed: {done.stderr.strip()}")


def value(conninfo, statement):
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c", statement],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise BenchError(f"psql failed: {done.stderr.strip()}")
    return done.stdout.strip()


def all_of(works, at_a_time):
    """Runs each; the first failure is raised when all that run have ended."""
    waiting, failures = queue.SimpleQueue(), []
    for work in works:
        waiting.put(work)

    def worker():
        while not failures:
            try:
                waiting.get_nowait()()
            except queue.Empty:
                return
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=worker) for _ in range(at_a_time)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def floor_id(moment):
    """The smallest id of a moment."""
    return f"{int(moment.timestamp() * 1000):012x}" + "0" * 20


def weeks(began, ended):
    """Mondays whose weeks touch the time between."""
    monday = (began - datetime.timedelta(days=began.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    while monday < ended:
        yield monday
        monday += datetime.timedelta(days=7)


def fill(conninfo, exchanges, days, seed, slots, ended, at_a_time=2):
    """The schema must be there, and empty. `ended` is when the newest exchange came."""
    def say(what):
        print(f"  {time.monotonic() - start:5.0f} s  {what}", file=sys.stderr, flush=True)

    start = time.monotonic()
    began = (ended - datetime.timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    run(conninfo, "functions.sql", seed=seed, exchanges=exchanges, began=began.isoformat(), ended=ended.isoformat())
    for table in ("exchanges", "exchange_bodies", "attempts"):
        # Those that the migrations made are in the way of filled ones; nothing is in them.
        for child in value(conninfo, f"SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'gleaner.{table}'::regclass").split():
            value(conninfo, f"DROP TABLE {child}")

    def week(monday):
        def work():
            next_monday = monday + datetime.timedelta(days=7)
            first, last = (value(conninfo, f"SELECT fill.number_at('{moment.isoformat()}')") for moment in (monday, next_monday))
            run(conninfo, "week.sql", child=monday.strftime("%Gw%V"), first=first, last=last, low=floor_id(monday),
                high=floor_id(next_monday))
            say(f"exchanges of the week of {monday:%Y-%m-%d}")
        return work

    def judgements(monday):
        def work():
            run(conninfo, "judgements.sql", low=floor_id(monday), high=floor_id(monday + datetime.timedelta(days=7)))
            say(f"judgements of the week of {monday:%Y-%m-%d}")
        return work

    all_of([week(monday) for monday in weeks(began, ended)], at_a_time)
    parents = value(conninfo, "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = 'gleaner'::regnamespace")
    for table in parents.split():
        value(conninfo, f"SELECT gleaner.ensure_partitions('{table}', '{began.isoformat()}', now() + interval '21 days')")
    all_of([judgements(monday) for monday in weeks(began, ended)], at_a_time)
    run(conninfo, "queue.sql", slots=slots)
    say("the review queue")
    value(conninfo, "VACUUM (ANALYZE)")
    say("vacuum and analyze")
    return time.monotonic() - start
