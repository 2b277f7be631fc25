"""A small HTTP/1.1 client over asyncio that notices exactly how an answer ended, and can leave in the middle of it."""

import asyncio
import hashlib
import json
import time

from .faultproxy import abort
from .record import Sight

ERROR_EVENT = b'data: {"error"'
DONE = b"data: [DONE]"


class Connection:
    """One keep-alive connection to the gateway."""

    def __init__(self, port, key):
        self.port, self.key = port, key
        self.reader = self.writer = None

    async def open(self):
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)

    def close(self, reset=False):
        if self.writer is None:
            return
        abort(self.writer) if reset else self.writer.close()
        self.reader = self.writer = None

    def half_close(self):
        self.writer.write_eof()

    async def call(self, body, model, streamed, leave_after=None, reset=False, path="/v1/chat/completions", headers=""):
        """Sends one call. `leave_after` bytes of the answer's body the client goes away.
        Never raises for what the other side does: the sight tells."""
        sight = Sight(hashlib.sha256(body).hexdigest(), model, streamed, began=time.monotonic())
        last = sight.began
        try:
            await self.open()
            self.writer.write((
                f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {self.key}\r\n{headers}"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n").encode() + body)
            await self.writer.drain()
            head = await self.reader.readuntil(b"\r\n\r\n")
            sight.end = "cut"
            lines = head.decode("latin-1").split("\r\n")
            sight.status = int(lines[0].split(" ")[1])
            fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
            sight.exchange = fields.get("x-gleaner-exchange-id")
            pieces, size = [], 0
            async for piece in self.body(fields):
                last = time.monotonic()
                pieces.append(piece)
                size += len(piece)
                # Nobody leaves before having read why they were refused.
                if leave_after is not None and size >= leave_after and sight.status == 200:
                    sight.end = "left"
                    break
            else:
                sight.end = "whole"
            sight.received = b"".join(pieces)
            if sight.end == "whole":
                judge(sight, fields)
        except (OSError, EOFError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
            if sight.end == "cut":
                sight.received = b"".join(pieces) if "pieces" in locals() else b""
                if isinstance(error, asyncio.IncompleteReadError) and "pieces" in locals():
                    judge_cut(sight)
        except asyncio.CancelledError:
            sight.end = "left"
            sight.received = b"".join(pieces) if "pieces" in locals() else b""
            self.close(reset=True)
            raise
        finally:
            sight.seconds = time.monotonic() - sight.began
            sight.quiet = time.monotonic() - last
        if sight.end not in ("whole", "failed") or fields.get("connection", "").lower() == "close":
            self.close(reset=reset)
        return sight

    async def body(self, fields):
        if "content-length" in fields:
            left = int(fields["content-length"])
            while left > 0:
                piece = await self.reader.read(min(left, 65536))
                if not piece:
                    raise asyncio.IncompleteReadError(b"", left)
                left -= len(piece)
                yield piece
            return
        if fields.get("transfer-encoding", "").lower() != "chunked":
            while piece := await self.reader.read(65536):
                yield piece
            return
        while True:
            size = int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16)
            if size == 0:
                await self.reader.readuntil(b"\r\n")
                return
            left = size
            while left > 0:
                piece = await self.reader.read(left)
                if not piece:
                    raise asyncio.IncompleteReadError(b"", left)
                left -= len(piece)
                yield piece
            await self.reader.readexactly(2)


def judge(sight, fields):
    """The body ended properly: is it the provider's answer, or an error of Gleaner's?"""
    if fields.get("content-type", "").startswith("text/event-stream"):
        judge_cut(sight)
        if sight.end == "whole" and sight.status == 200 and DONE not in sight.received[-64:]:
            # Some providers end without [DONE]; a proper end is then all there is.
            sight.code = "no_done"
        return
    if sight.status >= 400:
        sight.code = error_code(sight.received)
        if sight.code:
            sight.end, sight.received = "failed", b""


def judge_cut(sight):
    """An error event of Gleaner's at the end of a stream: not the provider's bytes."""
    at = sight.received.rfind(ERROR_EVENT)
    if at >= 0 and (code := error_code(sight.received[at + 6:])):
        sight.end, sight.code = "failed", code
        sight.received = sight.received[:at].rstrip(b"\n")


def error_code(text):
    """The code of an error in our words: only ours say how to fix it."""
    try:
        error = json.loads(text).get("error")
    except (ValueError, AttributeError):
        return None
    return error.get("code") if isinstance(error, dict) and "fix" in error else None
