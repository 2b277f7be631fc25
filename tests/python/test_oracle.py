"""The judge of every attack can tell a fault when there is one: each is made by hand and must be found."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from torture import oracle  # noqa: E402
from torture.world import World  # noqa: E402

BODIES = "gleaner.exchange_bodies"
ONE = "(SELECT e.id FROM gleaner.exchanges e JOIN torture.seen s ON s.exchange = e.id WHERE s.ended = '{}' AND e.status = '{}' ORDER BY 1 LIMIT 1)"
WHOLE, LEFT = ONE.format("whole", "completed"), ONE.format("left", "client_gone")
FLIP = "set_byte({0}, 3, get_byte({0}, 3) # 1)"

FAULTS = {
    "seen whole and missing": f"DELETE FROM gleaner.exchanges WHERE id = {WHOLE}",
    "begun (its id was told to the client) and missing": f"DELETE FROM gleaner.exchanges WHERE id = {LEFT}",
    "seen in part, and what is stored is not": f"UPDATE {BODIES} SET response = {FLIP.format('response')} WHERE id = {LEFT}",
    "seen further than is stored": f"UPDATE {BODIES} SET response = substring(response FOR 5) WHERE id = {LEFT}",
    "altered or not marked completed": f"UPDATE gleaner.exchanges SET status = 'interrupted' WHERE id = {WHOLE}",
    "there twice": f"""INSERT INTO gleaner.quarantine
        SELECT gen_random_uuid(), project_id, gen_random_uuid(), null, 'copy', ''::bytea, request, response, now()
        FROM {BODIES} WHERE id = {WHOLE}""",
    "hash that is not that of its bytes": f"UPDATE {BODIES} SET request = {FLIP.format('request')} WHERE id = {WHOLE}",
    "never sent by a client": f"DELETE FROM torture.seen WHERE exchange = {WHOLE}",
    "without an intent": f"""WITH gone AS (DELETE FROM torture.seen WHERE exchange = {WHOLE} RETURNING exchange)
        DELETE FROM gleaner.exchanges WHERE id IN (SELECT exchange FROM gone)""",
    "sent to the provider twice": "INSERT INTO torture.spent SELECT request FROM torture.spent LIMIT 1",
    "refused for want of room": "UPDATE torture.seen SET code = 'journal_full' WHERE ended = 'whole'",
}


@pytest.fixture(scope="module")
def judged():
    with World() as world:
        world.load(clients=8, limit=120, leaving=0.3, models=["demo-hinglish-1"]).start().wait(60)
        world.compare()
        yield world


@pytest.mark.parametrize("finding", FAULTS)
def test_the_oracle_finds(judged, finding):
    script = f"BEGIN; {FAULTS[finding]}; {oracle.PRELUDE} {oracle.checks()} ROLLBACK;"
    titles = [line.split("|")[0] for line in oracle.psql(judged.cluster.conninfo, script).splitlines()]
    assert any(finding in title for title in titles), titles


def test_the_oracle_finds_nothing_where_nothing_is_wrong(judged):
    assert oracle.psql(judged.cluster.conninfo, oracle.PRELUDE + oracle.checks()) == ""
