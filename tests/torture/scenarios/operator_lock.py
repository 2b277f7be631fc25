"""An operator holds a lock that nobody else may hold, for a minute."""

import subprocess
import time

from ..scenario import scenario
from ..world import World

TABLES = ["gleaner.exchanges", "gleaner.exchange_bodies", "gleaner.samples"]


@scenario("operator_lock", "18", small={"seconds": 1}, long={"seconds": 60})
def operator_lock(progress, seconds):
    """While a table is locked calls go on; when the lock is gone everything is stored."""
    with World() as world:
        load = world.load(clients=16, rate=60).start()
        time.sleep(0.5)
        for number, table in enumerate(TABLES):
            holder = subprocess.Popen(
                ["psql", "-Xq", "-d", world.cluster.conninfo, "-c",
                 f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep({seconds}); COMMIT"],
                stdout=subprocess.DEVNULL)
            time.sleep(seconds * 0.9)
            waiting = world.gleaner.ledger()["ledger"]["journaled"]
            assert holder.wait(30) == 0
            assert waiting > 0, f"nothing waited for {table}"
            progress(f"{table}: {waiting} waited", number + 1, len(TABLES))
        load.stop()
        world.no_errors()
        verdict = world.compare()
    return verdict.figures()
