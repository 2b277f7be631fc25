"""Requests that two HTTP parsers could read differently: refused, and nothing after them on the connection is served."""

import pytest

from gleaner import wait_until
from wire import connect, read_until_closed, statuses

CANARY = b"GET /canary-smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


def post(*lines, body=b""):
    return b"\r\n".join([b"POST /v1/chat/completions HTTP/1.1", b"Host: x", *lines, b"", b""]) + body


CHUNKED = b"0\r\n\r\n"
CASES = {
    "both lengths, chunked last": post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=CHUNKED),
    "both lengths, chunked first": post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=CHUNKED),
    "two different lengths": post(b"Content-Length: 0", b"Content-Length: 5"),
    "two equal lengths": post(b"Content-Length: 0", b"Content-Length: 0"),
    "a list of lengths": post(b"Content-Length: 0, 0"),
    "a signed length": post(b"Content-Length: +0"),
    "a negative length": post(b"Content-Length: -1"),
    "a hexadecimal length": post(b"Content-Length: 0x0"),
    "an empty length": post(b"Content-Length: "),
    "a huge length": post(b"Content-Length: 99999999999999999999999"),
    "a length with a space inside": post(b"Content-Length: 1 0"),
    "chunked twice": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=CHUNKED),
    "chunked, then identity": post(b"Transfer-Encoding: chunked, identity", body=CHUNKED),
    "identity, then chunked": post(b"Transfer-Encoding: identity, chunked", body=CHUNKED),
    "an unknown transfer encoding": post(b"Transfer-Encoding: xchunked", body=CHUNKED),
    "gzip, then chunked": post(b"Transfer-Encoding: gzip, chunked", body=CHUNKED),
    "a quoted transfer encoding": post(b'Transfer-Encoding: "chunked"', body=CHUNKED),
    "a vertical tab before chunked": post(b"Transfer-Encoding: \x0bchunked", body=CHUNKED),
    "space before the colon": post(b"Content-Length : 0"),
    "tab before the colon": post(b"Transfer-Encoding\t: chunked", body=CHUNKED),
    "space before the name": post(b" Content-Length: 0"),
    "a folded value": post(b"X-Fold: a", b" b"),
    "a folded transfer encoding": post(b"Transfer-Encoding:", b" chunked", body=CHUNKED),
    "a value folded by a tab": post(b"X-Fold: a", b"\tb"),
    "bare LF at the end of the request line": b"POST /v1/x HTTP/1.1\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "bare LF between fields": b"POST /v1/x HTTP/1.1\r\nHost: x\nContent-Length: 0\r\n\r\n",
    "bare LF at the end of the head": b"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\n",
    "bare CR between fields": b"POST /v1/x HTTP/1.1\r\nHost: x\rContent-Length: 0\r\n\r\n",
    "CR in a value": post(b"X-A: a\rb", b"Content-Length: 0"),
    "NUL in a value": post(b"X-A: a\x00b", b"Content-Length: 0"),
    "NUL in a name": post(b"X\x00A: a", b"Content-Length: 0"),
    "no colon": post(b"Content-Length 0"),
    "an empty name": post(b": a", b"Content-Length: 0"),
    "a name with a slash": post(b"X/A: a", b"Content-Length: 0"),
    "a chunk size too large for any integer": post(b"Transfer-Encoding: chunked", body=b"ffffffffffffffffff\r\n"),
    "a chunk size with a sign": post(b"Transfer-Encoding: chunked", body=b"+0\r\n\r\n"),
    "a chunk size with 0x": post(b"Transfer-Encoding: chunked", body=b"0x0\r\n\r\n"),
    "a chunk size with spaces before": post(b"Transfer-Encoding: chunked", body=b" 0\r\n\r\n"),
    "a chunk size ended by a bare LF": post(b"Transfer-Encoding: chunked", body=b"0\n\r\n"),
    "a chunk extension ended by a bare LF": post(b"Transfer-Encoding: chunked", body=b"0;a\n\r\n"),
    "a chunk longer than its size": post(b"Transfer-Encoding: chunked", body=b"1\r\nab\r\n0\r\n\r\n"),
    "a chunk ended by a bare LF": post(b"Transfer-Encoding: chunked", body=b"1\r\na\n0\r\n\r\n"),
    "a trailer with a space before the colon": post(b"Transfer-Encoding: chunked", body=b"0\r\nX : a\r\n\r\n"),
    "HTTP/1.0 with chunks": b"POST /v1/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n" + CHUNKED,
    "HTTP/0.9": b"GET /v1/x\r\n",
    "HTTP/1.10": b"POST /v1/x HTTP/1.10\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "HTTP/2.0 in text": b"POST /v1/x HTTP/2.0\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "a space inside the target": b"POST /v1/ x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "a tab in the request line": b"POST\t/v1/x\tHTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "two hosts": post(b"Host: y", b"Content-Length: 0"),
    "no host": b"POST /v1/x HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("name", CASES)
def test_an_ambiguous_request_is_refused_and_its_connection_closed(gleaner, name):
    with connect(gleaner.port) as sock:
        sock.sendall(CASES[name] + CANARY)
        received, closed = read_until_closed(sock, 3)
    assert b"canary" not in received, received
    assert closed, received
    got = statuses(received)
    assert all(400 <= s < 500 for s in got), received
    # A head without a key is answered before its body is read; broken chunks then end the connection once more.
    assert len(got) <= 1 or got == [401, 400], received


def test_what_is_well_formed_is_served_pipelined_too(gleaner):
    with connect(gleaner.port) as sock:
        sock.sendall(post(b"Transfer-Encoding: chunked", body=b"2;ext=1\r\n{}\r\n0\r\nX-Trailer: a\r\n\r\n") + CANARY * 3)
        received = b""
        while received.count(b"canary-smuggled") < 3:
            piece = sock.recv(65_536)
            assert piece, received
            received += piece
    assert statuses(received) == [401, 404, 404, 404]


@pytest.mark.parametrize("request_bytes, wanted", [
    (b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {414}),
    (b"GET /x HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(101)) + b"\r\n", {400, 431}),
    (b"GET /x HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 4000) for n in range(9)) + b"\r\n", {400, 431}),
    (b"GET /x HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 40_000 + b"\r\n\r\n", {400, 431}),
    (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {400, 414, 431}),
], ids=["8 KiB URL", "101 fields", "36 KB of fields", "a field of 40 KB", "200 KB URL"])
def test_a_head_over_the_limits_is_refused_and_its_connection_closed(gleaner, request_bytes, wanted):
    with connect(gleaner.port) as sock:
        try:
            sock.sendall(request_bytes + CANARY)
        except (BrokenPipeError, ConnectionResetError):
            pass
        received, closed = read_until_closed(sock, 3)
    assert closed and b"canary" not in received
    assert set(statuses(received)) <= wanted, received


def test_a_head_just_within_the_limits_is_served(gleaner):
    with connect(gleaner.port) as sock:
        sock.sendall(b"GET /" + b"a" * 8000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until("an answer comes", lambda: b"404" in sock.recv(4096, 2) or True, 5)
        sock.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(95)) + b"\r\n")
        assert sock.recv(65_536)
