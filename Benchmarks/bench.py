#!/usr/bin/env python3
"""Measures Gleaner beside the bare provider and beside nginx, prints one table and writes it as JSON.

Starts everything itself, on loopback: a scripted provider, a private PostgreSQL, nginx, a release Gleaner, load.
See docs/benchmarks.md for what the rows mean.
"""

import argparse
import datetime
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gleanerbench import ingest, machine, memory, report, scenarios, statements, tls  # noqa: E402
from gleanerbench.measure import Bench  # noqa: E402
from gleanerbench.postgres import Postgres  # noqa: E402
from gleanerbench.processes import ROOT, BenchError, Tools, end_all  # noqa: E402

GROUPS = {
    "json": scenarios.json_rows, "burst": scenarios.burst_rows, "paced": scenarios.paced_rows,
    "latency": scenarios.latency_rows, "size": scenarios.size_rows, "ingest": ingest.rows, "memory": memory.rows,
    "soak": memory.soak_rows, "tls": tls.rows,
}


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / ".build/release/gleaner", type=Path,
                        help="a release gleaner, already built")
    parser.add_argument("--quick", action="store_true", help="one short round of everything")
    parser.add_argument("--only", default="", help="groups, comma separated: " + ", ".join(GROUPS))
    parser.add_argument("--rounds", type=int, help="of each row, interleaved; 3, quick 1")
    parser.add_argument("--seconds", type=float, help="of each saturating run; 8, quick 3")
    parser.add_argument("--soak", type=int, help="exchanges of the long run; 100000, quick 10000")
    parser.add_argument("--outside", type=float, default=0.10,
                        help="rounds in which others took a larger share of the CPU are repeated or left out (0.10)")
    parser.add_argument("--priority", type=int, default=0,
                        help="nice value of everything the bench starts (0); below 0 needs root")
    parser.add_argument("--json", type=Path, default=ROOT / ".build/bench.json",
                        help="where the figures go (.build/bench.json)")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--statements", action="store_true",
                        help="also print what PostgreSQL spent its time on; counting costs it some")
    options = parser.parse_args()
    options.only = [name for name in options.only.split(",") if name] or list(GROUPS)
    if unknown := set(options.only) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (3 if options.quick else 8)
    options.latency_seconds = 5 if options.quick else 20
    options.paced = 2 if options.quick else 4
    options.soak = options.soak or (10_000 if options.quick else 100_000)
    options.ingest = 5000 if options.quick else 100_000
    options.size_count = 2000 if options.quick else 10_000
    return options


def run(options, directory, rows, checks):
    """Fills `rows`, and `checks` with what was sent and what was stored of each gateway that ran."""
    if not os.access(options.binary, os.X_OK):
        raise BenchError(f"{options.binary} is not there; build it: make build (or name one with --binary)")
    postgres = Postgres(statements.SETTINGS if options.statements else "")
    bench = Bench(Tools(directory), postgres, options, checks)
    bench.start()
    if options.statements:
        statements.begin(postgres)
    for name in options.only:
        for row in GROUPS[name](bench):
            rows.append(row)
            print("  ".join(cell for cell in report.line(row) if cell), file=sys.stderr, flush=True)
    bench.check()
    if options.statements:
        print(statements.report(postgres), end="\n\n")


def main():
    options = read_options()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the ends of everything that was started
    if options.priority:
        os.nice(options.priority)
    when = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    command = "make bench" + (f' ARGS="{" ".join(sys.argv[1:])}"' if sys.argv[1:] else "")
    rows, checks, failure = [], [], None
    with tempfile.TemporaryDirectory(prefix="gleaner-bench-tools-") as directory:
        about = machine.describe(directory)
        try:
            run(options, directory, rows, checks)
        except BenchError as error:
            failure = error  # what was measured until then is shown
        except KeyboardInterrupt:
            return 130
        finally:
            end_all()
    if failure and not rows:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    print(f"{command}   {when}")
    print(f"{about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB, Linux {about['kernel']}; "
          f"4 kB written and synced in {about['sync_p50_us']:.0f} µs (median of 200; quickest tenth "
          f"{about['sync_p10_us']:.0f}); the two syncs of a call after 20 ms of rest: {about['call_sync_us']:.0f} µs\n")
    print((report.markdown if options.markdown else report.table)(rows))
    print("\nothers: the share of CPU that went to processes outside the bench, in the rounds kept; busy: too large to judge")
    for note in report.notes(rows):
        print(note)
    for check in checks:
        verdict = "ok" if check["ok"] else "NOT OK"
        print(f"sent {check['sent']}, stored {check['stored']}, conservation gap {check['gap']}: {verdict}")
    report.write(options.json, command, when, about, rows, checks)
    if failure:
        print(f"bench: {failure}", file=sys.stderr)
    return 0 if not failure and checks and all(check["ok"] for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
