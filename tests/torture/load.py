"""Mixed load in a thread of its own: JSON and streams, small and large, some clients leaving in mid-stream."""

import asyncio
import json
import random
import secrets
import threading
import time

from .client import Connection

WORDS = ["chai", "dosa", "paneer", "train", "exam", "cricket", "barish", "shaadi", "नमस्ते", "🙂", "\\u0041", "\"quoted\""]
MODELS = ["demo-hinglish-1", "demo-health-1", "nasty-slow-5", "nasty-unicode", "nasty-crlf"]


def unique_body(dice, model, stream, padding=0, mark=""):
    """No two bodies are alike, so the hash of one names the call. `padding` characters make it large."""
    words = " ".join(dice.choice(WORDS) for _ in range(dice.choice([3, 12, 12, 400])))
    body = {"model": model, "stream": stream,
            "messages": [{"role": "user", "content": f"{words} {mark} {secrets.token_hex(8)} {'x' * padding}"}]}
    if stream and dice.random() < 0.5:
        body["stream_options"] = {"include_usage": True}
    return json.dumps(body, ensure_ascii=dice.random() < 0.5).encode()


class Load:
    """Clients that call until `stop`. With `rate` they share so many calls a second, else each calls as fast as it can."""

    def __init__(self, port, key, record, clients=32, rate=None, models=MODELS, leaving=0.1, seed=0, limit=None,
                 padding=0, streams=0.6):
        self.port, self.key, self.record = port, key, record
        self.clients, self.rate, self.models, self.leaving, self.seed = clients, rate, models, leaving, seed
        self.padding, self.streams = padding, streams
        self.left = limit            # calls still to make; None means until stopped
        self.stopping = threading.Event()
        self.hurry = threading.Event()
        self.error = None
        self.thread = threading.Thread(target=self.work, name="load", daemon=True)
        self.next = 0.0
        self.connection = lambda: Connection(self.port, self.key)

    def work(self):
        try:
            asyncio.run(self.run())
        except Exception as error:  # told to the scenario's own thread when it asks
            self.error = error

    def start(self):
        self.thread.start()
        return self

    def stop(self, seconds=30):
        """No new calls; those under way end by themselves, or are left alone after `seconds`."""
        self.stopping.set()
        self.thread.join(seconds)
        self.hurry.set()
        self.wait(10)

    def end(self):
        """As `stop`, at once and whatever happens; for a scenario that has failed already."""
        self.stopping.set()
        self.hurry.set()
        if self.thread.ident:
            self.thread.join(10)

    def wait(self, seconds):
        """Until all calls are over."""
        self.thread.join(seconds)
        assert not self.thread.is_alive(), f"the load did not end within {seconds} s"
        if self.error:
            raise self.error

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()

    async def run(self):
        tasks = [asyncio.create_task(self.client(random.Random(f"{self.seed}-{n}"))) for n in range(self.clients)]
        while not all(task.done() for task in tasks):
            if self.hurry.is_set():
                for task in tasks:
                    task.cancel()
            await asyncio.wait(tasks, timeout=0.2)
        for task in tasks:
            if not task.cancelled() and task.exception():
                raise task.exception()

    async def client(self, dice):
        connection = self.connection()
        while not self.stopping.is_set():
            if self.left is not None:
                if self.left <= 0:
                    break
                self.left -= 1
            await self.turn()
            sight = await self.one(dice, connection)
            self.record.add(sight)
            if sight.end == "unanswered" or sight.status in (429, 503):
                connection.close()
                await asyncio.sleep(0.05 + 0.1 * dice.random())
        connection.close()

    async def one(self, dice, connection):
        model, stream = dice.choice(self.models), dice.random() < self.streams
        leaves = dice.random() < self.leaving
        return await connection.call(
            unique_body(dice, model, stream, self.padding), model, stream,
            leave_after=dice.randrange(0, 2500) if leaves else None, reset=dice.random() < 0.5)

    async def turn(self):
        if not self.rate:
            return
        now = time.monotonic()
        self.next = max(self.next + 1 / self.rate, now - 1)
        if self.next > now:
            await asyncio.sleep(self.next - now)


class Script(Load):
    """Makes exactly these calls, in order when there is one client: (body, model, stream)."""

    def __init__(self, port, key, record, calls, clients=1):
        super().__init__(port, key, record, clients=clients, limit=len(calls))
        self.calls = iter(calls)

    async def one(self, dice, connection):
        body, model, stream = next(self.calls)
        return await connection.call(body, model, stream)
