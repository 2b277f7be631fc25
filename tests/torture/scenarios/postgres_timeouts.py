"""The server's own patience is short: statements and idle transactions are killed."""

import subprocess
import time

from ..scenario import scenario
from ..world import World


@scenario("postgres_timeouts", "21", small={"rounds": 1}, long={"rounds": 60})
def postgres_timeouts(progress, rounds):
    """Statements, idle transactions and whole sessions are killed by the server: replaced, tried again, stored once."""
    with World(cluster_settings={"statement_timeout": "300", "idle_in_transaction_session_timeout": "300",
                                 "lock_timeout": "200"}) as world:
        load = world.load(clients=16, rate=60).start()
        for number in range(rounds):
            # Long enough for a statement of Gleaner's to run out of time.
            subprocess.run(["psql", "-Xq", "-d", world.cluster.conninfo, "-c",
                            "SET statement_timeout = 0; BEGIN; LOCK TABLE gleaner.exchange_bodies; SELECT pg_sleep(0.8); COMMIT"],
                           stdout=subprocess.DEVNULL, check=True)
            world.cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                              "WHERE application_name = 'gleaner'")
            progress("killed", number + 1, rounds)
            time.sleep(0.5)
        load.stop()
        world.no_errors()
        verdict = world.compare()
    return {"rounds": rounds, **verdict.figures()}
