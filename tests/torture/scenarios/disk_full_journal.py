"""The journal's volume is full; PostgreSQL is there, is away, or has no room either."""

import time

from gleaner import get, wait_until

from ..scenario import scenario
from ..volume import journal_on_volume
from ..world import World

# What may be answered while there is no room. Anything else would be a promise that is not kept.
HONEST = ("journal_unavailable", "journal_full", "journal_disk_full")


def attack(progress, mebibytes, kind, both):
    with World(start=False) as world:
        volume = journal_on_volume(world, mebibytes, kind)
        if both:
            world.cluster.stop("fast")
        load = world.load(clients=16, padding=2000).start()
        time.sleep(1)
        volume.fill()
        deadline = time.monotonic() + 30
        while not refused(world) and time.monotonic() < deadline:
            time.sleep(0.05)
            volume.fill()
        since = len(world.record.sights)
        time.sleep(1)
        count = refused(world)
        progress(f"full; {count} calls refused")
        # With PostgreSQL there the journal may go round in the blocks it has.
        assert count > 0 or not both and any(s.end == "whole" for s in world.record.sights[since:]), \
            "a full volume was neither noticed nor lived with"
        assert get(world.gleaner.admin + "/livez")[0] == 200, "it died of a full volume"
        pages = get(world.gleaner.admin + "/metrics")[0]
        assert pages == 200
        if both:
            world.cluster.start()
        volume.empty()
        recovered(world, load)
        cut = world.record.count("cut")
        # With both full an exchange may end interrupted; with one, what was accepted finishes.
        assert both or not cut, f"{cut} streams that had been accepted were cut for want of room"
        world.no_errors(but=(*HONEST, *(["cut"] if both else [])))
        verdict = world.compare()
    return {"refused": count, **verdict.figures()}


def refused(world):
    return sum(1 for sight in world.record.sights if sight.code in HONEST)


def recovered(world, load, seconds=15):
    """Calls are taken again, and soon none is refused any more."""
    since = len(world.record.sights)
    wait_until("calls are taken again", lambda: any(s.end == "whole" for s in world.record.sights[since:]), seconds)
    time.sleep(1)
    since = len(world.record.sights)
    time.sleep(1)
    load.stop()
    world.no_errors(since=since + 16)


@scenario("journal_disk_full", "27", small={"mebibytes": 64, "kind": "tmpfs"}, long={"mebibytes": 64, "kind": "ext4"})
def journal_disk_full(progress, mebibytes, kind):
    """Without room for the journal new calls are refused before anything is spent, and nothing accepted is lost."""
    return attack(progress, mebibytes, kind, both=False)


@scenario("both_disks_full", "28", small=None, long={"mebibytes": 64, "kind": "tmpfs"})
def both_disks_full(progress, mebibytes, kind):
    """Neither journal nor PostgreSQL can take anything: everything new is refused, and it goes on by itself later."""
    return attack(progress, mebibytes, kind, both=True)


@scenario("journal_fills_disk", "27", small={"mebibytes": 48, "kind": "tmpfs"}, long={"mebibytes": 64, "kind": "tmpfs"})
def journal_fills_disk(progress, mebibytes, kind):
    """The journal itself fills its volume while PostgreSQL is away; when it is back, that makes the room."""
    with World(start=False) as world:
        journal_on_volume(world, mebibytes, kind)
        world.cluster.stop("fast")
        load = world.load(clients=16, padding=20_000).start()
        wait_until("the volume is full", lambda: refused(world), 120)
        time.sleep(1)
        count = refused(world)
        progress(f"full; {count} calls refused")
        began = time.monotonic()
        world.cluster.start()
        # Until what has waited is stored there is little room, and a call now and then is refused.
        wait_until("no call is refused any more", lambda: calm(world), 60)
        took = time.monotonic() - began
        load.stop()
        world.no_errors(but=HONEST)
        verdict = world.compare()
    return {"refused": count, "calm after s": took, **verdict.figures()}


def calm(world):
    """For a second calls are answered, and none is refused."""
    count, since = refused(world), len(world.record.sights)
    time.sleep(1)
    return refused(world) == count and any(s.end == "whole" for s in world.record.sights[since:])


@scenario("journal_limit", "12", small=None, long={"kilobytes": 20_000})
def journal_limit(progress, kilobytes):
    """PostgreSQL is away until the journal has reached its cap: 503 with Retry-After before anything is spent."""
    with World(GLEANER_JOURNAL_MAX_BYTES=str(kilobytes * 1000)) as world:
        world.cluster.stop("fast")
        load = world.load(clients=16, padding=5000).start()
        deadline = time.monotonic() + 300
        while not refused(world) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1)
        count = refused(world)
        assert count > 0, "the cap was never reached"
        status, _ = get(world.gleaner.admin + "/readyz")
        assert status == 503
        world.cluster.start()
        recovered(world, load)
        world.no_errors(but=("journal_full",))
        verdict = world.compare()
    return {"refused": count, **verdict.figures()}
