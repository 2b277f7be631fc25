"""The preloaded shim (shim.c): compiled when first wanted, configured by environment."""

import shutil
import struct
import subprocess
from pathlib import Path

from .scenario import Skipped

SOURCE = Path(__file__).with_name("shim.c")


class Shim:
    def __init__(self, world, gleaner=None):
        compiler = shutil.which("cc")
        if not compiler:
            raise Skipped("there is no C compiler")
        self.library = world.place / "shim.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self.library, SOURCE, "-ldl"], check=True, timeout=60)
        self.log = world.place / "shim.log"
        self.clock = world.place / "clock"
        self.order = world.place / "order"
        self.environment = (gleaner or world.gleaner).environment

    def arm(self, call, first, what, count=1):
        """The `first`-th `call` (sync, write or any) on the journal's files fails, and the `count - 1` after it; 0 is all."""
        self.log.unlink(missing_ok=True)
        self.environment.update(
            LD_PRELOAD=str(self.library), TORTURE_SHIM_DIR=self.environment["GLEANER_DATA_DIR"],
            TORTURE_SHIM_FAULT=f"{call}:{first}:{what}:{count}", TORTURE_SHIM_LOG=str(self.log))

    def disarm(self):
        for name in ("LD_PRELOAD", "TORTURE_SHIM_DIR", "TORTURE_SHIM_FAULT", "TORTURE_SHIM_LOG"):
            self.environment.pop(name, None)

    def set_clock(self, ahead=0.0, still=0.0):
        """Seconds that the wall clock is ahead, or the time since 1970 at which it stands. May be set while Gleaner runs."""
        hands = struct.pack("qq", int(ahead * 1e9), int(still * 1e9))
        if not self.clock.exists():
            self.clock.write_bytes(hands)
        with open(self.clock, "r+b") as file:
            file.write(hands)
        self.environment.update(LD_PRELOAD=str(self.library), TORTURE_SHIM_CLOCK=str(self.clock))

    def watch_order(self):
        """From the next start on, counts what `left` tells."""
        self.order.write_bytes(bytes(32))
        self.environment.update(LD_PRELOAD=str(self.library), TORTURE_SHIM_DIR=self.environment["GLEANER_DATA_DIR"],
                                TORTURE_SHIM_ORDER=str(self.order))

    def left(self):
        """Calls that were sent to a provider, those whose intent was not synced by then, and the same of whole answers."""
        return struct.unpack("qqqq", self.order.read_bytes())

    def played(self):
        """How many calls were made to fail."""
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0
