#!/usr/bin/env python3
"""Finds the functions that calls run through, and writes their names to Benchmarks/hot-functions.txt, the most used first.

`make build` lays them out side by side in the binary (docs/adr/0023). Wants root, `perf` (Debian: linux-perf) and a release
binary with its symbols. Starts everything else itself, as bench.py does; takes about a minute.
"""

import argparse
import collections
import re
import subprocess
import sys
import tempfile
import types
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gleanerbench.measure import Bench  # noqa: E402
from gleanerbench.postgres import Postgres  # noqa: E402
from gleanerbench.processes import ROOT, BenchError, Tools, end_all  # noqa: E402

# Under load and after rests, whole and streamed: what only one of them runs through counts, too.
LOADS = (
    {"connections": 64}, {"connections": 16, "rate": 50},
    {"connections": 64, "stream": True, "model": "bench-burst-64"},
    {"connections": 16, "rate": 50, "stream": True, "model": "bench-paced-8-5ms"},
)
FRAME = re.compile(r"\s*[0-9a-f]+ (?P<name>[^ +]+)(\+0x[0-9a-f]+)? \((?P<file>.*)\)$")


def serving_thread(pid):
    """The one thread that serves connections."""
    threads = [task for task in Path(f"/proc/{pid}/task").iterdir() if (task / "comm").read_text().startswith("NIO-ELT")]
    if len(threads) != 1:
        raise BenchError(f"{len(threads)} threads serve connections, not one")
    return threads[0].name


def sample(bench, load, seconds, file):
    recorder = subprocess.Popen(
        ["perf", "record", "-q", "-o", file, "-e", "cpu-clock", "-F", "8000", "--call-graph", "fp",
         "-t", serving_thread(bench.gleaner.pid), "--", "sleep", str(seconds)])
    bench.run("gateway", seconds=seconds, **load)
    if recorder.wait(seconds + 30):
        raise BenchError("perf could not record; it wants root")


def count(file, binary, counts):
    """Each function of a sample's chain counts: the ones that called it are returned to."""
    shown = subprocess.Popen(["perf", "script", "--no-demangle", "-i", file, "-F", "ip,sym,dso"], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line in shown.stdout:
        frame = FRAME.match(line.rstrip())
        if frame and frame["file"] == str(binary) and frame["name"] != "[unknown]":
            counts[frame["name"]] += 1
    shown.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / ".build/release/gleaner", type=Path)
    parser.add_argument("--seconds", type=int, default=7, help="of each load (7)")
    parser.add_argument("--output", default=ROOT / "Benchmarks/hot-functions.txt", type=Path)
    options = parser.parse_args()
    binary, counts = options.binary.resolve(), collections.Counter()
    with tempfile.TemporaryDirectory(prefix="gleaner-layout-") as directory:
        try:
            bench = Bench(Tools(directory), Postgres(""), types.SimpleNamespace(binary=binary), [])
            bench.start()
            for number, load in enumerate(LOADS):
                file = f"{directory}/{number}.perf"
                sample(bench, load, options.seconds, file)
                count(file, binary, counts)
                print(f"{load}: {len(counts)} functions so far", file=sys.stderr, flush=True)
        except (BenchError, OSError) as error:
            print(f"layout: {error}", file=sys.stderr)
            return 1
        finally:
            end_all()
    # Ties by name, so that the same counts give the same file.
    names = sorted(counts, key=lambda name: (-counts[name], name))
    options.output.write_text("".join(f"{name}\n" for name in names))
    print(f"{len(names)} functions, in {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
