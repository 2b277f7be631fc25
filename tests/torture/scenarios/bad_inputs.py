"""The corpus of bad inputs: requests that must be refused or kept, whole answers and streams that no client expects."""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

from corpus import mutations, run
from corpus.families import TEXTS
from corpus.provider import CorpusProvider
from gleaner import wait_until

from ..scenario import scenario
from ..world import World

# A list or a page must not break for one poisoned row: every projection is read whole.
READ_ALL = """
    SELECT count(*), sum(length(messages::text)), sum(length(answer::text)), sum(length(response_headers::text)),
           count(messages #>> '{0,content}'), count(answer #>> '{choices,0,message,content}')
    FROM gleaner.exchange_bodies"""


@scenario("bad_inputs", "D", small={"count": 5_000}, long={"count": 60_000})
def bad_inputs(progress, count, seed=1):
    """Every bad input is refused before it is spent, or kept and passed on byte for byte; none breaks anything else."""
    with World(start=False, GLEANER_MAX_BODY_BYTES=str(1 << 20), GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="30s") as world:
        provider = CorpusProvider()
        world.closing.append(provider.close)
        world.gleaner.environment["GLEANER_PROVIDER_URL"] = f"http://127.0.0.1:{provider.port}/v1"
        world.gleaner.start()
        before = resident(world)
        cases = [run.prepare(*case) for case in mutations.cases(count, seed)]
        run.send(cases, provider, world.gleaner.port, world.key, lambda done: progress("cases sent", done, count))
        said = say_everything(world, cases[0].sight.exchange)
        wait_until("everything is stored", lambda: (l := world.gleaner.ledger())["ledger"]["journaled"] == 0 and l["ledger"]["open"] == 0, 120)
        run.judge(cases, provider, stored(world))
        wrong = [case for case in cases if case.faults]
        assert not wrong, f"{len(wrong)} of {count} cases, such as:\n" + "\n".join(
            f"  {case.kind} {case.name}: {'; '.join(case.faults)}\n    {case.data[:120]!r}" for case in wrong[:12])
        world.gleaner.sql(READ_ALL)
        read = read_list(world)
        assert world.gleaner.process.child.poll() is None, "Gleaner ended"
        state = world.gleaner.ledger()
        assert state["gap"] == 0, state
        grown = resident(world) - before
        assert grown < 300, f"{grown:.0f} MB more than before"
        outcomes = Counter("refused" if case.wanted else "kept" for case in cases)
    return {"cases": count, **outcomes, "texts said": said, "rows listed": read, "grown MB": round(grown)}


def resident(world):
    """Megabytes."""
    status = Path(f"/proc/{world.gleaner.process.child.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def stored(world):
    rows = world.gleaner.sql("""
        SELECT json_build_object('id', e.id, 'status', e.status, 'reason', e.reason, 'request', encode(sha256(b.request), 'hex'),
               'response', CASE WHEN length(b.response) > 0 THEN encode(sha256(b.response), 'hex') END)
        FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id)""")
    return {row["id"]: row for row in map(json.loads, rows.split("\n"))}


def api(world, path, body=None):
    request = urllib.request.Request(world.gleaner.api + path, headers={"Authorization": f"Bearer {world.key}"},
                                     data=None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def say_everything(world, exchange):
    """Each text as a comment, a correction, a rater and a reason: accepted and read back, or refused by name."""
    for name, text in TEXTS.items():
        for member in ("comment", "correction", "rater"):
            given = {"exchange_id": exchange, "thumb": "up", member: text}
            status, answer = api(world, "/feedback", given)
            assert status in (202, 400, 413), f"{member}/{name}: {status} {answer}"
            if status == 202 and member != "rater":
                deadline = time.monotonic() + 10
                while time.monotonic() < deadline:
                    _, page = api(world, f"/exchanges/{exchange}/feedback")
                    if any(kept["kind"] == member and kept["body"] == text for kept in page["feedback"]):
                        break
                    time.sleep(0.1)
                else:
                    raise AssertionError(f"{member}/{name} was accepted and is not there")
    return len(TEXTS) * 3


def read_list(world):
    read, before = 0, ""
    while True:
        status, page = api(world, f"/exchanges?limit=500{before}")
        assert status == 200, page
        read += len(page["exchanges"])
        if not page.get("next"):
            return read
        before = f"&before={page['next']}"
