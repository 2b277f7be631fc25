"""The demo in small: the whole loop by one command, and a kill in the middle of it."""

import json
import os
import signal
import subprocess
import time

import pytest

from gleaner import BINARY, Gleaner, wait_until

# What `make sanitize` gives each process.
SANITIZER = {name: os.environ[name] for name in ("LD_PRELOAD", "TSAN_OPTIONS", "ASAN_OPTIONS") if name in os.environ}


@pytest.fixture
def loop(fresh_database):
    """Gleaner with its own demo provider, as `gleaner up` starts it when nothing is configured."""
    running = Gleaner("", fresh_database)
    del running.environment["GLEANER_PROVIDER_URL"], running.environment["GLEANER_PROVIDER_KEY"]
    running.start()
    yield running
    running.stop()


@pytest.mark.timeout(480)
def test_the_demo_ends_with_a_verified_training_file(loop):
    outcome = json.loads(loop.run("demo", "--conversations", "200", "--json").stdout)
    assert outcome["examples"] >= 50
    assert outcome["errors"] == 0 and outcome["exports_are_identical"]
    assert outcome["excluded"].get("review_too_low", 0) > 0
    report = outcome["report"]
    assert report["exchangesCompleted"] == report["exchangesSent"] > 160
    # A silent majority: most exchanges are never rated.
    assert 0 < report["exchangesRated"] < report["exchangesSent"] / 4
    stored = int(loop.sql("SELECT count(*) FROM gleaner.exchanges"))
    assert stored == report["exchangesSent"]
    # What came while its exchange was landing is joined by the next sweep.
    wait_until("no feedback waits", lambda: loop.sql("SELECT count(*) FROM gleaner.early_feedback") == "0", 45)
    listing = loop.run("dataset", "list", "--project", "demo").stdout
    assert "demo version 1" in listing
    for line in ("1", "40"):
        text = loop.run("dataset", "explain", "demo", line, "--project", "demo").stdout
        assert "exchange" in text and "policy        demo@1" in text and "review" in text
    beyond = loop.run("dataset", "explain", "demo", "100000", "--project", "demo", check=False)
    assert beyond.returncode == 1 and "line_unknown" in beyond.stderr
    ledger = loop.ledger()
    assert ledger["gap"] == 0 and ledger["status"] == "ready"


@pytest.mark.timeout(480)
def test_a_kill_in_the_middle_of_the_demo_loses_nothing(loop):
    demo = subprocess.Popen(
        [str(BINARY), "demo", "--conversations", "200", "--json"], env={**SANITIZER, "PATH": "/usr/bin:/bin", **loop.environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=loop.directory)
    wait_until("the demo is under way", lambda: int(loop.sql("SELECT count(*) FROM gleaner.exchanges") or 0) > 60, 60)
    loop.stop(signal.SIGKILL)
    time.sleep(0.3)
    loop.start()
    output, errors = demo.communicate(timeout=180)
    assert demo.returncode == 0, errors
    report = json.loads(output)["report"]
    assert report["exchangesFailed"]
    state = wait_until("all is stored", lambda: (s := loop.ledger())["ledger"]["journaled"] == 0 and s, 20)
    assert state["gap"] == 0
    by_status = dict(line.split("|") for line in loop.sql(
        "SELECT status, count(*) FROM gleaner.exchanges GROUP BY 1").splitlines())
    # What the demo saw complete is there, and what it saw break off is there as interrupted (or never began).
    assert int(by_status["completed"]) >= report["exchangesCompleted"]
    assert int(by_status.get("interrupted", 0)) >= 1
    assert loop.sql("SELECT count(*) - count(DISTINCT id) FROM gleaner.exchanges") == "0"
