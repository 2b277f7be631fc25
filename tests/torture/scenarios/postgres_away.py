"""`pg_ctl stop -m fast`, and PostgreSQL stays away for minutes while calls go on."""

import time

from ..scenario import scenario
from ..world import World


@scenario("postgres_away", "12", small={"seconds": 2, "rate": 60}, long={"seconds": 600, "rate": 100})
def postgres_away(progress, seconds, rate):
    """While PostgreSQL is away the journal takes everything; when it is back the journal drains by itself under load."""
    with World() as world:
        load = world.load(clients=48, rate=rate).start()
        time.sleep(min(3, seconds))
        world.cluster.stop("fast")
        away = len(world.record.sights)
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            time.sleep(min(5, seconds - passed))
            progress(f"{len(world.record.sights)} calls, {world.gleaner.ledger()['ledger']['journaled']} wait",
                     int(passed), seconds)
        state = world.gleaner.ledger()
        back = len(world.record.sights)
        waiting, kept = state["ledger"]["journaled"], state["journal_bytes"]
        assert waiting >= (back - away) * 0.9 - 48, f"{waiting} wait, {back - away} calls ended"
        world.cluster.start()
        began = time.monotonic()
        # The load goes on: what was kept goes in beside what arrives.
        while world.gleaner.ledger()["ledger"]["journaled"] > max(20, rate):
            assert time.monotonic() - began < max(60, seconds), "the journal does not drain"
            time.sleep(0.1)
        drained = time.monotonic() - began
        during = len(world.record.sights)
        time.sleep(min(3, seconds))
        load.stop()
        world.no_errors()
        figures = {"away s": seconds, "waited in the journal": waiting, "journal MB": kept / 1e6, "drained in s": drained}
        for name, since, until in (("before", 0, away), ("away", away, back), ("draining", back, during)):
            figures.update({f"{name} {key}": value for key, value in world.latency(since, until).items()})
        verdict = world.compare()
    return {**figures, **verdict.figures()}
