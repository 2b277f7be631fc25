"""A TCP relay on loopback that can do to a connection what networks do: delay, drip, swallow, cut, reset, flip."""

import asyncio
import hashlib
import re
import socket
import struct
import threading
from dataclasses import dataclass, field


@dataclass
class Plan:
    """What happens to one connection, once `after` bytes have gone `down` (to the client) or `up` (to the target)."""

    after: int
    # cut: an ordinary end both ways. reset: RST both ways. half: an end in this direction only. flip: one bit of that byte.
    # hole: nothing more is forwarded, and nobody is told.
    action: str
    direction: str = "down"
    gone: int = 0


@dataclass
class Storing:
    """What was seen on a connection to PostgreSQL of the statements that store a batch."""

    names: set = field(default_factory=set)
    is_bound: bool = False


# The name a storing statement is prepared under; what ends a call to the server.
PARSE = re.compile(rb"(kept_\d+)\0\s*WITH new AS \(\s*INSERT INTO gleaner\.exchanges")
SYNC = b"S\0\0\0\4"


class FaultProxy:
    """Attributes may be set at any time and from any thread; they hold from the next piece of data on."""

    def __init__(self, target):
        """`target`: a port on 127.0.0.1, or the path of a Unix socket."""
        self.target = target
        self.delay = 0.0             # seconds before each piece
        self.drip = None             # bytes a second
        self.blackhole = False       # nothing is forwarded, connections stay open
        self.refuse = False          # new connections are reset at once
        self.plan = lambda number: None
        self.swallow_commits = 0     # so many batches are committed, and their connection dies before the reply
        self.swallowed = 0
        self.storing = {}            # of each connection, what was seen of the statement that stores
        self.tap = None              # called with (connection number, direction, bytes) for what is forwarded
        self.accepted = 0
        self.pairs = {}
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self.serve, args=(started,), name="faultproxy", daemon=True)
        self.thread.start()
        started.wait(10)

    def serve(self, started):
        async def listen():
            self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0, backlog=512)
            self.port = self.server.sockets[0].getsockname()[1]
            started.set()
        self.loop.run_until_complete(listen())
        self.loop.run_forever()

    def reset_all(self):
        """RST on every connection there is. It has gone out when this returns: a call made then meets dead connections."""
        asyncio.run_coroutine_threadsafe(self.reset_every(), self.loop).result(10)

    def close(self):
        self.loop.call_soon_threadsafe(lambda: ([self.kill(n) for n in list(self.pairs)], self.server.close(),
                                                self.loop.call_later(0.05, self.loop.stop)))
        self.thread.join(5)

    # What follows runs on the proxy's own thread.

    async def accept(self, reader, writer):
        self.accepted += 1
        number = self.accepted
        if self.refuse:
            return abort(writer)
        try:
            onward = (asyncio.open_unix_connection(self.target) if isinstance(self.target, str)
                      else asyncio.open_connection("127.0.0.1", self.target))
            far_reader, far_writer = await onward
        except OSError:
            return abort(writer)
        self.pairs[number] = (writer, far_writer)
        plan = self.plan(number)
        try:
            await asyncio.gather(self.pump(number, reader, far_writer, "up", plan),
                                 self.pump(number, far_reader, writer, "down", plan))
        except OSError:
            self.kill(number)
        finally:
            if self.pairs.pop(number, None):
                writer.close()
                far_writer.close()

    async def reset_every(self):
        ended = [writer for number in list(self.pairs) for writer in self.kill(number)]
        await asyncio.gather(*(writer.wait_closed() for writer in ended), return_exceptions=True)

    def kill(self, number):
        ended = self.pairs.pop(number, ())
        for writer in ended:
            abort(writer)
        return ended

    async def pump(self, number, reader, writer, direction, plan):
        plan = plan if plan and plan.direction == direction else None
        while piece := await reader.read(65536):
            if self.delay:
                await asyncio.sleep(self.delay)
            while self.blackhole:
                await asyncio.sleep(0.02)
            if plan and plan.gone + len(piece) > plan.after:
                if await self.strike(number, writer, plan, piece):
                    return
                continue
            if plan:
                plan.gone += len(piece)
            await self.forward(number, writer, direction, piece)
            if direction == "up" and self.stores(number, piece) and self.swallow_commits > 0:
                self.swallow_commits -= 1
                self.swallowed += 1
                # Long enough for the server to commit; its reply is never read.
                await asyncio.sleep(0.15)
                return self.kill(number)
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()

    def stores(self, number, piece):
        """Whether the statement that stores a batch, and commits by itself, is whole with this piece."""
        seen = self.storing.setdefault(number, Storing())
        if parsed := PARSE.search(piece):
            seen.names.add(parsed[1])
        elif any(b"\0" + name + b"\0" in piece for name in seen.names):
            seen.is_bound = True
        if not (seen.is_bound and piece.endswith(SYNC)):
            return False
        seen.is_bound = False
        return True

    async def forward(self, number, writer, direction, piece):
        if self.tap:
            self.tap(number, direction, piece)
        step = max(1, self.drip // 20 if self.drip else len(piece))
        for start in range(0, len(piece), step):
            writer.write(piece[start:start + step])
            await writer.drain()
            if self.drip:
                await asyncio.sleep(0.05)

    async def strike(self, number, writer, plan, piece):
        """Forwards up to the byte the plan names, then does what it says. True when this direction is over."""
        keep = plan.after - plan.gone
        if plan.action == "flip":
            flipped = piece[:keep] + bytes([piece[keep] ^ 0x20]) + piece[keep + 1:]
            plan.after = 1 << 62
            await self.forward(number, writer, plan.direction, flipped)
            return False
        await self.forward(number, writer, plan.direction, piece[:keep])
        if plan.action == "reset":
            self.kill(number)
        elif plan.action == "half":
            writer.write_eof()
        elif plan.action == "cut":
            for end in self.pairs.pop(number, ()):
                end.close()
        else:
            await asyncio.Event().wait()
        return True


def abort(writer):
    """RST: lingering for 0 seconds discards what is unsent."""
    if (end := writer.get_extra_info("socket")) is not None and end.family != socket.AF_UNIX:
        try:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    writer.transport.abort()


class Spending:
    """A tap that hears which requests reached the provider: the SHA-256 of each whole body."""

    LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)

    def __init__(self):
        self.requests = []
        self.buffers = {}

    def __call__(self, number, direction, piece):
        if direction != "up":
            return
        buffer = self.buffers.setdefault(number, bytearray())
        buffer += piece
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            length = self.LENGTH.search(buffer[:end + 2])
            total = end + 4 + (int(length[1]) if length else 0)
            if len(buffer) < total:
                return
            if length:
                self.requests.append(hashlib.sha256(buffer[end + 4:total]).hexdigest())
            del buffer[:total]
