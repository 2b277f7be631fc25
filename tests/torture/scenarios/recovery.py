"""kill -9 inside recovery, again and again, with a large journal."""

import random
import signal
import time

from ..scenario import scenario
from ..world import World


@scenario("recovery", "3", small={"kills": 3, "mebibytes": 3}, long={"kills": 50, "mebibytes": 200})
def recovery(progress, kills, mebibytes, seed=3):
    """Recovery may be killed at any moment: the next one does all of it, and the journal is drained in the end."""
    dice = random.Random(seed)
    with World(GLEANER_JOURNAL_MAX_BYTES=str(4 << 30)) as world:
        world.cluster.stop()
        each = 200_000
        load = world.load(clients=16, padding=each, limit=mebibytes * (1 << 20) // each, leaving=0,
                          models=["demo-hinglish-1"]).start()
        load.wait(600)
        progress(f"{mebibytes} MiB wait in the journal")
        with world.load(clients=16, models=["nasty-slow-50"], leaving=0):
            time.sleep(0.5)
            world.gleaner.stop(signal.SIGKILL)
        for kill in range(kills):
            try:
                world.gleaner.start(until="/nothing", seconds=dice.random() * 1.5)
            except AssertionError as error:
                assert "gleaner ended" not in str(error), error
            world.gleaner.stop(signal.SIGKILL)
            progress("killed while it started", kill + 1, kills)
        alive = world.gleaner.start(until="/livez")
        world.cluster.start()
        verdict = world.compare(seconds=300)
        assert verdict.statuses.get("interrupted", 0) > 0
    return {"kills": kills, "journal MiB": mebibytes, "alive after s": alive, "drained after s": verdict.drained,
            **verdict.figures()}
