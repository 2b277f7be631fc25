"""File descriptors and memory run out: refused in time, and what was accepted is served."""

import http.server
import threading
import time

import httpx2 as httpx

from gleaner import BINARY, Gleaner, Process, get, wait_until
from wire import chat, connect, metric, read_until_closed, resident, statuses

REQUEST = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"


def cpu_seconds(process):
    fields = open(f"/proc/{process.child.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_with_256_file_descriptors_300_sockets_leave_the_gateway_working(provider, fresh_database, monkeypatch):
    gleaner = Gleaner(provider.url, fresh_database)
    with monkeypatch.context() as patch:
        # From the first moment on, so that the gateway sees it when it decides how many clients it takes.
        patch.setattr("gleaner.BINARY", wrapper(gleaner.directory))
        gleaner.start()
    key = gleaner.make_key()
    socks = []
    refused = 0
    try:
        for _ in range(300):
            sock = connect(gleaner.port, timeout=3)
            try:
                sock.sendall(REQUEST)
                answer = sock.recv(65_536)
            except OSError:
                answer = b""
            if b" 404 " in answer:
                socks.append(sock)
            else:
                assert statuses(answer) in ([], [503]), answer
                refused += 1
                sock.close()
        assert len(socks) == 96 and refused == 204
        assert metric(gleaner, 'gleaner_connections_refused_total{reason="connections"}') == 204
        # Nothing spins, the operator sees everything, and the clients that are in can call the provider, all at once.
        before = cpu_seconds(gleaner.process)
        time.sleep(2)
        assert cpu_seconds(gleaner.process) - before < 0.5
        assert get(gleaner.admin + "/livez")[0] == 200 and get(gleaner.admin + "/readyz")[0] == 200
        for sock in socks:
            sock.sendall(chat(key, "nasty-slow-20"))
        for sock in socks:
            sock.settimeout(30)
            received = b""
            while b"[DONE]" not in received:
                piece = sock.recv(65_536)
                assert piece, received[-200:]
                received += piece
        wait_until("all are stored", lambda: gleaner.sql(
            "SELECT count(*) FROM gleaner.exchanges WHERE status = 'completed'") == "96", 20)
        assert gleaner.ledger()["gap"] == 0
    finally:
        for sock in socks:
            sock.close()
        gleaner.stop()


def wrapper(directory):
    """The binary under a limit, as a program of its own."""
    path = directory / "limited"
    path.write_text(f'#!/bin/sh\nulimit -n 256\nexec "{BINARY}" "$@"\n')
    path.chmod(0o755)
    return path


class Swallower(http.server.BaseHTTPRequestHandler):
    """A provider that reads any body and answers the same, in no time."""

    protocol_version = "HTTP/1.1"
    answer = b'{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Haan"}}]}'

    def do_POST(self):
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 1 << 20)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *arguments):
        pass


def test_bodies_that_would_not_fit_are_refused_before_they_are_read(fresh_database):
    swallower = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Swallower)
    swallower.daemon_threads = True
    threading.Thread(target=swallower.serve_forever, daemon=True).start()
    gleaner = Gleaner(
        f"http://127.0.0.1:{swallower.server_port}/v1", fresh_database, GLEANER_MEMORY_LIMIT=str(512 << 20),
        GLEANER_MAX_BODY_BYTES=str(32 << 20), GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="60s")
    gleaner.start()
    key = gleaner.make_key()
    # A prompt of 20 MiB, 80 times, 40 at once: 800 MiB of bodies at once if all were taken.
    body = b'{"model":"demo-hinglish-1","messages":[{"role":"user","content":"' + b"chai " * (4 << 20) + b'"}]}'
    outcomes = []
    peak = 0
    stop = threading.Event()

    def look():
        nonlocal peak
        while not stop.is_set():
            peak = max(peak, resident(gleaner.process))
            time.sleep(0.02)

    def send(count):
        for _ in range(count):
            try:
                response = httpx.post(
                    gleaner.base_url + "/chat/completions", content=body, timeout=60,
                    headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
                outcomes.append(response.status_code)
                if response.status_code == 503:
                    assert response.json()["error"]["code"] == "overloaded"
                    assert int(response.headers["retry-after"]) >= 1
            except httpx.TransportError:
                outcomes.append(0)

    watcher = threading.Thread(target=look)
    watcher.start()
    senders = [threading.Thread(target=send, args=(2,)) for _ in range(40)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    stop.set()
    watcher.join()
    try:
        assert gleaner.process.child.poll() is None
        assert len(outcomes) == 80 and set(outcomes) <= {0, 200, 503}, sorted(set(outcomes))
        assert outcomes.count(200) >= 3 and outcomes.count(503) >= 40, sorted(outcomes)
        print(f"peak {peak >> 20} MiB, {outcomes.count(200)} served, {outcomes.count(503)} refused")
        assert peak < 512 << 20, f"{peak >> 20} MiB"
        assert metric(gleaner, 'gleaner_shed_total{reason="memory_body"}') >= 40
        # Small calls are served, and the large ones are again when it is over.
        wait_until("small calls pass", lambda: httpx.post(
            gleaner.base_url + "/chat/completions", timeout=30, headers={"Authorization": f"Bearer {key}"},
            json={"model": "demo-hinglish-1", "messages": [{"role": "user", "content": "chai?"}]}).status_code == 200, 20)
        assert gleaner.ledger()["gap"] == 0
    finally:
        gleaner.stop()
        swallower.shutdown()


def test_without_memory_everything_is_refused_idle_connections_go_and_readiness_with_them(provider, fresh_database):
    gleaner = Gleaner(provider.url, fresh_database)
    gleaner.start()
    used = metric(gleaner, "gleaner_memory_bytes")
    gleaner.stop()
    if used < 64 << 20:
        return
    gleaner.environment["GLEANER_MEMORY_LIMIT"] = str(64 << 20)
    gleaner.process = Process(["up", "--quiet"], gleaner.environment, gleaner.directory / "gleaner.log")
    try:
        wait_until("it is alive", lambda: get(gleaner.admin + "/livez")[0] == 200)
        wait_until("it is not ready", lambda: get(gleaner.admin + "/readyz")[0] == 503, 5)
        key = gleaner.make_key()
        with connect(gleaner.port) as idle:
            assert read_until_closed(idle, 2) == (b"", True)
        with connect(gleaner.port) as sock:
            sock.sendall(chat(key, "demo-hinglish-1"))
            received, _ = read_until_closed(sock, 2)
        assert statuses(received) == [503] and b"overloaded" in received
    finally:
        gleaner.stop()
