"""Torn and flipped bytes in the journal's files, as after a power cut or on a bad disk."""

import random
import shutil
import signal
from pathlib import Path

from gleaner import wait_until

from ..scenario import scenario
from ..world import World


# A commit has one end of each at most.
CLIENTS = 3


def files(directory):
    """The journal's files with exchanges in them: neither the lock nor the reserve."""
    return [file for file in sorted((directory / "journal").iterdir() if (directory / "journal").is_dir()
                                    else sorted(directory.glob("journal*")))
            if file.is_file() and file.stat().st_size > 0 and not file.name.endswith(("lock", "-shm", ".reserve"))]


def damage(world, progress, samples, spoil, allowed, told, seed):
    """Builds a journal, kills, and then starts on `samples` copies of it, each spoiled in another place."""
    dice = random.Random(seed)
    data = Path(world.gleaner.environment["GLEANER_DATA_DIR"])
    world.compare()
    world.cluster.stop("fast")
    world.load(clients=CLIENTS, limit=30, leaving=0, models=["demo-hinglish-1"]).start().wait(60)
    world.gleaner.stop(signal.SIGKILL)
    whole = world.place / "whole"
    shutil.copytree(data, whole)
    expected = sum(1 for sight in world.record.sights if sight.end == "whole")
    journal = files(whole)
    assert journal, f"no journal in {list(whole.rglob('*'))}"
    sizes = [file.stat().st_size for file in journal]
    world.cluster.start()
    refused, most, total, silent = 0, 0, 0, []
    for done in range(samples):
        [place] = dice.choices(range(len(journal)), weights=sizes)
        name, offset = journal[place].relative_to(whole), dice.randrange(sizes[place])
        shutil.rmtree(data)
        shutil.copytree(whole, data)
        spoil(data / name, offset, dice)
        world.cluster.sql("TRUNCATE gleaner.exchanges, gleaner.exchange_bodies, gleaner.quarantine")
        before = len(world.gleaner.process.text()) if world.gleaner.process else 0
        try:
            world.gleaner.start()
        except AssertionError as error:
            assert "gleaner ended" in str(error), error
            assert world.gleaner.process.child.returncode == 1, error
            refused += 1
            continue
        wait_until("what is left is stored", lambda: world.gleaner.ledger()["ledger"]["journaled"] == 0, 30)
        rows = int(world.cluster.sql("SELECT count(*) FROM gleaner.exchanges WHERE status = 'completed'"))
        wrong = world.cluster.sql(
            "SELECT count(*) FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id) WHERE "
            "e.request_sha256 <> sha256(b.request) OR e.response_sha256 <> sha256(b.response)")
        assert wrong == "0", f"{name} at {offset}: {wrong} rows with wrong bytes were stored as sound"
        aside = int(world.cluster.sql("SELECT count(*) FROM gleaner.quarantine"))
        lost = expected - 1 - rows - aside
        said = world.gleaner.process.text()[before:].lower()
        if lost > 0 and not any(word in said for word in ("damage", "corrupt", "torn", "malformed")):
            silent.append((str(name), offset, lost))
        most, total = max(most, lost), total + max(0, lost)
        world.gleaner.stop(signal.SIGKILL)
        progress(f"{name} at byte {offset}: {lost} of {expected - 1} lost", done + 1, samples)
    figures = {"copies": samples, "would not start": refused, "lost at most": most, "lost in all": total}
    assert not told or not silent, f"records vanished and nobody was told, {len(silent)} times of {samples}: {silent[:3]}; {figures}"
    assert most <= allowed, f"one damaged place cost {most} records; {figures}"
    return figures


@scenario("journal_torn", "31", small={"samples": 2}, long={"samples": 200})
def journal_torn(progress, samples, seed=31):
    """A file that ends too early loses no more than what it ended in, and gives everything before it."""
    def tear(file, offset, dice):
        size = file.stat().st_size
        with open(file, "r+b") as torn:
            torn.truncate(max(0, size - 1 - dice.randrange(4096)))
    with World() as world:
        return damage(world, progress, samples, tear, allowed=3, told=False, seed=seed)


@scenario("journal_flipped", "31", small={"samples": 3}, long={"samples": 400})
def journal_flipped(progress, samples, seed=32):
    """A flipped bit costs at most the record it is in, and is reported; no altered byte is stored as sound."""
    def flip(file, offset, dice):
        with open(file, "r+b") as flipped:
            flipped.seek(offset)
            byte = flipped.read(1)[0]
            flipped.seek(offset)
            flipped.write(bytes([byte ^ (1 << dice.randrange(8))]))
    with World() as world:
        return damage(world, progress, samples, flip, allowed=1, told=True, seed=seed)
