"""Raw sockets, for what no HTTP client would send or do."""

import json
import re
import socket
import time

from gleaner import get, wait_until


def connect(port, source=None, timeout=10, receive_buffer=None):
    sock = socket.socket()
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    if source:
        sock.bind((source, 0))
    sock.settimeout(timeout)
    sock.connect(("127.0.0.1", port))
    return sock


def read_until_closed(sock, patience=10):
    """All that comes until the other side closes, and whether it did within `patience` seconds."""
    received = b""
    deadline = time.monotonic() + patience
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return received, False
        sock.settimeout(left)
        try:
            piece = sock.recv(65_536)
        except TimeoutError:
            return received, False
        except ConnectionResetError:
            return received, True
        if not piece:
            return received, True
        received += piece


def statuses(received):
    """The status of every answer in a stream of bytes."""
    return [int(s) for s in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def chat(key, model, stream=True, content="chai kaise banate hain?", head_only=False, length=None):
    call = {"model": model, "stream": stream, "messages": [{"role": "user", "content": content}]}
    if stream:
        call["stream_options"] = {"include_usage": True}
    body = json.dumps(call).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length or len(body)}\r\n\r\n").encode()
    return head if head_only else head + body


def error_code(received):
    return json.loads(received.partition(b"\r\n\r\n")[2])["error"]["code"]


def metric(gleaner, name):
    status, text = wait_until("metrics can be read", lambda: (a := get(gleaner.admin + "/metrics"))[0] and a, 60)
    assert status == 200
    for line in text.decode().splitlines():
        if line.startswith(name + " "):
            return float(line.rsplit(" ", 1)[1])
    raise AssertionError(f"{name} is not a metric")


def resident(process):
    """Bytes."""
    with open(f"/proc/{process.child.pid}/statm") as statm:
        return int(statm.read().split()[1]) * 4096
