"""PostgreSQL is not there when Gleaner starts."""

import json
import time

import httpx2 as httpx
from gleaner import get, wait_until

from ..scenario import scenario
from ..world import World


@scenario("postgres_absent", "10", small={"seconds": 1}, long={"seconds": 60})
def postgres_absent(progress, seconds):
    """Gleaner starts without PostgreSQL, never takes an unchecked key for a wrong one, and is ready once it comes."""
    with World(start=False) as world:
        world.cluster.stop()
        world.gleaner.start(until="/livez")
        status, body = get(world.gleaner.admin + "/readyz")
        assert json.loads(body)["status"] != "ready", body
        deadline = time.monotonic() + seconds
        tries = 0
        while time.monotonic() < deadline or tries < 3:
            answer = httpx.post(f"{world.gleaner.base_url}/chat/completions", timeout=20, content=b"{}",
                                headers={"authorization": f"Bearer {world.key}"})
            assert answer.status_code == 503 and answer.json()["error"]["code"] == "auth_unavailable", answer.text
            tries += 1
        assert not world.spending.requests
        world.cluster.start()
        began = time.monotonic()
        wait_until("it is ready by itself", lambda: world.gleaner.ledger()["status"] == "ready", 30)
        ready = time.monotonic() - began
        with world.load(clients=16):
            time.sleep(1)
        world.no_errors()
        verdict = world.compare()
    return {"refused with 503": tries, "ready after s": ready, **verdict.figures()}
