"""kill -9 at every named step of an exchange's road."""

import re
import signal
import time

from gleaner import ROOT

from ..scenario import scenario
from ..world import World

SOURCES = ROOT / "Sources"
# Passed while the process starts, not under load.
AT_START = {"journal.recovery"}


def points():
    text = (SOURCES / "GleanerCore/Support/FaultPoint.swift").read_text()
    # Those of a fine-tune lie on no exchange's road: test_tuning.py kills there.
    return [point for point in re.findall(r'case \w+ = "([a-z_.]+)"', text) if not point.startswith("tuning.")]


@scenario("fault_points", "2", small={"hits": "1,3", "clients": 8}, long={"hits": "1-20", "clients": 32})
def fault_points(progress, hits, clients):
    """A kill at each named step, at each of its first passes, loses nothing that was seen whole."""
    numbers = spread(str(hits))
    todo = [(point, hit) for point in points() for hit in numbers if point not in AT_START or hit == 1]
    with World() as world:
        for done, (point, hit) in enumerate(todo):
            if point in AT_START:
                kill_while_starting(world, point)
            else:
                kill_under_load(world, point, hit, clients)
            world.gleaner.start()
            progress(f"{point}:{hit}", done + 1, len(todo))
        verdict = world.compare()
    return {"points": len(points()), "kills": len(todo), **verdict.figures()}


def kill_under_load(world, point, hit, clients):
    world.gleaner.stop()
    world.gleaner.environment["GLEANER_FAULT_POINT"] = f"{point}:{hit}"
    try:
        world.gleaner.start()
    except AssertionError:
        # What waited in the journal led past the point at once.
        assert world.gleaner.process.child.returncode == -signal.SIGKILL
    del world.gleaner.environment["GLEANER_FAULT_POINT"]
    child = world.gleaner.process.child
    with world.load(clients=clients, seed=f"{point}-{hit}"):
        deadline = time.monotonic() + 30
        while child.poll() is None:
            assert time.monotonic() < deadline, f"{point} was not passed {hit} times in 30 s"
            time.sleep(0.01)
    assert child.returncode == -signal.SIGKILL, f"{point}: it ended with {child.returncode}"


def kill_while_starting(world, point):
    with world.load(clients=8, models=["nasty-slow-50"], leaving=0):
        time.sleep(0.5)
        world.gleaner.stop(signal.SIGKILL)
    world.gleaner.environment["GLEANER_FAULT_POINT"] = f"{point}:1"
    try:
        world.gleaner.start()
        raise RuntimeError(f"{point} was not passed")
    except AssertionError:
        assert world.gleaner.process.child.returncode == -signal.SIGKILL
    finally:
        del world.gleaner.environment["GLEANER_FAULT_POINT"]


def spread(text):
    """"1,4,7-9" as numbers."""
    parts = [part.partition("-") for part in text.split(",")]
    return [n for low, _, high in parts for n in range(int(low), int(high or low) + 1)]
