"""RST in the middle of a request's body."""

import random
import socket
import struct
import time

from ..load import unique_body
from ..scenario import scenario
from ..world import World


@scenario("upload_reset", "37", small={"count": 40}, long={"count": 2000})
def upload_reset(progress, count):
    """An upload that breaks off is no call: nothing is spent, nothing is stored, nothing stays open."""
    dice = random.Random(37)
    with World() as world:
        load = world.load(clients=8).start()
        for number in range(count):
            body = unique_body(dice, "demo-hinglish-1", True, padding=dice.choice([100, 5000, 200_000]))
            head = (f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {world.key}\r\n"
                    f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n").encode()
            with socket.create_connection(("127.0.0.1", world.gleaner.port)) as cut:
                cut.sendall(head + body[:dice.randrange(len(body))])
                if dice.random() < 0.5:
                    time.sleep(0.005)
                # RST, not FIN.
                cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            progress("uploads reset", number + 1, count)
        load.stop()
        world.no_errors()
        # Rows that no client's record knows would be found there, and so would a call to the provider.
        verdict = world.compare()
    return {"reset": count, **verdict.figures()}
