"""Others use up PostgreSQL's connections."""

import subprocess
import time

from ..scenario import scenario
from ..world import World


@scenario("postgres_crowded", "16", small=None, long={"seconds": 120})
def postgres_crowded(progress, seconds):
    """With no connection to be had the journal takes over, without a storm of attempts; it drains when there is room."""
    with World(through_proxy=True, cluster_settings={"max_connections": "24", "log_connections": "on"}) as world:
        load = world.load(clients=16, rate=60).start()
        time.sleep(1)
        crowd = []
        try:
            # Gleaner's own go first, so that the crowd gets their places.
            for _ in range(40):
                crowd.append(subprocess.Popen(
                    ["psql", "-Xq", "-d", world.cluster.conninfo, "-c", f"SELECT pg_sleep({seconds + 60})"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                world.postgres_proxy.reset_all()
                time.sleep(0.1)
                crowd = [one for one in crowd if one.poll() is None]
            before = world.postgres_proxy.accepted
            time.sleep(seconds)
            attempts = (world.postgres_proxy.accepted - before) / seconds
            waiting = world.gleaner.ledger()["ledger"]["journaled"]
            assert waiting > 0, "the crowd left a place"
            progress(f"{len(crowd)} others, {attempts:.1f} attempts a second, {waiting} wait")
        finally:
            for one in crowd:
                one.kill()
                one.wait()
        # A killed psql leaves its session asleep on the server.
        world.cluster.stop("immediate")
        world.cluster.start()
        load.stop()
        world.no_errors()
        verdict = world.compare()
        assert attempts < 100, f"{attempts:.0f} attempts to connect a second"
    return {"attempts a second": attempts, "waited": waiting, **verdict.figures()}
