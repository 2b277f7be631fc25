#!/usr/bin/env python3
"""Counts ten million exchanges into rollups, all of them and as they come, and asks every report view for an overview.

Starts a private PostgreSQL in a temporary directory, fills it (Benchmarks/console), has `gleaner rollups rebuild` count it,
then writes 2,000 exchanges a second for a while beside a running Gleaner, and prints what it took. See docs/benchmarks.md.
"""

import argparse
import datetime
import json
import os
import re
import sys
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gleanerbench import fill  # noqa: E402
from gleanerbench.gateway import Gleaner  # noqa: E402
from gleanerbench.postgres import Postgres  # noqa: E402
from gleanerbench.processes import ROOT, BenchError, end_all  # noqa: E402

SETTINGS = """
shared_buffers = '1GB'
effective_cache_size = '4GB'
fsync = off
full_page_writes = off
max_wal_size = '16GB'
work_mem = '32MB'
jit = off
"""

# What dashboards ask, over the last week by the hour and over all of it by the day.
OVERVIEW = {
    "traffic by the hour, a week": """SELECT at, sum(exchanges), sum(errors), sum(cost_usd) FROM report.exchanges_hourly
        WHERE project = 'bench' AND at >= {week} GROUP BY at""",
    "quantiles by the hour, a week": """SELECT at, duration_p50_ms, duration_p95_ms, ttft_p95_ms FROM report.slices_hourly
        WHERE project = 'bench' AND slice = 'all' AND source = 'gateway' AND at >= {week}""",
    "quantiles by the hour of a variant, a week": """SELECT at, duration_p50_ms, duration_p95_ms, ttft_p95_ms
        FROM report.slices_hourly WHERE project = 'bench' AND slice = 'variant' AND value = 'a' AND at >= {week}""",
    "quantiles of each model, a month": """SELECT value, report.quantile(0.95, array_agg(bin), array_agg(n)) FROM (
        SELECT value, bin, sum(n)::bigint AS n FROM report.slices_daily, unnest(duration_bins, duration_counts) AS u (bin, n)
        WHERE project = 'bench' AND slice = 'model' AND at >= now() - interval '30 days' GROUP BY value, bin) b GROUP BY value""",
    "quantiles by the day, all": """SELECT at, duration_p95_ms FROM report.slices_daily
        WHERE project = 'bench' AND slice = 'all' AND source = 'gateway'""",
    "quantiles of five minutes, a day": """SELECT at, duration_p50_ms, duration_p95_ms FROM report.slices_recent
        WHERE project = 'bench' AND slice = 'all' AND source = 'gateway' AND at >= now() - interval '1 day'""",
    "ratings by the day, all": """SELECT at, sum(ups), report.wilson_low(sum(ups), sum(ups + downs)),
        report.wilson_high(sum(ups), sum(ups + downs)), sum(rated) / sum(answered) FROM report.ratings_daily
        WHERE project = 'bench' GROUP BY at""",
    "ratings by variant, all": """SELECT variant, sum(ups), report.wilson_low(sum(ups), sum(ups + downs))
        FROM report.ratings_daily WHERE project = 'bench' GROUP BY variant""",
    "quality by variant, a month": "SELECT * FROM report.quality('bench', now() - interval '30 days', now(), 'variant')",
    "quality by the day, all": "SELECT * FROM report.quality_daily WHERE project = 'bench' AND measure = 'accuracy'",
    "safety by the hour, a week": """SELECT at, sum(flagged), sum(unjudged) FROM report.safety_hourly
        WHERE project = 'bench' AND at >= {week} GROUP BY at""",
    "cost by model, a month": """SELECT model, sum(cost_usd), sum(prompt_tokens) FROM report.exchanges_daily
        WHERE project = 'bench' AND at >= now() - interval '30 days' GROUP BY model""",
}


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / ".build/release/gleaner", type=Path, help="a gleaner, already built")
    parser.add_argument("--exchanges", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=60, help="over which they are spread, up to now (60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, default=2000, help="exchanges a second beside a running Gleaner (2000)")
    parser.add_argument("--seconds", type=int, default=400, help="for so long (400): longer than the five minutes that are counted anew")
    parser.add_argument("--rounds", type=int, default=20, help="of each query (20)")
    parser.add_argument("--json", type=Path, help="where the figures go as well")
    return parser.parse_args()


def processor_seconds(conninfo):
    """Of all server processes of the cluster, by /proc: user and system."""
    directory = fill.value(conninfo, "SHOW data_directory")
    main = int(Path(directory, "postmaster.pid").read_text().split()[0])
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) == main or int(fields[1]) == main:
            # What ended children took is the postmaster's.
            total += sum(int(value) for value in (fields[11:15] if int(stat.parent.name) == main else fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def digest(conninfo):
    """Over every hour and day that is counted."""
    return fill.value(conninfo, """
        SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
            SELECT t::text AS line FROM gleaner.rollups t WHERE minutes > 5
            UNION ALL SELECT t::text FROM gleaner.rollup_slices t WHERE minutes > 5
            UNION ALL SELECT t::text FROM gleaner.rollup_judgements t
            UNION ALL SELECT t::text FROM gleaner.rollup_reviews t) x""")


def rebuild(gleaner, conninfo, exchanges):
    before, began = processor_seconds(conninfo), time.monotonic()
    gleaner.run("rollups", "rebuild", "--project", "bench", timeout=3600)
    seconds, used = time.monotonic() - began, processor_seconds(conninfo) - before
    return {"seconds": round(seconds, 1), "exchanges_per_second": round(exchanges / seconds),
            "database_cpu_us_per_exchange": round(used / exchanges * 1e6, 2)}


def queries(conninfo, rounds):
    """Each query's 95th percentile in milliseconds, measured by psql itself, warm."""
    figures = {}
    for name, text in OVERVIEW.items():
        text = text.replace("{week}", "now() - interval '7 days'")
        script = "\\timing on\n" + (" ".join(text.split()) + ";\n") * (rounds + 1)
        done = fill.subprocess.run(["psql", "-XAtq", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1", "-d", conninfo],
                                   input=script, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(done.stderr)
        times = sorted(float(value) for value in re.findall(r"Time: ([0-9.]+) ms", done.stdout)[1:])
        figures[name] = round(times[min(len(times) - 1, int(0.95 * len(times)))], 1)
    return figures


# What the page of the overview is asked for, with what is compared and split by.
ASKED = [{"range": stretch, **more} for stretch in ["1h", "24h", "7d", "30d", "90d"]
         for more in [{"by": "variant"}, {"by": "language", "variant": "a"}, {"by": "model", "compare": "previous"},
                      {"by": "route", "compare": "variant", "first": "a", "second": "b"}]]


def overview(gleaner, postgres, rounds):
    """Has Gleaner make the overview's numbers, and reads from PostgreSQL's log what each of its statements took: parsing, planning
    and running, at p95 in milliseconds, by stretch and by what it reads."""
    key = gleaner.run("keys", "create", "--project", "bench", "--scope", "read")
    postgres.sql("ALTER SYSTEM SET log_min_duration_statement = 0")
    postgres.sql("ALTER SYSTEM SET log_line_prefix = '%p '")
    postgres.sql("SELECT pg_reload_conf()")
    log = Path(postgres.directory, "log")
    figures = {}
    for asked in ASKED:
        address = f"http://127.0.0.1:{gleaner.port}/api/report?{urllib.parse.urlencode(asked)}"
        for number in range(rounds + 2):
            if number == 2:
                # Two for the caches.
                begun = log.stat().st_size
            with urllib.request.urlopen(urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})) as answer:
                answer.read()
        with log.open(errors="replace") as lines:
            lines.seek(begun)
            for name, milliseconds in durations(lines.read()):
                figures.setdefault((asked["range"], name), []).append(milliseconds)
    postgres.sql("ALTER SYSTEM RESET ALL")
    postgres.sql("SELECT pg_reload_conf()")
    return {f"{stretch} {name}": round(sorted(times)[int(0.95 * len(times))], 1) for (stretch, name), times in figures.items()}


def durations(log):
    """Of each statement on report views: which, and how long it took in all its steps."""
    begun = {}
    entries = re.findall(r"^(\d+) LOG:  duration: ([0-9.]+) ms  (parse|bind|execute|statement)[^:]*: (.*?)(?=^\d+ [A-Z]+:  |\Z)",
                         log, re.M | re.S)
    for process, milliseconds, step, text in entries:
        begun[process] = begun.get(process, 0) + float(milliseconds)
        if step in ("execute", "statement"):
            views = sorted(set(re.findall(r"report\.(\w+)", text)) - {"quantile", "projects"})
            if views:
                yield " ".join(views) + (" by time" if " at AS key" in text.replace('"', "") else ""), begun[process]
            del begun[process]


def stream(conninfo, rate, seconds):
    """Writes exchanges as ingest does: batches of 500, each with its mark behind it. Returns how many."""
    batch = 500
    statement = f"""
        WITH new AS (
            INSERT INTO gleaner.exchanges (shard, id, project_id, received_at, endpoint, status, http_status, streamed, tags,
                complete, source, route, variant, provider, served_model, language, system_fingerprint, finish_reason,
                prompt_tokens, completion_tokens, cost_usd, duration_ms, ttft_ms, request_sha256, request_bytes, response_bytes)
            SELECT ('x' || substr(i, 14, 3))::bit(12)::int, i::uuid, p.id, now(), '/v1/chat/completions', 'completed', 200, true,
                '{{}}', true, 'gateway', 'chat', (ARRAY['a', 'b'])[1 + n % 2], 'openai', 'model-' || n % 3,
                (ARRAY['en', 'hi-Latn'])[1 + n % 2], sha256(('p' || n % 5)::bytea), 'stop', 100 + n, 50, 0.001, 200 + random() * 3000,
                100 + random() * 200, ''::bytea, 10, 10
            FROM gleaner.projects p, LATERAL (
                SELECT n, lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
                       || substr(replace(gen_random_uuid()::text, '-', ''), 1, 3) || 'a'
                       || substr(replace(gen_random_uuid()::text, '-', ''), 1, 15) AS i
                FROM generate_series(1, {batch}) n) g
            WHERE p.name = 'bench' RETURNING project_id, id)
        INSERT INTO gleaner.rollup_marks (project_id, part, at)
        SELECT DISTINCT project_id, 'exchanges', date_bin('5 minutes', gleaner.time_of(id), '2000-01-01 00:00:00+00') FROM new;"""
    ended, sent = time.monotonic() + seconds, 0
    process = fill.subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo], text=True,
                                    stdin=fill.subprocess.PIPE, stdout=fill.subprocess.PIPE)
    began = time.monotonic()
    while time.monotonic() < ended:
        process.stdin.write(" ".join(statement.split()) + "\n")
        process.stdin.flush()
        sent += batch
        pause = began + sent / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
    process.stdin.close()
    if process.wait() != 0:
        raise BenchError("the stream of exchanges broke off")
    return sent


def keeping_up(conninfo, rate, seconds):
    """How far the rollups are behind while exchanges come, and what the passes take."""
    behind = []
    total = fill.value(conninfo, "SELECT coalesce(sum(exchanges), 0)::bigint FROM gleaner.rollups WHERE minutes = 60")
    stop = threading.Event()

    def watch():
        while not stop.wait(1):
            behind.append(float(fill.value(conninfo, """
                SELECT coalesce(extract(epoch FROM now() - max(ended_at)), 999) FROM gleaner.rollup_passes WHERE name = 'exchanges'""")))

    watcher = threading.Thread(target=watch)
    watcher.start()
    before, began = processor_seconds(conninfo), time.monotonic()
    sent = stream(conninfo, rate, seconds)
    took = time.monotonic() - began
    used = processor_seconds(conninfo) - before
    stop.set()
    watcher.join()
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and int(fill.value(
            conninfo, "SELECT coalesce(sum(exchanges), 0)::bigint FROM gleaner.rollups WHERE minutes = 60")) < int(total) + sent:
        time.sleep(1)
    return {"exchanges_per_second": round(sent / took), "age_of_last_pass_s_p95": sorted(behind)[int(0.95 * len(behind))],
            "caught_up_after_s": round(time.monotonic() - began - took, 1),
            "database_cpu_us_per_exchange_all": round(used / sent * 1e6, 1)}


def main():
    options = read_options()
    figures = {"exchanges": options.exchanges, "days": options.days}
    ended = datetime.datetime.now(fill.UTC)
    try:
        postgres = Postgres(SETTINGS)
        conninfo = postgres.conninfo
        gleaner = Gleaner(options.binary, "http://127.0.0.1:9/v1", conninfo, GLEANER_LOG_LEVEL="warning")
        gleaner.stop()
        figures["fill_s"] = round(fill.fill(conninfo, options.exchanges, options.days, options.seed, 1000, ended))
        figures["rebuild"] = rebuild(gleaner, conninfo, options.exchanges)
        first = digest(conninfo)
        figures["again"] = rebuild(gleaner, conninfo, options.exchanges)
        figures["identical"] = digest(conninfo) == first
        fill.value(conninfo, "VACUUM (ANALYZE)")
        figures["rows"] = int(fill.value(conninfo, "SELECT count(*) FROM gleaner.rollups"))
        figures["p95_ms"] = queries(conninfo, options.rounds)
        gleaner.start()
        figures["overview_p95_ms"] = overview(gleaner, postgres, options.rounds)
        figures["keeping_up"] = keeping_up(conninfo, options.rate, options.seconds)
        gleaner.stop()
    finally:
        end_all()
    print(json.dumps(figures, indent=2))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    if not figures["identical"] or max(figures["overview_p95_ms"].values()) > 100:
        sys.exit("not as promised")


if __name__ == "__main__":
    main()
