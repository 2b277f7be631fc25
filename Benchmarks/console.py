#!/usr/bin/env python3
"""Opens every page of the console, and every list of the API, on ten million exchanges, and prints what it took.

Starts a private PostgreSQL in a temporary directory, fills it (Benchmarks/console), starts a Gleaner on it and asks it for
its pages with a spread of filters. See docs/benchmarks.md.
"""

import argparse
import datetime
import json
import re
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gleanerbench import fill, pages  # noqa: E402
from gleanerbench.gateway import Gleaner  # noqa: E402
from gleanerbench.postgres import Postgres  # noqa: E402
from gleanerbench.processes import ROOT, BenchError, end_all  # noqa: E402

# What is filled can be filled again: nothing is synced, and what is loaded into new tables is not logged.
SETTINGS = """
shared_buffers = '1GB'
effective_cache_size = '4GB'
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = '16GB'
autovacuum = off
jit = off
"""
WANTED_MS = 200


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / ".build/release/gleaner", type=Path, help="a gleaner, already built")
    parser.add_argument("--exchanges", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=60, help="over which they are spread, up to now (60)")
    parser.add_argument("--slots", type=int, default=1_000_000, help="review slots that wait (1000000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5, help="of each path (5)")
    parser.add_argument("--database", help="conninfo of one that is filled already, or of an empty one to fill and keep")
    parser.add_argument("--only", default="", help="rows whose names hold this")
    parser.add_argument("--json", type=Path, help="where the figures go as well")
    return parser.parse_args()


def signed_in(gleaner):
    """A browser of an admin of the filled project."""
    browser = pages.Browser(gleaner.port)
    browser.enter(gleaner.run("people", "invite", "bench", "--role", "admin", "--project", "bench"))
    return browser


def filters(conninfo, project):
    """Queries of a search: each filter alone and many together, from what is everywhere to what is nowhere."""
    user, conversation = fill.value(
        conninfo, f"SELECT end_user || ' ' || conversation FROM gleaner.exchanges WHERE project_id = '{project}' "
                  "ORDER BY id DESC OFFSET 1000 LIMIT 1").split()
    middle, = fill.value(conninfo, f"SELECT id FROM gleaner.exchanges WHERE project_id = '{project}' AND id < "
                                   "(SELECT fill.id(began + (ended - began) / 2, 0, 1, 1) FROM fill.settings) "
                                   "ORDER BY id DESC LIMIT 1").split()
    return {
        "none": ["", "limit=50&before=" + middle, "since=24h", "until=30d", "since=20d&until=19d"],
        "one": [
            "route=chat", "route=tools", "variant=base", "variant=canary", "variant=rare", "model=small-1",
            "model=ft:small-1:canary", "provider=local", "status=completed", "status=upstream_failed",
            "status=interrupted", "http_status=error", "http_status=5xx", "http_status=400", "rating=up", "rating=down",
            "rating=none", "score=1", "reported=true", "reported=false", "flagged=true", "flagged=false", "reviewed=true",
            "reviewed=false", "language=en", "language=ta", "language=ur", "tag=beta", "tag=incident",
            "end_user=" + user, "end_user=user-1", "conversation=" + conversation, "min_ms=3000", "min_ms=20000",
            "min_cost_usd=0.001"],
        "several": [
            "route=chat&variant=base&language=en&status=completed", "rating=down&language=ta",
            "rating=down&variant=canary&http_status=200", "reviewed=true&rating=down&language=bn",
            "http_status=5xx&language=ur&min_ms=5000", "variant=rare&language=ur&rating=up", "since=40d&until=39d&tag=vip",
            "model=large-1&tag=vip&min_ms=4000&rating=none", "end_user=user-1&language=ur&status=refused",
            "score=1&reported=true&reviewed=true", "before=" + middle + "&variant=canary"],
        "none meets": [
            "tag=nobody", "language=xx", "variant=nobody", "route=nobody&rating=none", "provider=nobody&reviewed=false",
            "min_ms=1000000", "end_user=nobody", "conversation=nobody", "model=nobody", "tag=nobody&reported=false"],
        "text": ["text=chai", "text=refund&language=en", "text=%E0%A4%AC%E0%A5%81%E0%A4%96%E0%A4%BE%E0%A4%B0",
                 "text=nobody+says+this", "text=nobody+says+this&rating=down", "text=content", "text=poem&variant=canary"],
    }


def rows(gleaner, browser, client, conninfo, project):
    """(name, browser, paths) of all that is measured."""
    spread = filters(conninfo, project)
    ids = fill.value(conninfo, f"SELECT id FROM gleaner.exchanges WHERE project_id = '{project}' AND fill.unit("
                               "('x' || right(id::text, 8))::bit(32)::int, 1, 1) < 0.00001 LIMIT 15").split()
    judged = fill.value(conninfo, f"SELECT exchange_id FROM gleaner.reviews WHERE project_id = '{project}' LIMIT 10").split()
    for name, queries in spread.items():
        yield f"GET /api/exchanges, filters: {name}", client, ["/api/exchanges?" + query for query in queries]
    yield "GET /api/exchanges/{id}", client, [f"/api/exchanges/{id}" for id in ids + judged]
    yield "GET /api/exchanges/{id}/history", client, [f"/api/exchanges/{id}/history" for id in ids + judged]
    for name, queries in spread.items():
        yield f"/exchanges, filters: {name}", browser, ["/exchanges?" + query for query in queries]
    yield "/exchanges/{id}", browser, [f"/exchanges/{id}" for id in ids + judged]
    start, _ = browser.get("/account")
    for path in sorted({path for path in re.findall(r'<a href="(/[a-z/-]*)" data-go=', start)} - {"/exchanges"}):
        yield path, browser, [path]


def main():
    options = read_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    missed, figures = [], []
    try:
        conninfo = options.database or Postgres(SETTINGS).conninfo
        gleaner = Gleaner(options.binary, "http://127.0.0.1:9/v1", conninfo, GLEANER_LOG_LEVEL="warning")
        if fill.value(conninfo, "SELECT to_regclass('fill.settings')") == "":
            print(f"filling with {options.exchanges:,} exchanges of {options.days} days", file=sys.stderr)
            ended = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
            seconds = fill.fill(conninfo, options.exchanges, options.days, options.seed, options.slots, ended)
            size = int(fill.value(conninfo, "SELECT pg_database_size(current_database())"))
            print(f"filled in {seconds:.0f} s, {size / 1e9:.1f} GB", file=sys.stderr)
        project = fill.value(conninfo, "SELECT id FROM fill.projects WHERE place = 1")
        browser = signed_in(gleaner)
        client = pages.Browser(gleaner.port, gleaner.run("keys", "create", "--project", "bench", "--scope", "admin"))
        print(f"{'page':44} {'paths':>5} {'opened':>6} {'p50 ms':>7} {'p95 ms':>7} {'max ms':>7}")
        for name, who, paths in rows(gleaner, browser, client, conninfo, project):
            if options.only not in name:
                continue
            row = pages.measure(who, paths, options.rounds)
            figures.append({"page": name, **row})
            if row["p95"] >= WANTED_MS:
                missed.append(name)
            print(f"{name:44} {row['paths']:5} {row['count']:6} {row['p50']:7.1f} {row['p95']:7.1f} {row['max']:7.1f}"
                  + ("  MISSED" if name in missed else ""), flush=True)
        if options.json:
            options.json.write_text(json.dumps({"wanted_ms": WANTED_MS, "exchanges": options.exchanges, "rows": figures}, indent=2))
    except BenchError as error:
        print(f"console bench: {error}", file=sys.stderr)
        return 1
    finally:
        end_all()
    print(f"wanted: p95 below {WANTED_MS} ms on every page: " + (f"missed by {len(missed)}" if missed else "met"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
