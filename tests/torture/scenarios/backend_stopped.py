"""PostgreSQL's processes stand still while their connections look alive."""

import os
import signal
import time

from ..scenario import scenario
from ..world import World


@scenario("backend_stopped", "14", small=None, long={"seconds": 45, "times": 5})
def backend_stopped(progress, seconds, times):
    """Sessions that hang are given up after a deadline of our own; clients do not wait for them."""
    with World() as world:
        load = world.load(clients=16, rate=60).start()
        slowest = 0.0
        for time_number in range(times):
            time.sleep(1)
            stopped = world.cluster.backends()
            for process in stopped:
                os.kill(process, signal.SIGSTOP)
            since = len(world.record.sights)
            time.sleep(seconds)
            for process in stopped:
                try:
                    os.kill(process, signal.SIGCONT)
                except ProcessLookupError:
                    pass
            time.sleep(1)
            slowest = max([slowest, *(s.seconds for s in world.record.sights[since:] if s.end == "whole")])
            progress(f"{len(stopped)} sessions stood still; slowest answer {slowest:.2f} s", time_number + 1, times)
        load.stop()
        world.no_errors()
        verdict = world.compare(seconds=120)
        assert slowest < 5, f"an answer took {slowest:.1f} s"
        # One caller in three seconds may wait for the database; a stream of these models takes less than one.
        waited = sum(1 for sight in world.record.sights if sight.end == "whole" and sight.seconds > 1.5)
        assert waited <= times * (seconds / 3 + 8), f"{waited} answers took more than 1.5 s"
    return {"times": times, "slowest answer s": slowest, "slower than 1.5 s": waited, **verdict.figures()}
