"""`pg_ctl stop -m immediate` under load: PostgreSQL's own kill -9."""

import random
import time

from ..scenario import scenario
from ..world import World


@scenario("postgres_immediate", "11", small={"stops": 1}, long={"stops": 50})
def postgres_immediate(progress, stops, seed=5):
    """PostgreSQL dies under load and comes back: no client notices, no exchange is lost or doubled."""
    dice = random.Random(seed)
    with World() as world:
        load = world.load(clients=32).start()
        time.sleep(1)
        for stop in range(stops):
            world.cluster.stop("immediate")
            time.sleep(dice.random() * 2)
            world.cluster.start()
            time.sleep(dice.random() * 2)
            progress(f"{len(world.record.sights)} calls", stop + 1, stops)
        load.stop()
        world.no_errors()
        latency = world.latency()
        verdict = world.compare()
        assert not verdict.statuses.get("interrupted"), verdict
    return {"stops": stops, "client errors": 0, **latency, **verdict.figures()}
