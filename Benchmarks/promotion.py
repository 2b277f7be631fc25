#!/usr/bin/env python3
"""Previews and builds a dataset of a hundred thousand judged exchanges, and prints what both took.

Starts a private PostgreSQL in a temporary directory, fills a project for each size (gleanerbench/judged.py), and runs `gleaner
dataset preview` and `build` on it. Peak memory is the kernel's figure for the process. See docs/benchmarks.md.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gleanerbench import judged, statements  # noqa: E402
from gleanerbench.postgres import Postgres  # noqa: E402
from gleanerbench.processes import ROOT, BenchError, at_end, end_all, run, unprivileged  # noqa: E402

SETTINGS = """
shared_buffers = '1GB'
fsync = off
full_page_writes = off
max_wal_size = '16GB'
autovacuum = off
jit = off
"""
WANTED_SECONDS = 120
# Four for each line's group on each of two sides, and room for what the allocator keeps.
WANTED_BYTES = 100


class Bench:
    def __init__(self, options):
        self.options = options
        self.postgres = Postgres(SETTINGS + (statements.SETTINGS if options.statements else ""))
        self.directory = Path(tempfile.mkdtemp(prefix="gleaner-bench-promotion-"))
        self.directory.chmod(0o777)
        at_end(lambda: shutil.rmtree(self.directory, ignore_errors=True))
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.directory), "DATABASE_URL": self.postgres.conninfo,
            "GLEANER_DATA_DIR": str(self.directory / "data"), "GLEANER_LOG_LEVEL": "warning"}
        self.gleaner("migrate")

    def gleaner(self, *arguments):
        """What it cost, and what it printed."""
        place = self.directory / "printed"
        with open(place, "wb") as output:
            taken = run(unprivileged([str(self.options.binary), *map(str, arguments)]), self.environment, output)
        return taken, place.read_text()

    def measure(self, verb, project):
        before = self.postgres.cpu_seconds()
        taken, printed = self.gleaner("dataset", verb, "bench", "--project", project, "--json")
        document = json.loads(printed)
        counts = document["statistics"]
        if counts["judged"] != int(project.split("-")[1]):
            raise BenchError(f"{counts['judged']} judged exchanges in {project}")
        return {"verb": verb, "judged": counts["judged"], "seconds": taken.seconds, "cpu": taken.cpu,
                "postgres_cpu": self.postgres.cpu_seconds() - before, "peak_mb": taken.peak_mb, "statistics": counts}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / ".build/release/gleaner", type=Path, help="a gleaner, already built")
    parser.add_argument("--judged", type=int, nargs="*", default=[25_000, 100_000], help="judged exchanges of each project")
    parser.add_argument("--statements", action="store_true", help="also print what PostgreSQL spent its time on")
    parser.add_argument("--json", type=Path, help="where the figures go as well")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        bench = Bench(options)
        rows, missed = [], []
        print("| judged | | seconds | gleaner CPU s | PostgreSQL CPU s | peak MB | train | left out |\n"
              "| --- | --- | --- | --- | --- | --- | --- | --- |")
        for place, size in enumerate(options.judged, 16):
            began = time.monotonic()
            project = judged.fill(bench.postgres.conninfo, size, place)
            print(f"filled {size:,} judged exchanges in {time.monotonic() - began:.0f} s", file=sys.stderr)
            for verb in ("preview", "build"):
                if options.statements:
                    statements.begin(bench.postgres)
                row = bench.measure(verb, project)
                rows.append(row)
                counts = row["statistics"]
                print(f"| {size:,} | {verb} | {row['seconds']:.1f} | {row['cpu']:.1f} | {row['postgres_cpu']:.1f} "
                      f"| {row['peak_mb']:.0f} | {counts['train']:,} | {sum(counts['excluded'].values()):,} |", flush=True)
                if options.statements:
                    print(statements.report(bench.postgres), file=sys.stderr)
                if row["seconds"] * 100_000 > WANTED_SECONDS * max(size, 100_000):
                    missed.append(f"{verb} of {size:,} took {row['seconds']:.0f} s")
        for verb in ("preview", "build"):
            ends = [row for row in rows if row["verb"] == verb]
            if len(ends) < 2 or ends[-1]["judged"] == ends[0]["judged"]:
                continue
            growth = (ends[-1]["peak_mb"] - ends[0]["peak_mb"]) * (1 << 20) / (ends[-1]["judged"] - ends[0]["judged"])
            print(f"{verb}: {growth:.0f} bytes more for each judged exchange")
            if growth > WANTED_BYTES:
                missed.append(f"memory of {verb} grows by {growth:.0f} bytes an exchange")
        if options.json:
            options.json.write_text(json.dumps(rows, indent=2))
        print(f"wanted: {WANTED_SECONDS} s for 100,000, {WANTED_BYTES} bytes an exchange: "
              + (f"MISSED: {'; '.join(missed)}" if missed else "met"))
        return 1 if missed else 0
    except BenchError as error:
        print(f"promotion bench: {error}", file=sys.stderr)
        return 1
    finally:
        end_all()


if __name__ == "__main__":
    sys.exit(main())
