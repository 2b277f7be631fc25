"""PostgreSQL became a read-only standby, as after a failover to the wrong side."""

import time

from ..scenario import scenario
from ..world import World


@scenario("postgres_read_only", "22", small={"seconds": 2}, long={"seconds": 60})
def postgres_read_only(progress, seconds):
    """A server that refuses every write is no reason to give anything up: it waits, and is stored later."""
    with World() as world:
        load = world.load(clients=16, rate=60).start()
        time.sleep(0.5)
        set_read_only(world, "on")
        time.sleep(seconds)
        waiting = world.gleaner.ledger()["ledger"]["journaled"]
        assert waiting > 0
        progress(f"{waiting} wait")
        set_read_only(world, "off")
        load.stop()
        world.no_errors()
        verdict = world.compare()
    return {"waited": waiting, **verdict.figures()}


def set_read_only(world, how):
    world.cluster.configure(default_transaction_read_only=how)
    world.cluster.reload()
    world.cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gleaner'")
