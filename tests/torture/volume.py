"""A small volume of its own (tmpfs or ext4) that can be filled to the last byte, emptied again, and made read-only."""

import os
import subprocess

from .scenario import Skipped


class Volume:
    def __init__(self, world_place, name, mebibytes, kind="tmpfs"):
        if os.geteuid() != 0:
            raise Skipped("mounting a small volume needs root")
        self.path = world_place / name
        self.path.mkdir(mode=0o777)
        if kind == "tmpfs":
            self.mount("-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0777", "tmpfs")
            return
        image = world_place / f"{name}.image"
        with open(image, "wb") as file:
            file.truncate(mebibytes << 20)
        subprocess.run(["mkfs", "-t", kind, "-q", "-m", "0", str(image)], check=True, capture_output=True, timeout=60)
        self.mount("-t", kind, "-o", "loop", str(image))
        self.path.chmod(0o777)

    def mount(self, *arguments):
        done = subprocess.run(["mount", *arguments, str(self.path)], capture_output=True, text=True, timeout=20)
        if done.returncode != 0:
            raise Skipped(f"no volume can be mounted here: {done.stderr.strip()}")

    @property
    def filler(self):
        return self.path / "filler"

    def fill(self, leave=0):
        """Leaves about `leave` bytes free."""
        with open(self.filler, "ab") as file:
            try:
                while (free := os.statvfs(self.path).f_bavail * 4096) > leave:
                    file.write(b"\0" * min(1 << 20, free - leave))
                    file.flush()
            except OSError:
                pass

    def empty(self):
        self.filler.unlink(missing_ok=True)

    def read_only(self, yes=True):
        self.mount("-o", "remount," + ("ro" if yes else "rw"))

    def close(self):
        # Lazily: PostgreSQL may still be leaving.
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True, timeout=20)


def journal_on_volume(world, mebibytes, kind="tmpfs"):
    """Starts the world's gleaner with its journal on a small volume, and returns that."""
    volume = Volume(world.place, "volume", mebibytes, kind)
    world.closing.insert(0, volume.close)
    world.gleaner.environment["GLEANER_DATA_DIR"] = str(volume.path / "data")
    world.gleaner.start()
    world.warm()
    return volume
