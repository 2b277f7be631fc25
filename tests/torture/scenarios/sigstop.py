"""SIGSTOP, as a hypervisor does it."""

import os
import signal
import time

from ..scenario import scenario
from ..world import World


@scenario("sigstop", "5", small={"seconds": 2}, long={"seconds": 30})
def sigstop(progress, seconds):
    """A process that stood still goes on: nothing is marked interrupted, nothing is lost or doubled."""
    with World(GLEANER_PROVIDER_IDLE_TIMEOUT="120s", GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="120s") as world:
        load = world.load(clients=32).start()
        time.sleep(1)
        child = world.gleaner.process.child.pid
        os.kill(child, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(child, signal.SIGCONT)
        progress(f"stood still for {seconds} s")
        time.sleep(1.5)
        load.stop()
        world.no_errors()
        verdict = world.compare()
        assert not verdict.statuses.get("interrupted"), verdict
    return verdict.figures()
