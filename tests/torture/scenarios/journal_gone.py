"""The journal is made read-only, or deleted, while it is in use."""

import shutil
import signal
import time
from pathlib import Path

from gleaner import get

from ..scenario import scenario
from ..volume import Volume
from ..world import World


@scenario("journal_read_only", "33", small={"seconds": 1}, long={"seconds": 20})
def journal_read_only(progress, seconds):
    """A volume that turned read-only: new calls are refused, the process lives, and goes on once it may write."""
    with World(start=False) as world:
        # An image in a file, because a tmpfs cannot turn read-only while files on it are open for writing.
        volume = Volume(world.place, "volume", 32)
        world.closing.insert(0, volume.close)
        world.gleaner.environment["GLEANER_DATA_DIR"] = str(volume.path / "data")
        world.gleaner.start()
        world.warm()
        world.gleaner.stop()
        volume.read_only()
        try:
            world.gleaner.start()
            raise RuntimeError("it started on a journal it cannot write")
        except AssertionError as error:
            assert "gleaner ended" in str(error) and "journal" in str(error), error
        volume.read_only(False)
        world.gleaner.start()
        with world.load(clients=8):
            time.sleep(seconds)
        world.no_errors()
        verdict = world.compare()
    return verdict.figures()


@scenario("journal_deleted", "33", small={"seconds": 0}, long={"seconds": 20},
          gap="files deleted under the process are not noticed")
def journal_deleted(progress, seconds):
    """Files deleted under a running process: it notices and refuses, rather than keep exchanges in what is not there."""
    with World() as world:
        world.cluster.stop("fast")
        load = world.load(clients=8, rate=40, leaving=0).start()
        time.sleep(0.5)
        before = [sight for sight in world.record.sights]
        data = Path(world.gleaner.environment["GLEANER_DATA_DIR"])
        for file in data.rglob("journal*"):
            if file.is_file() and not file.name.endswith("lock"):
                file.unlink()
        deadline = time.monotonic() + seconds + 3
        while time.monotonic() < deadline and not any(s.code == "journal_unavailable" for s in world.record.sights):
            time.sleep(0.1)
        noticed = [s for s in world.record.sights if s.code == "journal_unavailable"]
        kept = len([s for s in world.record.sights if s.end == "whole"])
        load.stop()
        assert noticed, f"{kept} calls were acknowledged, many of them into deleted files; a restart loses them"
        assert get(world.gleaner.admin + "/livez")[0] == 200
        # What it still holds open can be stored.
        world.cluster.start()
        verdict = world.compare()
    return {"refused": len(noticed), **verdict.figures()}
