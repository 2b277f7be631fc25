"""SIGTERM, as a deploy sends it, with streams open."""

import signal
import time

from gleaner import get, wait_until

from ..scenario import scenario
from ..world import World


@scenario("sigterm", "4", small={"streams": 60}, long={"streams": 1000})
def sigterm(progress, streams):
    """A polite stop takes no new work, lets streams end or cuts them with what they had stored, and exits with 0."""
    with World(GLEANER_SHUTDOWN_TIMEOUT="4s", GLEANER_PROVIDER_IDLE_TIMEOUT="60s") as world:
        # Some end in time, the others never would.
        load = world.load(clients=streams, models=["nasty-slow-100", "nasty-stall-3"], leaving=0, streams=1.0,
                          limit=streams).start()
        wait_until("all streams are open", lambda: world.gleaner.ledger()["ledger"]["open"] >= streams * 0.8, 60)
        progress(f"{world.gleaner.ledger()['ledger']['open']} streams open")
        began = time.monotonic()
        world.gleaner.process.child.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        ready = get(world.gleaner.admin + "/readyz")[0]
        assert world.gleaner.process.child.wait(30) == 0
        took = time.monotonic() - began
        assert took < 15, f"it took {took:.1f} s to stop"
        load.wait(30)
        world.gleaner.start()
        verdict = world.compare()
        assert verdict.whole >= streams * 0.2 and verdict.statuses.get("interrupted", 0) >= streams * 0.2, verdict
    assert ready != 200, "half a second after SIGTERM /readyz still said that it was ready"
    return {"streams": streams, "exit after s": took, **verdict.figures()}
