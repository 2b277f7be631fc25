"""Watched at the system calls: what must be on the disk is, before anything leaves that waits for it."""

import time

from ..scenario import scenario
from ..shim import Shim
from ..world import World


def watched(progress, seconds, durability):
    with World(start=False, GLEANER_DURABILITY=durability) as world:
        shim = Shim(world)
        shim.watch_order()
        world.gleaner.start()
        world.warm()
        # One at a time, where a sync is waited for when all else is ready, and many, which share theirs.
        for clients in (1, 16):
            progress(f"{clients} clients, durability {durability}")
            with world.load(clients=clients, models=["demo-hinglish-1"], seed=f"{durability}{clients}"):
                time.sleep(seconds)
        verdict = world.compare()
        return *shim.left(), verdict


@scenario("synced_first", "P1, P2", small={"seconds": 2}, long={"seconds": 60})
def synced_first(progress, seconds):
    """No call goes to a provider before its intent is synced, and no whole answer to a client before its end is."""
    sent, sent_early, answered, answered_early, verdict = watched(progress, seconds, "disk")
    assert sent > 20 and answered > 10, (sent, answered)
    assert sent_early == 0, f"{sent_early} of {sent} calls were sent before their intent was synced"
    assert answered_early == 0, f"{answered_early} of {answered} answers left before their end was synced"
    # Where nothing is synced by design, the watch must say so.
    *told, _ = watched(progress, min(seconds, 2), "process")
    assert told[0] == told[1] > 0 and told[2] == told[3] > 0, f"not all of those that were never synced were told of: {told}"
    return {"sent": sent, "answered whole": answered, "before their sync": 0, **verdict.figures()}
