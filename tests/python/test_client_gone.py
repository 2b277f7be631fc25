"""What becomes of a call whose client leaves: broken off at once, or read to its end."""

import http.server
import random
import threading
import time

import pytest

from gleaner import Gleaner, wait_until
from wire import chat, connect, metric

SUMMARY = "SELECT status, reason, count(*) FROM gleaner.exchanges WHERE requested_model = '{}' GROUP BY 1, 2"


@pytest.fixture(scope="module")
def draining(provider, shared_database):
    running = Gleaner(
        provider.url, shared_database, GLEANER_CLIENT_GONE="drain", GLEANER_DRAIN_MAX="3", GLEANER_DRAIN_TIMEOUT="2s",
        GLEANER_PROVIDER_IDLE_TIMEOUT="30s")
    running.start()
    yield running
    running.stop()


def leave_mid_stream(gleaner, key, model, count=1):
    socks = []
    for _ in range(count):
        sock = connect(gleaner.port)
        sock.sendall(chat(key, model))
        socks.append(sock)
    for sock in socks:
        received = b""
        while b"data: {" not in received:
            received += sock.recv(4096)
        sock.close()


def test_with_drain_the_answer_is_read_and_stored_whole(draining):
    leave_mid_stream(draining, draining.make_key(), "nasty-slow-40")
    row = wait_until("it is stored", lambda: draining.sql(
        "SELECT e.status, e.reason, e.completion_tokens > 0, "
        "position('[DONE]' in convert_from(b.response, 'UTF8')) > 0 FROM gleaner.exchanges e "
        "JOIN gleaner.exchange_bodies b USING (shard, id) WHERE requested_model = 'nasty-slow-40'"), 10)
    assert row == "client_gone|client_gone|t|t"
    wait_until("nothing is open", lambda: metric(draining, "gleaner_open_streams") == 0, 5)


def test_a_drain_is_bounded_in_time_and_number(draining):
    key = draining.make_key()
    began = time.monotonic()
    leave_mid_stream(draining, key, "nasty-stall-2", count=8)
    wait_until("those over the number are broken off at once", lambda: draining.sql(
        "SELECT count(*) FROM gleaner.exchanges WHERE requested_model = 'nasty-stall-2'") == "5", 1.7)
    wait_until("the others after their time", lambda: draining.sql(
        SUMMARY.format("nasty-stall-2")) == "client_gone|client_gone|8", 5)
    assert 1.9 < time.monotonic() - began < 5
    assert draining.ledger()["gap"] == 0


def test_a_key_may_choose_for_itself(draining):
    key = draining.run("keys", "create", "--name", "cancels", "--scope", "gateway").stdout.strip()
    id = draining.sql("SELECT id FROM gleaner.api_keys WHERE name = 'cancels'")
    draining.run("keys", "limit", id, "--client-gone", "cancel")
    began = time.monotonic()
    leave_mid_stream(draining, key, "nasty-stall-1")
    wait_until("it is stored", lambda: draining.sql(SUMMARY.format("nasty-stall-1")) == "client_gone|client_gone|1", 5)
    assert time.monotonic() - began < 1.5


def test_500_clients_that_leave_at_random_bytes_are_all_kept(gleaner, key):
    model = "nasty-slow-3"
    before = int(gleaner.sql(f"SELECT count(*) FROM gleaner.exchanges WHERE requested_model = '{model}'"))
    chance = random.Random(7)
    sent = 0
    for _ in range(25):
        socks = [connect(gleaner.port) for _ in range(20)]
        for sock in socks:
            sock.sendall(chat(key, model))
        for sock in socks:
            for _ in range(chance.randrange(1, 6)):
                sock.recv(chance.randrange(1, 400))
            sent += 1
            sock.close()
    wait_until("all are stored", lambda: int(gleaner.sql(
        f"SELECT count(*) FROM gleaner.exchanges WHERE requested_model = '{model}'")) == before + sent, 30)
    assert gleaner.sql(
        "SELECT count(*) FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id) "
        f"WHERE requested_model = '{model}' AND e.response_sha256 <> sha256(b.response)") == "0"
    assert gleaner.ledger()["gap"] == 0


class Late(http.server.BaseHTTPRequestHandler):
    """A provider that thinks for half a second before it says anything."""

    answer = (b'{"id":"c","object":"chat.completion","model":"late","choices":[{"index":0,"finish_reason":"stop",'
              b'"message":{"role":"assistant","content":"Haan"}}],'
              b'"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}')

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(0.5)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *arguments):
        pass


def test_with_drain_the_usage_is_known_even_when_the_client_leaves_before_the_first_byte(fresh_database):
    late = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Late)
    threading.Thread(target=late.serve_forever, daemon=True).start()
    gleaner = Gleaner(f"http://127.0.0.1:{late.server_port}/v1", fresh_database, GLEANER_CLIENT_GONE="drain")
    gleaner.start()
    try:
        with connect(gleaner.port) as sock:
            sock.sendall(chat(gleaner.make_key(), "late", stream=False))
            time.sleep(0.1)
        row = wait_until("it is stored", lambda: gleaner.sql(
            "SELECT status, reason, http_status, completion_tokens FROM gleaner.exchanges"), 10)
        assert row == "client_gone|client_gone|200|1"
        assert gleaner.ledger()["gap"] == 0
    finally:
        gleaner.stop()
        late.shutdown()
