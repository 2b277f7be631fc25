"""What each client saw, written down and synced before anybody draws conclusions from it."""

import hashlib
import json
import os
import threading
import time
from dataclasses import asdict, dataclass, field


@dataclass
class Sight:
    """One call, as its client saw it."""

    request: str                     # SHA-256 of the body that was sent, hex
    model: str
    streamed: bool
    exchange: str | None = None      # X-Gleaner-Exchange-Id, once a head has come
    status: int | None = None
    # whole: the answer's end was seen. failed: an error of Gleaner's came instead of it, or in it.
    # cut: the connection ended early. left: this client went away. unanswered: not even a head.
    end: str = "unanswered"
    code: str | None = None          # Gleaner's error code, when end is failed
    digest: str | None = None        # SHA-256 of the body that came, without an error event of Gleaner's
    received: bytes = field(default=b"", repr=False)
    size: int = 0
    began: float = 0                 # monotonic seconds
    seconds: float = 0
    quiet: float = 0                 # seconds between the last byte and the end of the call

    def seal(self):
        """Keeps the hash of what came; of a whole answer that says it all, of any other the bytes are compared too."""
        self.digest, self.size = hashlib.sha256(self.received).hexdigest(), len(self.received)
        if self.end == "whole":
            self.received = b""


class Record:
    """An append-only file of sights. Lines are synced a few times a second, and at `close`."""

    def __init__(self, path):
        self.path = path
        self.sights = []
        self.file = open(path, "ab")
        self.lock = threading.Lock()
        self.synced = time.monotonic()

    def add(self, sight):
        sight.seal()
        line = asdict(sight)
        del line["received"]
        with self.lock:
            self.sights.append(sight)
            self.file.write(json.dumps(line).encode() + b"\n")
            if time.monotonic() - self.synced > 0.2:
                self.sync()

    def sync(self):
        self.file.flush()
        os.fdatasync(self.file.fileno())
        self.synced = time.monotonic()

    def close(self):
        with self.lock:
            if not self.file.closed:
                self.sync()
                self.file.close()

    def count(self, *ends):
        return sum(1 for sight in self.sights if sight.end in ends)
