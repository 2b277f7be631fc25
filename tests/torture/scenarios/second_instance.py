"""A second process on the same data directory."""

import signal
import time

from gleaner import Gleaner

from ..scenario import scenario
from ..world import World


@scenario("second_instance", "9", small={"tries": 2}, long={"tries": 20})
def second_instance(progress, tries):
    """The second says why it will not start, the first does not notice; after a kill the lock is free at once."""
    with World() as world:
        first = world.gleaner.environment
        with world.load(clients=16):
            for number in range(tries):
                second = Gleaner(first["GLEANER_PROVIDER_URL"], first["DATABASE_URL"], directory=world.place,
                                 GLEANER_DATA_DIR=first["GLEANER_DATA_DIR"])
                done = second.run("up", check=False)
                assert done.returncode == 1 and "journal_locked" in done.stderr, done
                progress("refused", number + 1, tries)
            time.sleep(0.3)
        world.no_errors()
        world.gleaner.stop(signal.SIGKILL)
        world.gleaner.start()
        verdict = world.compare()
    return {"refused": tries, **verdict.figures()}
