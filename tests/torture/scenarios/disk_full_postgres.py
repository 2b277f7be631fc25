"""PostgreSQL's volume is full: the one with its data, or the one with its log."""

import time

from ..cluster import do
from ..scenario import scenario
from ..volume import Volume
from ..world import World


def attack(progress, seconds, full):
    with World(start=False) as world:
        volume = Volume(world.place, "volume", 160 if full == "data" else 64)
        world.closing.insert(0, volume.close)
        world.cluster.stop()
        data = world.cluster.data
        # The other half stays where there is room.
        if full == "data":
            do("cp", "-a", data, volume.path / "data")
            do("mv", volume.path / "data/pg_wal", world.cluster.directory / "wal")
            do("ln", "-s", world.cluster.directory / "wal", volume.path / "data/pg_wal")
            world.cluster.data = volume.path / "data"
        else:
            do("mv", data / "pg_wal", volume.path / "wal")
            do("ln", "-s", volume.path / "wal", data / "pg_wal")
            world.cluster.configure(max_wal_size="'32MB'", min_wal_size="'32MB'")
        world.cluster.start()
        world.gleaner.start()
        world.warm()
        load = world.load(clients=24, padding=20_000, models=["demo-hinglish-1", "nasty-huge-1"]).start()
        time.sleep(1)
        volume.fill()
        # Until PostgreSQL has found out: only then does the journal begin to keep things.
        deadline = time.monotonic() + 60
        while not (words := complaint(world)) and time.monotonic() < deadline:
            volume.fill()
            if full == "log":
                world.cluster.sql("SELECT pg_switch_wal()", check=False)
            time.sleep(0.1)
        assert words, "PostgreSQL never ran out of room"
        progress(f"full; {world.gleaner.ledger()['ledger']['journaled']} wait")
        time.sleep(seconds)
        waiting = world.gleaner.ledger()["ledger"]["journaled"]
        assert waiting > 0, "PostgreSQL went on storing"
        died = world.cluster.sql("SELECT 1", check=False) != "1"
        volume.empty()
        if world.cluster.postmaster() is None:
            world.cluster.start()
        world.cluster.wait_until_up()
        load.stop()
        world.no_errors()
        verdict = world.compare(seconds=180)
    return {"waited": waiting, "PostgreSQL said": words, "was down": died, **verdict.figures()}


def complaint(world):
    """What PostgreSQL's log says of a lack of room."""
    log = do("cat", world.cluster.log).text
    return next((word for word in ("PANIC", "No space left") if word in log), None)


@scenario("postgres_disk_full", "25", small=None, long={"seconds": 60})
def postgres_disk_full(progress, seconds):
    """PostgreSQL has no room for data: calls go on into the journal, and are stored once there is room."""
    return attack(progress, seconds, "data")


@scenario("postgres_log_full", "26", small=None, long={"seconds": 60})
def postgres_log_full(progress, seconds):
    """PostgreSQL has no room for its log and panics: as with any crash of it."""
    return attack(progress, seconds, "log")
