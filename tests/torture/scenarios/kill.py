"""kill -9 at random moments under load, and starting again."""

import random
import signal
import time

from ..scenario import scenario
from ..world import World


@scenario("kill", "1", small={"cycles": 5, "clients": 32}, long={"cycles": 200, "clients": 64})
def kill(progress, cycles, clients, seed=7):
    """After kill -9 at any moment, what a client saw whole is stored equal, once, and the rest is interrupted."""
    dice = random.Random(seed)
    starts = []
    with World() as world:
        for cycle in range(cycles):
            load = world.load(clients=clients, seed=f"{seed}-{cycle}").start()
            time.sleep(0.02 + 1.98 * dice.random())
            world.gleaner.stop(signal.SIGKILL)
            load.stop(5)
            starts.append(world.gleaner.start())
            progress(f"{len(world.record.sights)} calls, ready after {starts[-1]:.2f} s", cycle + 1, cycles)
        verdict = world.compare()
        assert verdict.statuses.get("interrupted", 0) > 0, "no kill met an open exchange"
    return {"kills": cycles, **verdict.figures(), "slowest start s": max(starts)}
