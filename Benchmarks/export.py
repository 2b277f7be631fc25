#!/usr/bin/env python3
"""Exports a dataset version of a million examples, beside PostgreSQL's own COPY of the same bytes, and prints both.

Starts a private PostgreSQL in a temporary directory, fills a version, then takes turns: `psql` copies content and lineage
to files, `gleaner dataset export` writes its files. Peak memory is the kernel's figure for the process. See
docs/benchmarks.md.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from gleanerbench.postgres import Postgres  # noqa: E402
from gleanerbench.processes import ROOT, BenchError, at_end, end_all, run, unprivileged  # noqa: E402

SETTINGS = """
shared_buffers = '2GB'
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = '16GB'
autovacuum = off
jit = off
"""
WANTED_RATIO = 0.5
WANTED_MB = 200
VERSION = "01990000-0000-7000-8000-000000000001"

# Lines and lineage as a build freezes them: about 770 and 620 bytes. One line in eight is in Devanagari, one in five has a
# quotation mark and a line break in it.
FILL = """
INSERT INTO gleaner.projects (id, name, created_at) VALUES ('01990000-0000-7000-8000-000000000002', 'bench', now());
INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at)
VALUES ('01990000-0000-7000-8000-000000000003', '01990000-0000-7000-8000-000000000002', 'bench', 1, '{{}}', now());
INSERT INTO gleaner.datasets (id, project_id, name, created_at)
VALUES ('01990000-0000-7000-8000-000000000004', '01990000-0000-7000-8000-000000000002', 'bench', now());
INSERT INTO gleaner.dataset_versions (id, dataset_id, project_id, number, policy_id, policy_document, salt, statistics,
                                      content_sha256, created_at)
VALUES ('{version}', '01990000-0000-7000-8000-000000000004', '01990000-0000-7000-8000-000000000002', 1,
        '01990000-0000-7000-8000-000000000003', '{{}}', 'salt',
        '{{"exchanges": {examples}, "judged": {examples}, "train": {train}, "validation": {validation}, "excluded": {{}},
           "estimated_tokens": 0}}', ''::bytea, now());
INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage)
SELECT '{version}', split, line, n % 4096, exchange, content, sha256(content),
       jsonb_build_object(
           'exchange_id', exchange, 'conversation', 'conversation-' || n / 3, 'received_at', '2026-11-01T10:00:00Z',
           'served_model', 'small-1', 'answer_source', 'original', 'policy', 'bench@1', 'sha256', encode(sha256(content), 'hex'),
           'estimated_tokens', 190, 'feedback', '[]'::jsonb,
           'reviews', jsonb_build_array(jsonb_build_object('id', exchange, 'reviewer', 'asha', 'corrected', false,
               'scores', jsonb_build_object('accuracy', 5, 'relevance', 5, 'appropriateness', 4))),
           'gates', jsonb_build_object('review', jsonb_build_object('lowest', 4, 'wanted', 4), 'flags', 0, 'finish_reason', 'stop'))
FROM (
    SELECT n, CASE WHEN n <= {train} THEN 'train' WHEN n <= {examples} THEN 'validation' ELSE 'holdout' END AS split,
           CASE WHEN n <= {train} THEN n WHEN n <= {examples} THEN n - {train} ELSE n - {examples} END AS line,
           ('01990000-0001-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS exchange,
           convert_to('{{"messages":[{{"content":"You answer in Hinglish, briefly and kindly.","role":"system"}},'
               || '{{"content":"Sawaal ' || n || ': ' || repeat('chai kaise banate hain? ', 8) || '","role":"user"}},'
               || '{{"content":"Jawab ' || n || ': '
               || CASE WHEN n % 8 = 0 THEN repeat('पानी उबालो, पत्ती डालो। ', 6) ELSE repeat('paani ubaalo, patti daalo. ', 14) END
               || CASE WHEN n % 5 = 0 THEN '\\n\\"Bas!\\"' ELSE '' END || '","role":"assistant"}}]}}', 'UTF8') AS content
    FROM generate_series(1, {examples} + {holdout}) AS n) made;
VACUUM ANALYZE gleaner.examples;
"""

COPIES = {
    "binary": ["SELECT content FROM gleaner.examples WHERE version_id = '{version}' AND split = '{split}' ORDER BY line",
               "SELECT lineage::text FROM gleaner.examples WHERE version_id = '{version}' AND split = '{split}' ORDER BY line"],
    "text": ["SELECT convert_from(content, 'UTF8') FROM gleaner.examples WHERE version_id = '{version}' AND split = '{split}' ORDER BY line",
             "SELECT lineage::text FROM gleaner.examples WHERE version_id = '{version}' AND split = '{split}' ORDER BY line"],
}


class Bench:
    def __init__(self, options):
        self.options = options
        self.postgres = Postgres(SETTINGS)
        self.directory = Path(tempfile.mkdtemp(prefix="gleaner-bench-export-", dir=options.directory))
        self.directory.chmod(0o777)
        at_end(lambda: shutil.rmtree(self.directory, ignore_errors=True))
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.directory), "DATABASE_URL": self.postgres.conninfo,
            "GLEANER_DATA_DIR": str(self.directory / "data"), "GLEANER_LOG_LEVEL": "warning"}

    def gleaner(self, *arguments):
        return run(unprivileged([str(self.options.binary), *map(str, arguments)]), self.environment)

    def fill(self):
        self.gleaner("migrate")
        validation = self.options.examples // 10
        script = FILL.format(version=VERSION, examples=self.options.examples, validation=validation,
                             train=self.options.examples - validation, holdout=self.options.examples // 20)
        subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.postgres.conninfo, "-f", "-"], input=script,
                       text=True, check=True, stdout=subprocess.DEVNULL)

    def copy(self, form):
        """Copies what an export writes, one file after the other: seconds, bytes, CPU seconds of both sides."""
        seconds = size = cpu = 0
        before = self.postgres.cpu_seconds()
        for statement in COPIES[form]:
            for split in ("train", "validation"):
                statement_ = f"COPY ({statement.format(version=VERSION, split=split)}) TO STDOUT (FORMAT {form})"
                place = self.directory / "copied"
                with open(place, "wb") as output:
                    taken = run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.postgres.conninfo, "-c", statement_],
                                output=output)
                seconds += taken.seconds
                cpu += taken.cpu
                size += place.stat().st_size
                place.unlink()
        return seconds, size, cpu + self.postgres.cpu_seconds() - before

    def export(self, format):
        """Seconds, bytes, CPU seconds of both sides, peak memory."""
        place = self.directory / format
        before = self.postgres.cpu_seconds()
        taken = self.gleaner("dataset", "export", "bench", "--project", "bench", "--format", format, "--output", place,
                             "--json")
        cpu = taken.cpu + self.postgres.cpu_seconds() - before
        size = sum(file.stat().st_size for file in place.iterdir())
        manifest = json.loads((place / "manifest.json").read_text())
        lines = sum(file["rows"] for file in manifest["files"] if file["name"] != "lineage.jsonl")
        if lines != self.options.examples:
            raise BenchError(f"{lines} lines instead of {self.options.examples}")
        shutil.rmtree(place)
        return taken.seconds, size, cpu, taken.peak_mb


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / ".build/release/gleaner", type=Path, help="a gleaner, already built")
    parser.add_argument("--examples", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5, help="of COPY and export by turns (5)")
    parser.add_argument("--formats", nargs="*", default=["openai-sft"], help="the first is compared (openai-sft)")
    parser.add_argument("--directory", type=Path, help="where files go; a temporary directory")
    parser.add_argument("--json", type=Path, help="where the figures go as well")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        bench = Bench(options)
        began = time.monotonic()
        bench.fill()
        print(f"filled {options.examples:,} examples in {time.monotonic() - began:.0f} s", file=sys.stderr)
        figures = []
        print("| format | COPY binary MB/s | COPY text MB/s | export MB/s | export s | ratio to binary | ratio to text "
              "| CPU: binary, text, export s | peak MB |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        missed = False
        for number, format in enumerate(options.formats):
            rounds = []
            for _ in range(options.rounds if number == 0 else 1):
                binary, text, export = bench.copy("binary"), bench.copy("text"), bench.export(format)
                # Both by what the export writes: the same examples and lineage, whatever the framing of COPY adds.
                rate = export[1] / export[0]
                rounds.append({
                    "binary": binary[1] / binary[0] / 1e6, "text": text[1] / text[0] / 1e6, "export": rate / 1e6,
                    "seconds": export[0], "ratio_binary": binary[0] / export[0], "ratio_text": text[0] / export[0],
                    "binary_cpu": binary[2], "text_cpu": text[2], "export_cpu": export[2], "peak": export[3],
                    "bytes": export[1]})
            row = {name: statistics.median(round[name] for round in rounds) for name in rounds[0]}
            row["peak"] = max(round["peak"] for round in rounds)
            figures.append({"format": format, **row, "rounds": rounds})
            print(f"| {format} | {row['binary']:.0f} | {row['text']:.0f} | {row['export']:.0f} | {row['seconds']:.1f} "
                  f"| {row['ratio_binary']:.2f} | {row['ratio_text']:.2f} | {row['peak']:.0f} |", flush=True)
            missed |= row["peak"] >= WANTED_MB or (number == 0 and row["ratio_binary"] < WANTED_RATIO)
        if options.json:
            options.json.write_text(json.dumps({"examples": options.examples, "rows": figures}, indent=2))
        print(f"wanted: ratio {WANTED_RATIO} for {options.formats[0]}, below {WANTED_MB} MB for all: {'MISSED' if missed else 'met'}")
        return 1 if missed else 0
    except BenchError as error:
        print(f"export bench: {error}", file=sys.stderr)
        return 1
    finally:
        end_all()


if __name__ == "__main__":
    sys.exit(main())
