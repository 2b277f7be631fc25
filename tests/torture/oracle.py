"""Compares what clients saw with what the database holds. The only judge of every attack."""

import subprocess
import time
from dataclasses import dataclass, field

from gleaner import get, wait_until

TABLE = """
CREATE SCHEMA IF NOT EXISTS torture;
DROP TABLE IF EXISTS torture.seen, torture.spent;
CREATE UNLOGGED TABLE torture.seen (
    request bytea, exchange uuid, status int, ended text, code text, digest bytea, size bigint, received bytea);
CREATE UNLOGGED TABLE torture.spent (request bytea);
"""

# Each must find nothing. `kept` is where an exchange may be: stored, or in quarantine.
CHECKS = {
    "seen whole and missing, altered or not marked completed": """
        SELECT s.exchange FROM seen s LEFT JOIN gleaner.exchanges e ON e.id = s.exchange
        WHERE s.ended = 'whole' AND s.exchange NOT IN (SELECT exchange_id FROM gleaner.quarantine)
          AND (e.status, e.request_sha256, e.response_sha256, e.response_bytes)
              IS DISTINCT FROM ('completed', s.request, s.digest, s.size)""",
    "begun (its id was told to the client) and missing": """
        SELECT s.exchange FROM seen s LEFT JOIN kept k ON k.id = s.exchange
        WHERE s.exchange IS NOT NULL AND k.id IS NULL""",
    "seen in part, and what is stored is not what was seen": """
        SELECT s.exchange FROM seen s JOIN gleaner.exchange_bodies b ON b.id = s.exchange
        WHERE s.ended IN ('cut', 'left', 'failed') AND s.status = 200
          AND substring(s.received FOR least(s.size, length(b.response))::int)
              <> substring(b.response FOR least(s.size, length(b.response))::int)""",
    "seen further than is stored by more than a checkpoint, or at all when nothing was interrupted": """
        SELECT s.exchange FROM seen s JOIN gleaner.exchange_bodies b ON b.id = s.exchange
        JOIN gleaner.exchanges e ON e.id = b.id
        WHERE s.ended IN ('cut', 'left', 'failed') AND s.status = 200
          AND s.size > length(b.response) + CASE e.status WHEN 'interrupted' THEN 65536 ELSE 0 END""",
    "an error was shown where the row says completed": """
        SELECT s.exchange FROM seen s JOIN gleaner.exchanges e ON e.id = s.exchange
        WHERE s.ended = 'failed' AND e.status = 'completed'""",
    "there twice": """
        SELECT request_sha256 FROM kept GROUP BY request_sha256 HAVING count(*) > 1
        UNION ALL SELECT uuid_send(id) FROM kept GROUP BY id HAVING count(*) > 1""",
    "stored with a hash that is not that of its bytes": """
        SELECT e.id FROM gleaner.exchanges e LEFT JOIN gleaner.exchange_bodies b USING (shard, id)
        WHERE b.id IS NULL OR e.request_sha256 <> sha256(b.request) OR e.request_bytes <> length(b.request)
           OR e.response_bytes <> length(b.response)
           OR (e.response_sha256 IS NULL AND length(b.response) > 0)
           OR (e.response_sha256 IS NOT NULL AND e.response_sha256 <> sha256(b.response))""",
    "stored and never sent by a client": """
        SELECT k.id FROM kept k LEFT JOIN seen s ON s.request = k.request_sha256
        WHERE s.request IS NULL AND k.status <> 'refused'""",
    "sent to the provider without an intent": """
        SELECT p.request FROM spent p LEFT JOIN kept k ON k.request_sha256 = p.request WHERE k.id IS NULL""",
    "sent to the provider twice": "SELECT request FROM spent GROUP BY request HAVING count(*) > 1",
    "refused for want of room, and sent to the provider all the same": """
        SELECT s.request FROM seen s JOIN spent p USING (request)
        WHERE s.code IN ('journal_full', 'shutting_down', 'overloaded')""",
}

PRELUDE = """
SET search_path = torture, pg_catalog;
CREATE TEMP VIEW kept AS
    SELECT id, request_sha256, status FROM gleaner.exchanges
    UNION ALL SELECT exchange_id, sha256(request), 'quarantined' FROM gleaner.quarantine;
"""


@dataclass
class Verdict:
    calls: int = 0
    rows: int = 0
    whole: int = 0
    lost: int = 0
    statuses: dict = field(default_factory=dict)
    quarantined: int = 0
    drained: float = 0
    faults: list = field(default_factory=list)

    def check(self):
        assert not self.faults, "the oracle found:\n  " + "\n  ".join(self.faults)
        return self

    def figures(self):
        return {"calls": self.calls, "seen whole": self.whole, "rows": self.rows, **self.statuses,
                **({"quarantined": self.quarantined} if self.quarantined else {})}


def drain(gleaner, seconds=60):
    """Waits until nothing is open and nothing waits in the journal; how long that took."""
    began = time.monotonic()
    state = {}

    def empty():
        nonlocal state
        status, body = get(gleaner.admin + "/readyz")
        if status != 200:
            return False
        state = gleaner.ledger()
        return state["postgres"] and state["ledger"]["journaled"] == 0 and state["ledger"]["open"] == 0

    try:
        wait_until("the journal is drained", empty, seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}; the ledger says {state}\n{gleaner.process.text()[-3000:]}") from None
    return time.monotonic() - began, state


def compare(gleaner, record, spent=None, quarantined=0, seconds=60):
    """`spent`: hashes of the requests that reached the provider, when somebody listened there."""
    verdict = Verdict()
    verdict.drained, state = drain(gleaner, seconds)
    if state["gap"] != 0:
        verdict.faults.append(f"gleaner_conservation_gap is {state['gap']}: {state['ledger']}")
    metrics = get(gleaner.admin + "/metrics")[1].decode()
    if "\ngleaner_conservation_gap 0" not in metrics:
        verdict.faults.append("gleaner_conservation_gap is not 0 in /metrics")
    record.sync()
    script = TABLE + copy("seen", [
        (f"\\\\x{s.request}", s.exchange, s.status, s.end, s.code, f"\\\\x{s.digest}",
         s.size, f"\\\\x{s.received.hex()}") for s in record.sights])
    script += copy("spent", [(f"\\\\x{digest}",) for digest in spent or []])
    script += "ANALYZE torture.seen; ANALYZE torture.spent;" + PRELUDE
    script += checks()
    script += "\\echo figures\nSELECT count(*) FROM gleaner.exchanges;\nSELECT count(*) FROM gleaner.quarantine;\n"
    script += "SELECT status, count(*) FROM gleaner.exchanges GROUP BY status ORDER BY status;\n"
    findings, _, figures = psql(gleaner.conninfo(), script).partition("figures\n")
    verdict.faults += [f"{n} {title}: {examples}" for title, n, examples in
                       (line.split("|") for line in findings.splitlines())]
    rows, kept_aside, *statuses = figures.splitlines()
    verdict.rows, verdict.quarantined = int(rows), int(kept_aside)
    verdict.statuses = {name: int(count) for name, count in (line.split("|") for line in statuses)}
    if verdict.quarantined != quarantined:
        verdict.faults.append(f"{verdict.quarantined} exchanges in quarantine, {quarantined} expected")
    verdict.calls, verdict.whole = len(record.sights), record.count("whole")
    return verdict


def checks():
    """One row for each check that found something: what, how often, and a few examples."""
    return "".join(
        f"SELECT '{title}', count(*), (array_agg(x::text))[1:3] FROM ({statement}) AS f(x) HAVING count(*) > 0;\n"
        for title, statement in CHECKS.items())


def copy(table, rows):
    lines = ["\t".join("\\N" if value is None else str(value) for value in row) for row in rows]
    return f"COPY torture.{table} FROM stdin;\n" + "".join(line + "\n" for line in lines) + "\\.\n"


def psql(conninfo, script):
    done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo], input=script,
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout
