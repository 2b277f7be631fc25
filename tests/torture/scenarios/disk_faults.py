"""fsync and write fail at the n-th call: the journal's disk is going bad."""

import signal
import time

from ..scenario import scenario
from ..shim import Shim
from ..world import World

HONEST = ("journal_unavailable",)


def sweep(progress, call, faults, numbers, calls):
    started, refused, died, played = 0, 0, 0, 0
    with World(start=False) as world:
        shim = Shim(world)
        todo = [(number, what, count) for number in numbers for what, count in faults]
        for done, (number, what, count) in enumerate(todo):
            shim.arm(call, number, what, count)
            try:
                world.gleaner.start(until="/readyz")
                started += 1
                since = len(world.record.sights)
                # Ends early when the process ends: that is one of the honest answers.
                load = world.load(clients=8, limit=calls, models=["demo-hinglish-1"], seed=f"{number}{what}{count}").start()
                while load.thread.is_alive() and world.gleaner.process.child.poll() is None:
                    time.sleep(0.01)
                load.stop(0.2 if world.gleaner.process.child.poll() is not None else 30)
                refused += sum(1 for sight in world.record.sights[since:] if sight.code in HONEST)
            except AssertionError as error:
                # It would not start on such a disk, and said so.
                assert "gleaner ended" in str(error), error
            if world.gleaner.process.child.poll() is not None:
                died += 1
                assert world.gleaner.process.child.returncode > 0, f"{call} {number} {what}: {world.gleaner.process.text()[-2000:]}"
            else:
                world.gleaner.stop(signal.SIGKILL)
            played += shim.played()
            shim.disarm()
            world.gleaner.start()
            # Each time, so that the fault at fault is known.
            if done % 10 == 9 or done == len(todo) - 1:
                world.compare()
            world.gleaner.stop()
            progress(f"{call} {number} {what}{' for good' if count == 0 else ''}", done + 1, len(todo))
        world.gleaner.start()
        verdict = world.compare()
        assert played > 0, "no call was made to fail"
    return {"faults played": played, "starts": started, "refused": refused, "ended by itself": died, **verdict.figures()}


@scenario("fsync_fails", "29", small={"last": 8, "step": 4}, long={"last": 200, "step": 1})
def fsync_fails(progress, last, step):
    """An fsync that fails is never taken for one that worked: the call is refused, or the process ends and replays."""
    return sweep(progress, "sync", [("EIO", 1), ("EIO", 0)], range(1, last + 1, step), calls=40)


@scenario("write_fails", "30", small={"last": 30, "step": 25}, long={"last": 300, "step": 2})
def write_fails(progress, last, step):
    """A write that fails, is short or has no room is handled, whichever it is."""
    faults = [("EIO", 1), ("ENOSPC", 1), ("short", 1), ("EINTR", 1), ("ENOSPC", 0)]
    return sweep(progress, "write", faults, range(1, last + 1, step), calls=40)
