"""SIGTERM: no new work, open streams get their time, then an honest end."""

import json
import os
import signal
import threading
import time

import httpx2 as httpx
import pytest

from gleaner import Gleaner, get, wait_until
from wire import chat, connect, read_until_closed, statuses

REQUEST = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def make_gleaner(provider, fresh_database):
    made = []

    def make(**settings):
        gleaner = Gleaner(
            provider.url, fresh_database, GLEANER_PROVIDER_IDLE_TIMEOUT="60s",
            GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="60s", **settings)
        gleaner.start()
        made.append(gleaner)
        return gleaner

    yield make
    for gleaner in made:
        gleaner.stop()


def open_streams(gleaner, key, count, model):
    socks = []
    for _ in range(count):
        sock = connect(gleaner.port)
        sock.sendall(chat(key, model))
        socks.append(sock)
    for sock in socks:
        sock.settimeout(20)
        assert b"200 OK" in sock.recv(15)
    return socks


def exit_code(gleaner, seconds):
    return gleaner.process.child.wait(seconds)


def test_an_idle_gateway_ends_at_once_and_closes_idle_connections(make_gleaner):
    gleaner = make_gleaner()
    socks = [connect(gleaner.port) for _ in range(20)]
    for sock in socks:
        sock.sendall(REQUEST)
        assert b"404" in sock.recv(4096)
    began = time.monotonic()
    gleaner.process.child.send_signal(signal.SIGTERM)
    for sock in socks:
        assert read_until_closed(sock, 2) == (b"", True)
    assert exit_code(gleaner, 5) == 0
    assert time.monotonic() - began < 2


def test_a_stop_while_clients_connect_ends_by_itself(make_gleaner):
    gleaner = make_gleaner()
    stopped = threading.Event()

    def keep_connecting():
        while not stopped.is_set():
            try:
                with connect(gleaner.port) as sock:
                    sock.sendall(REQUEST)
                    sock.recv(64)
            except OSError:
                time.sleep(0.001)

    for _ in range(3):
        stopped.clear()
        clients = [threading.Thread(target=keep_connecting) for _ in range(16)]
        for client in clients:
            client.start()
        time.sleep(0.2)
        gleaner.process.child.send_signal(signal.SIGTERM)
        code = exit_code(gleaner, 10)
        stopped.set()
        for client in clients:
            client.join(10)
        assert code == 0, gleaner.process.text()
        gleaner.start()


def test_an_open_stream_ends_whole_while_new_calls_are_refused(make_gleaner):
    gleaner = make_gleaner(GLEANER_SHUTDOWN_TIMEOUT="20s")
    key = gleaner.make_key()
    rows = gleaner.sql("SELECT count(*) FROM gleaner.exchanges")
    assert rows == "0"
    (stream,) = open_streams(gleaner, key, 1, "nasty-slow-300")
    gleaner.process.child.send_signal(signal.SIGTERM)
    wait_until("it is not ready", lambda: get(gleaner.admin + "/readyz")[0] == 503, 2)
    assert json.loads(get(gleaner.admin + "/readyz")[1])["status"] == "stopping"
    refused = httpx.post(
        gleaner.base_url + "/chat/completions", headers={"Authorization": f"Bearer {key}"},
        json={"model": "demo-hinglish-1", "messages": []})
    assert refused.status_code == 503 and refused.json()["error"]["code"] == "shutting_down"
    assert int(refused.headers["retry-after"]) >= 1 and refused.headers["connection"] == "close"
    received, closed = read_until_closed(stream, 20)
    assert closed and b"data: [DONE]" in received
    assert exit_code(gleaner, 3) == 0
    assert gleaner.sql("SELECT status, count(*) FROM gleaner.exchanges GROUP BY 1") == "completed|1"


def test_200_streams_that_take_too_long_end_with_an_error_event_and_are_kept(make_gleaner):
    gleaner = make_gleaner(GLEANER_SHUTDOWN_TIMEOUT="2s")
    key = gleaner.make_key()
    socks = open_streams(gleaner, key, 200, "nasty-stall-3")
    received = {}

    def read(index, sock):
        received[index] = read_until_closed(sock, 20)

    threads = [threading.Thread(target=read, args=pair) for pair in enumerate(socks)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    began = time.monotonic()
    gleaner.process.child.send_signal(signal.SIGTERM)
    assert exit_code(gleaner, 20) == 0
    took = time.monotonic() - began
    for thread in threads:
        thread.join()
    assert 1.9 < took < 5.0, took
    for body, closed in received.values():
        assert closed and body.count(b'"code":"gateway_stopping"') == 1, body[-300:]
        assert b"[DONE]" not in body and body.endswith(b"0\r\n\r\n")
    # What was in the journal at the end is stored by the next start.
    gleaner.start()
    wait_until("all are stored", lambda: gleaner.sql("SELECT count(*) FROM gleaner.exchanges") == "200", 20)
    assert gleaner.sql(
        "SELECT status, reason, count(*) FROM gleaner.exchanges GROUP BY 1, 2") == "interrupted|gateway_stopping|200"
    assert gleaner.sql("SELECT min(response_bytes) > 0 FROM gleaner.exchanges") == "t"
    assert gleaner.ledger()["gap"] == 0


def test_clients_that_do_not_read_cannot_hold_the_stop_up(make_gleaner):
    gleaner = make_gleaner(GLEANER_SHUTDOWN_TIMEOUT="1s")
    key = gleaner.make_key()
    socks = []
    for _ in range(10):
        sock = connect(gleaner.port, receive_buffer=4096)
        sock.sendall(chat(key, "nasty-huge-20"))
        socks.append(sock)
    wait_until("all are open", lambda: gleaner.ledger()["ledger"]["open"] == 10, 10)
    time.sleep(0.5)
    began = time.monotonic()
    gleaner.process.child.send_signal(signal.SIGTERM)
    assert exit_code(gleaner, 20) == 0
    # One second to end by themselves, one to be ended, one for a busy machine.
    assert time.monotonic() - began < 3
    gleaner.start()
    wait_until("all are stored", lambda: gleaner.sql("SELECT count(*) FROM gleaner.exchanges") == "10", 20)
    assert gleaner.sql("SELECT DISTINCT status FROM gleaner.exchanges") == "interrupted"


def test_stopped_for_a_while_by_the_kernel_nothing_is_cut(make_gleaner):
    gleaner = make_gleaner(GLEANER_CLIENT_STALL_TIMEOUT="60s")
    key = gleaner.make_key()
    socks = open_streams(gleaner, key, 5, "nasty-slow-100")
    os.kill(gleaner.process.child.pid, signal.SIGSTOP)
    time.sleep(5)
    os.kill(gleaner.process.child.pid, signal.SIGCONT)
    for sock in socks:
        received = b""
        while b"[DONE]" not in received:
            piece = sock.recv(65_536)
            assert piece, received[-300:]
            received += piece
    wait_until("all are stored", lambda: gleaner.sql(
        "SELECT status, count(*) FROM gleaner.exchanges GROUP BY 1") == "completed|5", 10)
    assert gleaner.ledger()["gap"] == 0
