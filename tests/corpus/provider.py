"""A provider that answers each exchange with the bytes that were laid out for it, and notes what it was sent."""

import asyncio
import hashlib
import threading

PLAIN = b'{"id":"chatcmpl-corpus","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}'


class CorpusProvider:
    """`answers` maps an exchange's id to (content type, body); without an entry it answers `PLAIN`."""

    def __init__(self):
        self.answers, self.received = {}, {}
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self.work, args=(started,), daemon=True).start()
        started.wait(10)

    def work(self, started):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0, limit=1 << 20))
        self.port = self.server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()

    async def serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                body = await reader.readexactly(int(fields.get("content-length", 0)))
                # Gleaner's own look at which models there are belongs to no exchange.
                exchange = fields.get("x-client-request-id")
                if exchange:
                    self.received.setdefault(exchange, []).append(hashlib.sha256(body).hexdigest())
                kind, answer = self.answers.get(exchange, ("application/json", PLAIN))
                writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(answer)}\r\n\r\n".encode() + answer)
                await writer.drain()
        except (OSError, EOFError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def close(self):
        def end():
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.call_later(0.1, self.loop.stop)

        self.loop.call_soon_threadsafe(end)
