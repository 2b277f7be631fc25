#!/usr/bin/env python3
"""How long a reviewer waits for the next item, with a queue of a million and fifty reviewers at once.

    scripts/test-database exec -- python3 Benchmarks/review.py [--slots 1000000] [--reviewers 50] [--think 1.0]
        [--seconds 60] [--binary .build/release/gleaner]

Fills a database of its own with items of two slots each and their conversations, starts a Gleaner on it, and lets the
reviewers work over HTTP: next, think, submit. Prints a table and, with --json PATH, every figure. Some have judged much
already: --history items each, whose second slots they must be passed over for.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/python"))

FILL = """
CREATE TEMPORARY TABLE made AS
SELECT n, (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8'
           || lpad(to_hex(n), 15, '0'))::uuid AS id, (n % 4096)::smallint AS shard
FROM generate_series(1, {items}) AS n;
INSERT INTO gleaner.exchange_bodies (shard, id, project_id, request, response, messages, answer)
SELECT shard, id, '{project}', ''::bytea, ''::bytea,
       jsonb_build_array(jsonb_build_object('role', 'system', 'content', 'You answer in Hinglish.'),
                         jsonb_build_object('role', 'user', 'content', 'Sawaal ' || n || ': ' || repeat('chai kaise banate hain? ', 10))),
       jsonb_build_object('choices', jsonb_build_array(jsonb_build_object('index', 0, 'message',
           jsonb_build_object('role', 'assistant', 'content', 'Jawab ' || n || ': ' || repeat('paani ubaalo, patti daalo. ', 20)))))
FROM made;
INSERT INTO gleaner.review_items (project_id, exchange_id, is_gold, slots, wanted, purpose, standing, created_at)
SELECT '{project}', id, false, 2, 2, 'sample', 'open', now() FROM made;
INSERT INTO gleaner.review_slots (id, project_id, exchange_id, is_gold, slot, slot_limit, position, state, created_at)
SELECT gen_random_uuid(), '{project}', id, false, slot, 2, random(), 'open', now() FROM made, generate_series(1, 2) AS slot;
"""

# The front of the queue as it is after a long day: one slot of each item is done, by one of the reviewers.
HISTORY = """
WITH front AS (
    SELECT id, row_number() OVER (ORDER BY position) AS n FROM gleaner.review_slots WHERE slot = 1
    ORDER BY position LIMIT {done}
)
UPDATE gleaner.review_slots s SET state = 'done', leased_by = 'reviewer-' || (n % {reviewers}), submitted_at = now(),
       leased_at = now() - interval '12 s', lease_token = gen_random_uuid()
FROM front WHERE front.id = s.id
"""


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Reviewer(threading.Thread):
    """One person: takes an item, thinks, submits. Times are from asking to the whole answer."""

    def __init__(self, number, port, key, think, until):
        super().__init__()
        self.name_, self.port, self.key, self.think, self.until = f"reviewer-{number}", port, key, think, until
        self.next, self.submit, self.slots, self.faults = [], [], [], []

    def call(self, path, body, times):
        began = time.perf_counter()
        self.connection.request("POST", path, json.dumps(body), {
            "Authorization": f"Bearer {self.key}", "Content-Type": "application/json"})
        answer = self.connection.getresponse()
        data = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status not in (200, 204):
            self.faults.append((path, answer.status, data[:200]))
        return json.loads(data) if answer.status == 200 else None

    def run(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        time.sleep(random.random() * self.think)
        while time.monotonic() < self.until:
            item = self.call("/api/reviews/next", {"reviewer": self.name_}, self.next)
            if item is None:
                return
            self.slots.append((item["slot"]["id"], item["exchange_id"]))
            time.sleep(self.think * random.uniform(0.5, 1.5))
            self.call("/api/reviews", {
                "slot": item["slot"]["id"], "lease_token": item["slot"]["lease_token"],
                "scores": {question: 4 for question in item["questions"]}}, self.submit)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--slots", type=int, default=1_000_000)
    options.add_argument("--reviewers", type=int, default=50)
    options.add_argument("--think", type=float, default=1.0, help="seconds between next and submit; people take 12")
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--history", type=int, default=200, help="items that each reviewer has judged before")
    options.add_argument("--binary", default=str(ROOT / ".build/release/gleaner"))
    options.add_argument("--json")
    options = options.parse_args()
    conninfo = os.environ.get("GLEANER_TEST_DATABASE_URL")
    if not conninfo:
        sys.exit("run it with scripts/test-database exec -- …")
    os.environ["GLEANER_BINARY"] = options.binary
    from gleaner import Gleaner  # reads the binary's path

    name = f"bench_review_{os.getpid()}"
    psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d"]
    subprocess.run([*psql, conninfo, "-c", f"CREATE DATABASE {name}"], check=True)
    database = f"{conninfo} dbname={name}"
    gleaner = Gleaner("http://127.0.0.1:9/v1", database)
    try:
        gleaner.start()
        key = gleaner.make_key("admin")
        project = gleaner.sql("SELECT id FROM gleaner.projects WHERE name = 'default'")
        gleaner.sql(f"""INSERT INTO gleaner.review_settings (project_id, document, updated_by, updated_at)
            VALUES ('{project}', '{{"slots": 2, "gold_share": 0, "double_review_share": 0}}', 'bench', now())""")
        print(f"filling {options.slots} slots …", file=sys.stderr)
        began = time.monotonic()
        script = FILL.format(items=options.slots // 2, project=project) + HISTORY.format(
            done=options.history * options.reviewers, reviewers=options.reviewers) + "; ANALYZE gleaner.review_slots;"
        subprocess.run([*psql, database, "-f", "-"], input=script, text=True, check=True)
        print(f"filled in {time.monotonic() - began:.0f} s", file=sys.stderr)
        until = time.monotonic() + options.seconds
        reviewers = [Reviewer(n, gleaner.port, key, options.think, until) for n in range(options.reviewers)]
        for reviewer in reviewers:
            reviewer.start()
        for reviewer in reviewers:
            reviewer.join()
        nexts, submits = [t for r in reviewers for t in r.next], [t for r in reviewers for t in r.submit]
        slots = [slot for r in reviewers for slot, _ in r.slots]
        pairs = [(r.name_, exchange) for r in reviewers for _, exchange in r.slots]
        faults = [fault for r in reviewers for fault in r.faults]
        figures = {
            "slots": options.slots, "reviewers": options.reviewers, "think_s": options.think, "items": len(nexts),
            "per_second": len(nexts) / options.seconds, "faults": len(faults),
            "slots_twice": len(slots) - len(set(slots)), "exchanges_twice_by_one": len(pairs) - len(set(pairs)),
            **{f"{what}_{label}_ms": 1000 * percentile(values, share) for what, values in (("next", nexts), ("submit", submits))
               for label, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))}}
        print(f"| {options.slots:,} waiting, {options.reviewers} reviewers | p50 | p95 | p99 | worst |\n| --- | --- | --- | --- | --- |")
        for what in ("next", "submit"):
            cells = " | ".join(f"{figures[f'{what}_{label}_ms']:.1f} ms" for label in ("p50", "p95", "p99", "max"))
            print(f"| {what} | {cells} |")
        print(f"{figures['items']} items, {figures['per_second']:.0f}/s; lent twice {figures['slots_twice']}, "
              f"two slots of one exchange {figures['exchanges_twice_by_one']}, faults {len(faults)}")
        if options.json:
            Path(options.json).write_text(json.dumps(figures, indent=1))
        for fault in faults[:3]:
            print(fault, file=sys.stderr)
        sys.exit(1 if faults or figures["slots_twice"] or figures["exchanges_twice_by_one"] else 0)
    finally:
        gleaner.stop()
        subprocess.run([*psql, conninfo, "-c", f"DROP DATABASE {name} WITH (FORCE)"], check=False)
        shutil.rmtree(gleaner.directory, ignore_errors=True)


if __name__ == "__main__":
    main()
