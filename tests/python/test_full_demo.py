"""The loop closed by one command: what it learnt takes traffic, what is poisoned or turns bad does not keep it."""

import json

import pytest

from gleaner import Gleaner


@pytest.fixture
def loop(fresh_database):
    """Gleaner with its own demo provider, as `gleaner up` starts it when nothing is configured."""
    running = Gleaner("", fresh_database)
    del running.environment["GLEANER_PROVIDER_URL"], running.environment["GLEANER_PROVIDER_KEY"]
    running.start()
    yield running
    running.stop()


@pytest.mark.timeout(540)
def test_the_loop_closes_unattended(loop):
    report = json.loads(loop.run("demo", "--full", "--json", timeout=480).stdout)
    # The gate: better by people's corrections, on what was never trained on.
    assert report["gate"]["verdict"] == "pass" and report["gate"]["rules"][0].startswith("chrf: pass")
    held = int(loop.sql("""
        SELECT count(*) FROM gleaner.examples t JOIN gleaner.examples h ON h.content = t.content AND h.split = 'holdout'
        WHERE t.split <> 'holdout' AND t.version_id = h.version_id"""))
    assert report["dataset"]["holdout"] >= 100 and held == 0
    # The canary: real ratings of people who did not know which model they met, and an interval without zero in it.
    canary = report["canary"]
    assert canary["state"] == "promoted" and 0 < canary["low"] < canary["estimate"] < canary["high"]
    tuned, base = canary["heard"]["variants"]["tuned"], canary["heard"]["variants"]["base"]
    assert tuned["good"] / tuned["answers"] > base["good"] / base["answers"] + 0.05
    # A poisoned file is refused before anybody meets it.
    assert report["poisoned_gate"]["verdict"] == "fail" and report["poisoned_canary_refused"]
    assert loop.sql("SELECT count(*) FROM gleaner.exchanges WHERE variant = 'poisoned' AND end_user IS NOT NULL") == "0"
    # What no gate can see, because it begins later, the canary takes back by itself.
    assert report["wilting_gate"]["verdict"] == "pass"
    wilting = report["wilting_canary"]
    assert wilting["state"] == "rolled_back" and wilting["high"] < 0
    weights = json.loads(loop.run("routes", "show", "saathi", "--project", "demo-full", "--json").stdout)["variants"]
    assert {v["name"]: v["weight"] for v in weights} == {"base": 0, "tuned": 1, "wilting": 0}
    kinds = loop.sql("SELECT string_agg(kind, ',' ORDER BY created_at, id) FROM gleaner.decisions WHERE actor NOT LIKE 'key:%'")
    assert "promote" in kinds and kinds.rstrip(",").endswith("roll_back")
    # Every line of the file can be followed to the model that learnt it.
    explained = json.loads(loop.run("dataset", "explain", "saathi", "1", "--project", "demo-full", "--json").stdout)
    assert [m["model"] for m in explained["models"]][0] == report["model"]
    assert loop.ledger()["gap"] == 0
