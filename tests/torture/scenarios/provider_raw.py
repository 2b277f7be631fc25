"""What a provider may write on the wire that no scripted one would: 1xx storms, redirects, 417, lines without an end, bombs."""

import gzip
import random
import socket
import threading

from ..load import unique_body
from ..scenario import scenario
from ..world import World

JSON = b'{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}'


def head(status, *fields):
    return (f"HTTP/1.1 {status} X\r\n" + "".join(field + "\r\n" for field in fields) + "\r\n").encode()


def with_length(status, body, *fields):
    return head(status, "content-type: application/json", f"content-length: {len(body)}", *fields) + body


STREAM = "content-type: text/event-stream"
# Name, the bytes of the answer (a list is sent piece by piece, then the connection ends), what the row must say.
ANSWERS = {
    "storm of 100s": (b"HTTP/1.1 100 Continue\r\n\r\n" * 200 + with_length(200, JSON), "completed"),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + with_length(200, JSON), "completed"),
    "417": (with_length(417, b"{}"), "completed"),
    "redirect": (with_length(307, b"", "location: http://127.0.0.1:9/stolen"), "completed"),
    "redirect elsewhere": (with_length(302, b"", "location: https://example.org/"), "completed"),
    "no length, ends by closing": (head(200, "content-type: application/json", "connection: close") + JSON, "completed"),
    "length too long": (head(200, "content-type: application/json", "content-length: 9999") + JSON, "upstream_failed"),
    "chunk size that is none": (head(200, STREAM, "transfer-encoding: chunked") + b"zz\r\nabc\r\n", "upstream_failed"),
    "chunk cut in a character": (head(200, STREAM, "transfer-encoding: chunked")
                                 + b"10\r\ndata: \"\xe0\xa4", "upstream_failed"),
    "not HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "upstream_failed"),
    "head without an end": (b"HTTP/1.1 200 OK\r\n" + b"x-filler: y\r\n" * 20_000, "upstream_failed"),
    "line without an end": (head(200, STREAM, "connection: close") + b"data: " + b"a" * (3 << 20), None),
    "endless answer": (head(200, STREAM, "connection: close") + (b"data: \"" + b"x" * 2000 + b"\"\n\n") * 5000, "upstream_failed"),
    "gzip bomb nobody asked for": (with_length(200, gzip.compress(b"0" * (64 << 20)), "content-encoding: gzip"), None),
}


class RawProvider:
    """Answers each request with the bytes that its body names."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.answers = {}
        self.requests = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection:
            data = b""
            try:
                while piece := connection.recv(65536):
                    data += piece
                    name = next((name for name in self.answers if f"RAW-{name}-RAW".encode() in data), None)
                    if name is not None:
                        self.requests += 1
                        connection.sendall(self.answers[name])
                        connection.shutdown(socket.SHUT_WR)
                        while connection.recv(65536):
                            pass
                        return
            except OSError:
                pass

    def close(self):
        self.listener.close()


@scenario("provider_raw", "45-47", small=None, long={"times": 3})
def provider_raw(progress, times):
    """Interim answers, redirects, broken framing, endless lines and bombs: bounded, not followed, stored as they came."""
    dice = random.Random(47)
    with World(start=False, GLEANER_MAX_ANSWER_BYTES=str(8 << 20)) as world:
        raw = RawProvider()
        world.closing.append(raw.close)
        raw.answers = {name: answer for name, (answer, _) in ANSWERS.items()}
        world.gleaner.environment["GLEANER_PROVIDER_URL"] = f"http://127.0.0.1:{raw.port}/v1"
        world.gleaner.start()
        wrong = []
        for number in range(times):
            for name, (_, status) in ANSWERS.items():
                for stream in (False, True):
                    [sight] = world.say([(unique_body(dice, "gpt-4o", stream, mark=f"RAW-{name}-RAW"), "gpt-4o", stream)])
                    if sight.exchange is None:
                        wrong.append(f"{name}: {sight}")
                        continue
                    try:
                        row = world.gleaner.row(sight.exchange, seconds=30)
                    except AssertionError as error:
                        wrong.append(f"{name}: {error}; client saw {sight.status} {sight.end} {sight.code}")
                        continue
                    if status and row["status"] != status:
                        wrong.append(f"{name}: stored as {row['status']} ({row['reason']}), client saw {sight.status} "
                                     f"{sight.end} {sight.code}")
            progress("rounds", number + 1, times)
        assert raw.requests == len(ANSWERS) * 2 * times, f"{raw.requests} requests, {len(ANSWERS) * 2 * times} calls"
        verdict = world.compare()
        assert not wrong, "\n  ".join(wrong)
    return {"answers": len(ANSWERS), **verdict.figures()}
