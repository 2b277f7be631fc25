"""Sends every case through a gateway, and holds what came of it against what must."""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field
from hashlib import sha256

from torture.client import Connection

from . import expect
from .families import GOLDEN
from .provider import PLAIN

CONNECTIONS = 24
KINDS = {"answer": "application/json", "stream": "text/event-stream"}


@dataclass
class Case:
    kind: str
    name: str
    data: bytes
    exchange: str = ""
    body: bytes = b""                # what the client sends
    wanted: str | None = None        # why it must be refused
    sight: object = None
    faults: list = field(default_factory=list)


def new_id(shard=0):
    """A UUIDv7 of now, as a client may mint it."""
    raw = bytearray(int(time.time() * 1000).to_bytes(6, "big") + secrets.token_bytes(10))
    raw[6], raw[8] = 0x70 | raw[6] & 0x0F, 0x80 | raw[8] & 0x3F
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def prepare(kind, name, data):
    case = Case(kind, name, data)
    if kind == "request":
        case.body, case.wanted = data, expect.request(data)
    else:
        case.body = json.dumps({**GOLDEN, "stream": kind == "stream", "nonce": secrets.token_hex(8)}).encode()
    return case


def send(cases, provider, port, key, progress=lambda done: None):
    """Sends all cases; returns when each has its sight."""
    asyncio.run(send_all(cases, provider, port, key, progress))


async def send_all(cases, provider, port, key, progress):
    left = iter(cases)
    done = 0

    async def work():
        nonlocal done
        connection = Connection(port, key)
        for case in left:
            case.exchange = new_id()
            if case.kind in KINDS:
                provider.answers[case.exchange] = (KINDS[case.kind], case.data)
            case.sight = await asyncio.wait_for(connection.call(
                case.body, "corpus", case.kind == "stream", headers=f"x-gleaner-exchange-id: {case.exchange}\r\n"), 60)
            provider.answers.pop(case.exchange, None)
            done += 1
            progress(done)
        connection.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))


def judge(cases, provider, rows):
    """Notes in each case's `faults` what is wrong with it. `rows`: by exchange id, what is stored."""
    for case in cases:
        sight, row = case.sight, rows.get(case.sight.exchange or "")
        if sight.end == "unanswered":
            case.faults.append("no answer")
            continue
        if row is None:
            case.faults.append(f"not stored (answered {sight.status} {sight.code})")
            continue
        if row["request"] != sha256(case.body).hexdigest() and sight.status != 413:
            case.faults.append("the stored request is not what was sent")
        if case.wanted:
            refused(case, sight, row, provider)
        else:
            passed(case, sight, row, provider)


def refused(case, sight, row, provider):
    if not (400 <= sight.status < 500 and sight.end == "failed"):
        case.faults.append(f"answered {sight.status}, should be refused: {case.wanted}")
    elif row["status"] != "refused":
        case.faults.append(f"stored as {row['status']}, should be refused: {case.wanted}")
    if sight.exchange in provider.received:
        case.faults.append("was sent to the provider")


def passed(case, sight, row, provider):
    answer = case.data if case.kind in KINDS else PLAIN
    if sight.status != 200:
        case.faults.append(f"answered {sight.status} {sight.code}, should have passed")
        return
    if provider.received.get(sight.exchange) != [sha256(case.body).hexdigest()]:
        case.faults.append("the provider did not get the client's bytes, once")
    if row["response"] not in (sha256(answer).hexdigest(), None if answer == b"" else 0):
        case.faults.append("the stored answer is not the provider's")
    if case.kind == "stream" and not expect.ends(answer):
        # Told in the stream that the end is missing; before that, the provider's bytes.
        if sight.end != "failed" or sight.received.rstrip(b"\n") != answer.rstrip(b"\n"):
            case.faults.append(f"a stream without its end came as {sight.end}")
    elif sight.received != answer:
        case.faults.append("the client did not get the provider's bytes")
    elif row["status"] != "completed":
        case.faults.append(f"stored as {row['status']} ({row['reason']})")
