"""An exchange that PostgreSQL refuses, at every position of a batch."""

import random
import subprocess
from contextlib import contextmanager

from gleaner import wait_until

from .. import oracle
from ..load import unique_body
from ..scenario import scenario
from ..world import World

# Classes that say "this value will never do", and not "come again later".
STATES = """22000 22001 22003 22007 22008 22021 22023 22025 22P01 22P02 22P03 22P04 22P05 22030 22031 22032 22033 22034
22035 22036 22012 2200D 2200F 2200S 2201E 2201F 23000 23001 23502 23503 23505 23514 23P01 54000 54001 54011 54023 42501
42804 42830""".split()

TRIGGER = """
CREATE SCHEMA IF NOT EXISTS torture;
CREATE OR REPLACE FUNCTION torture.poison() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE state text := substring(encode(NEW.request, 'escape') FROM 'POISON-([0-9A-Z]{5})');
BEGIN
    IF state IS NOT NULL THEN RAISE EXCEPTION 'poison' USING ERRCODE = state; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE INSERT ON gleaner.exchange_bodies FOR EACH ROW EXECUTE FUNCTION torture.poison();
"""


@scenario("poison", "24", small={"batch": 12, "positions": "1,6,12"}, long={"batch": 200, "positions": "all"})
def poison(progress, batch, positions, seed=24):
    """One exchange in a batch that can never be stored is kept aside with its reason; its neighbours are stored."""
    dice = random.Random(seed)
    places = range(1, batch + 1) if positions == "all" else [int(n) for n in str(positions).split(",")]
    with World() as world:
        world.cluster.sql(TRIGGER)
        for done, place in enumerate(places):
            state = STATES[done % len(STATES)]
            # While the table is locked a batch collects in the journal, behind the one call that waits for the lock.
            with locked(world, "gleaner.exchange_bodies"):
                say(world, dice, 1)
                wait_until("ingest waits", lambda: locks(world, "NOT granted"), 20)
                say(world, dice, place - 1)
                say(world, dice, 1, f"POISON-{state}")
                say(world, dice, batch - place)
            oracle.drain(world.gleaner)
            progress(f"position {place}, {state}", done + 1, len(places))
        verdict = world.compare(quarantined=len(places))
        states = set(world.cluster.sql("SELECT sqlstate FROM gleaner.quarantine").splitlines())
        assert states == set(STATES[:len(places)]), states
    return {"positions": len(places), "states": len(states), **verdict.figures()}


def say(world, dice, count, mark=""):
    calls = [(unique_body(dice, "demo-hinglish-1", stream, mark=mark), "demo-hinglish-1", stream)
             for stream in (number % 4 == 0 for number in range(count))]
    seen = world.say(calls, clients=8) if calls else []
    assert all(sight.end == "whole" for sight in seen)


def locks(world, condition):
    return world.cluster.sql(f"SELECT count(*) > 0 FROM pg_locks WHERE {condition}") == "t"


@contextmanager
def locked(world, table):
    holder = subprocess.Popen(["psql", "-Xq", "-d", world.cluster.conninfo], stdin=subprocess.PIPE, text=True,
                              stdout=subprocess.DEVNULL)
    holder.stdin.write(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;\n")
    holder.stdin.flush()
    try:
        wait_until("the table is locked", lambda: locks(
            world, f"granted AND mode = 'AccessExclusiveLock' AND relation = '{table}'::regclass"), 20)
        yield
    finally:
        holder.communicate("COMMIT;\n", timeout=20)
