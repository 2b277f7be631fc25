"""A client closes its sending side after the request, and waits for the answer."""

import random

from ..client import Connection
from ..load import Script, unique_body
from ..scenario import scenario
from ..world import World




class HalfClosing(Connection):
    """Sends FIN once the request is out."""

    async def call(self, body, model, streamed, **options):
        await self.open()
        drain = self.writer.drain

        async def drain_and_close():
            await drain()
            self.writer.write_eof()

        self.writer.drain = drain_and_close
        sight = await super().call(body, model, streamed, **options)
        self.close()
        return sight


@scenario("half_close", "35", small={"count": 30}, long={"count": 1000})
def half_close(progress, count):
    """A half-closed connection is a client that left (docs/adr/0008): cut, and stored as such."""
    dice = random.Random(35)
    with World() as world:
        calls = [(unique_body(dice, model, stream), model, stream) for model, stream in
                 ((dice.choice(["demo-hinglish-1", "nasty-slow-20"]), dice.random() < 0.5) for _ in range(count))]
        load = Script(world.gleaner.port, world.key, world.record, calls, clients=8)
        load.connection = lambda: HalfClosing(world.gleaner.port, world.key)
        load.start().wait(120)
        verdict = world.compare()
        whole = verdict.whole - 1
        gone = verdict.statuses.get("client_gone", 0)
        assert whole + gone <= count and not verdict.statuses.get("interrupted"), verdict
    return {"answered": whole, "cut": count - whole, **verdict.figures()}
