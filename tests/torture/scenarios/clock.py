"""The wall clock jumps, stands still, or is wrong on one of two instances."""

import time

from gleaner import Gleaner

from ..scenario import scenario
from ..shim import Shim
from ..world import World


DAY = 86_400


@scenario("clock_jumps", "50", small={"rounds": 1}, long={"rounds": 20})
def clock_jumps(progress, rounds):
    """A day forwards, an hour back, standing still: ids stay unique and increasing, durations are true, nothing is lost."""
    with World(start=False) as world:
        clock = Shim(world)
        clock.set_clock()
        world.gleaner.start()
        world.warm()
        load = world.load(clients=16, rate=60, leaving=0).start()
        jumps = [DAY, -3600, 0, 30 * DAY, -300, 0]
        for number in range(rounds):
            for jump in jumps:
                clock.set_clock(jump)
                time.sleep(0.7)
            clock.set_clock(still=time.time())
            time.sleep(0.7)
            clock.set_clock()
            progress("jumps", number + 1, rounds)
        load.stop()
        world.no_errors()
        verdict = world.compare()
        ahead = world.gleaner.sql("SELECT count(*) FROM gleaner.exchanges WHERE received_at > now() + interval '20 hours'")
        assert int(ahead) > 0, "the clock was not moved"
        wrong = world.gleaner.sql("SELECT count(*) FROM gleaner.exchanges WHERE duration_ms < 0 OR duration_ms > 60000 OR ttft_ms < 0")
        assert wrong == "0", f"{wrong} durations that cannot be"
    return {"jumps": rounds * 7, **verdict.figures()}


@scenario("clock_skew", "51", small={"seconds": 2}, long={"seconds": 30})
def clock_skew(progress, seconds):
    """Two instances five minutes apart share a database: both store, neither takes from the other."""
    with World() as world:
        first = world.gleaner
        place = world.place / "second"
        place.mkdir()
        second = Gleaner(first.environment["GLEANER_PROVIDER_URL"], first.environment["DATABASE_URL"], directory=place)
        Shim(world, second).set_clock(ahead=300)
        world.closing.append(lambda: second.stop())
        second.start()
        loads = [world.load(clients=12, rate=40).start()]
        world.gleaner = second
        loads.append(world.load(clients=12, rate=40, seed=1).start())
        time.sleep(seconds)
        for load in loads:
            load.stop()
        world.gleaner = first
        world.no_errors()
        second.stop()
        verdict = world.compare()
    return verdict.figures()
