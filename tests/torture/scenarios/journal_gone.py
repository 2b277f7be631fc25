"""The journal is made read-only, or deleted, while it is in use."""

import subprocess
import time
from pathlib import Path

from gleaner import wait_until

from ..scenario import scenario
from ..shim import Shim
from ..volume import journal_on_volume
from ..world import World


@scenario("journal_read_only", "33", small={"writes": 15}, long={"writes": 60})
def journal_read_only(progress, writes):
    """A volume that is, or turns, read-only: no start without it, no call taken while it lasts, and on it goes afterwards."""
    with World(start=False) as world:
        volume = journal_on_volume(world, 64)
        world.gleaner.stop()
        volume.read_only()
        try:
            world.gleaner.start()
            raise RuntimeError("it started on a journal it cannot write")
        except AssertionError as error:
            assert "gleaner ended" in str(error) and "journal" in str(error), error
        volume.read_only(False)
        # While it runs the kernel would not let the volume turn; the shim says what the kernel would.
        shim = Shim(world)
        shim.arm("write", 60, "EROFS", writes)
        world.gleaner.start()
        load = world.load(clients=8).start()
        # It tries again once a second, not with every call.
        wait_until("all writes have failed", lambda: shim.played() >= writes, 20 + 2 * writes)
        refused = sum(1 for sight in world.record.sights if sight.code == "journal_unavailable")
        assert refused > 0, "nobody was refused"
        since = len(world.record.sights)
        wait_until("calls are taken again", lambda: any(s.end == "whole" for s in world.record.sights[since:]), 20)
        load.stop()
        world.gleaner.stop()
        shim.disarm()
        world.gleaner.start()
        verdict = world.compare()
    return {"refused": refused, **verdict.figures()}


@scenario("journal_deleted", "33", small={"seconds": 0}, long={"seconds": 20})
def journal_deleted(progress, seconds):
    """Files deleted under a running process: it notices, refuses, saves what it still holds, and ends to start anew."""
    with World() as world:
        world.cluster.stop("fast")
        load = world.load(clients=8, rate=40, leaving=0).start()
        time.sleep(0.5)
        data = Path(world.gleaner.environment["GLEANER_DATA_DIR"])
        for file in data.rglob("journal*"):
            if file.is_file() and not file.name.endswith("lock"):
                file.unlink()
        child = world.gleaner.process.child
        deleted = time.monotonic()
        while time.monotonic() < deleted + seconds + 3 and not noticed(world) and child.poll() is None:
            time.sleep(0.05)
        took = time.monotonic() - deleted
        kept = world.record.count("whole")
        load.stop()
        assert noticed(world), f"{kept} calls were acknowledged, many of them into deleted files; a restart loses them"
        # What it still holds can be stored, once PostgreSQL is there.
        world.cluster.start()
        try:
            child.wait(40)
        except subprocess.TimeoutExpired:
            world.gleaner.stop()
        ended = child.returncode
        world.gleaner.start()
        verdict = world.compare()
    return {"noticed after s": took, "refused": noticed(world), "exit status": ended, **verdict.figures()}


def noticed(world):
    return sum(1 for sight in world.record.sights if sight.code in ("journal_unavailable", "shutting_down"))
