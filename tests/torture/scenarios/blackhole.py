"""The network between Gleaner and PostgreSQL forwards nothing, and says nothing."""

import time

from ..scenario import scenario
from ..world import World


@scenario("blackhole", "15", small={"seconds": 6, "times": 1}, long={"seconds": 60, "times": 5})
def blackhole(progress, seconds, times):
    """A network that swallows everything holds up nobody, and what was kept goes in when it is over."""
    with World(through_proxy=True) as world:
        load = world.load(clients=16, rate=60).start()
        slowest = 0.0
        for number in range(times):
            time.sleep(1)
            since = len(world.record.sights)
            world.postgres_proxy.blackhole = True
            time.sleep(seconds)
            slowest = max([slowest, *(s.seconds for s in world.record.sights[since:] if s.end == "whole")])
            world.postgres_proxy.blackhole = False
            # What was held back never arrives either: those connections are dead.
            world.postgres_proxy.reset_all()
            progress(f"slowest answer {slowest:.2f} s", number + 1, times)
        load.stop()
        world.no_errors()
        verdict = world.compare(seconds=120)
        assert slowest < 5, f"an answer took {slowest:.1f} s"
        # One caller in three seconds may wait for the database; a stream of these models takes less than one.
        waited = sum(1 for sight in world.record.sights if sight.end == "whole" and sight.seconds > 1.5)
        assert waited <= times * (seconds / 3 + 8), f"{waited} answers took more than 1.5 s"
    return {"times": times, "slowest answer s": slowest, "slower than 1.5 s": waited, **verdict.figures()}
