"""kill -9 under load, and starting again: nothing that a client saw complete is missing, nothing is there twice."""

import hashlib
import random
import signal
import threading
import time
import uuid

import httpx2 as httpx  # what the SDK itself uses

from gleaner import Gleaner, get, wait_until

WORDS = ["chai", "dosa", "paneer", "train", "exam", "cricket", "barish", "shaadi"]


def talk(gleaner, key, seen, stop, seed):
    """Sends calls until told to stop; notes each answer that was seen whole, with its hash."""
    dice = random.Random(seed)
    headers = {"Authorization": f"Bearer {key}"}
    while not stop.is_set():
        stream = dice.random() < 0.6
        model = dice.choice(["demo-hinglish-1", "nasty-slow-5", "demo-health-1"])
        body = {"model": model, "stream": stream,
                "messages": [{"role": "user", "content": f"{dice.choice(WORDS)} {dice.random()}"}]}
        exchange, received = None, b""
        try:
            with httpx.Client(timeout=20) as client:
                with client.stream("POST", gleaner.base_url + "/chat/completions", json=body, headers=headers) as response:
                    exchange = response.headers.get("x-gleaner-exchange-id")
                    for piece in response.iter_raw():
                        received += piece
                    whole = response.status_code == 200
        except httpx.HTTPError:
            whole = False
            time.sleep(0.02)
        if exchange:
            if stream and not received.endswith(b"data: [DONE]\n\n"):
                whole = False
            seen.append((exchange, whole, hashlib.sha256(received).hexdigest()))


def test_kill_nine_loses_nothing_that_was_seen_whole(provider, fresh_database):
    gleaner = Gleaner(provider.url, fresh_database)
    gleaner.start()
    key = gleaner.make_key()
    seen, dice = [], random.Random(7)
    for round_number in range(4):
        stop = threading.Event()
        threads = [threading.Thread(target=talk, args=(gleaner, key, seen, stop, f"{round_number}-{n}")) for n in range(32)]
        for thread in threads:
            thread.start()
        time.sleep(0.5 + dice.random())
        gleaner.stop(signal.SIGKILL)
        stop.set()
        for thread in threads:
            thread.join()
        gleaner.start()
    state = wait_until("all is stored", lambda: (s := gleaner.ledger())["ledger"]["journaled"] == 0 and s, 30)
    assert state["gap"] == 0
    rows = {}
    for line in gleaner.sql("SELECT id, status, encode(response_sha256, 'hex') FROM gleaner.exchanges").splitlines():
        identity, status, digest = line.split("|")
        assert identity not in rows, "an exchange is there twice"
        rows[identity] = (status, digest)
    whole = [(exchange, digest) for exchange, complete, digest in seen if complete]
    assert len(whole) > 50
    for exchange, digest in whole:
        assert exchange in rows, f"{exchange} was seen whole and is missing"
        assert rows[exchange] == ("completed", digest)
    for exchange, complete, _ in seen:
        assert exchange in rows, f"{exchange} was begun and is missing"
    statuses = {status for status, _ in rows.values()}
    assert "interrupted" in statuses
    assert gleaner.sql("SELECT count(*) FROM gleaner.quarantine") == "0"
    assert gleaner.sql(
        "SELECT count(*) FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id) "
        "WHERE e.request_sha256 <> sha256(b.request) OR (e.response_sha256 IS NOT NULL AND e.response_sha256 <> sha256(b.response))"
    ) == "0"
    gleaner.stop()


def test_a_private_postgres_comes_back_after_a_kill(provider):
    gleaner = Gleaner(provider.url, None)
    first = gleaner.start()
    key = gleaner.make_key()
    try:
        with httpx.Client(base_url=gleaner.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=20) as client:
            body = {"model": "demo-hinglish-1", "messages": [{"role": "user", "content": "Chai?"}]}
            exchange = client.post("/chat/completions", json=body).headers["x-gleaner-exchange-id"]
            gleaner.row(exchange)
            gleaner.stop(signal.SIGKILL)
            again = gleaner.start()
            assert gleaner.row(exchange)["status"] == "completed"
            client.post("/chat/completions", json=body).raise_for_status()
        gleaner.stop()
        existing = gleaner.start()
        print(f"ready after {first:.2f} s on a new directory, {again:.2f} s after a kill, {existing:.2f} s on an existing one")
        assert existing < 5
        assert gleaner.sql("SHOW data_checksums") == "on" and gleaner.sql("SHOW fsync") == "on"
        assert gleaner.sql("SHOW listen_addresses") == ""
    finally:
        gleaner.stop()
    assert get(gleaner.admin + "/livez")[0] == 0


def test_two_processes_do_not_share_a_data_directory(gleaner):
    second = Gleaner("http://127.0.0.1:9/v1", gleaner.database, GLEANER_DATA_DIR=gleaner.environment["GLEANER_DATA_DIR"])
    done = second.run("up", check=False)
    assert done.returncode == 1
    assert "journal_locked" in done.stderr


def test_a_port_that_is_taken_is_explained(gleaner, fresh_database):
    second = Gleaner("http://127.0.0.1:9/v1", fresh_database, GLEANER_LISTEN=gleaner.environment["GLEANER_LISTEN"])
    done = second.run("up", check=False)
    assert done.returncode == 1
    assert "address_in_use" in done.stderr and gleaner.environment["GLEANER_LISTEN"] in done.stderr


def test_postgres_away_means_waiting_not_losing(provider, fresh_database):
    """The database refuses connections for a while; calls go on and are stored afterwards."""
    gleaner = Gleaner(provider.url, fresh_database)
    gleaner.start()
    key = gleaner.make_key()
    name = fresh_database.rsplit("dbname=", 1)[1]
    other = fresh_database.rsplit(" dbname=", 1)[0]
    outside = Gleaner(provider.url, other)
    try:
        with httpx.Client(base_url=gleaner.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=20) as client:
            body = {"model": "demo-hinglish-1", "messages": [{"role": "user", "content": str(uuid.uuid4())}]}
            client.post("/chat/completions", json=body).raise_for_status()
            outside.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            outside.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            sent = [client.post("/chat/completions", json=body) for _ in range(20)]
            assert all(response.status_code == 200 for response in sent)
            assert gleaner.ledger()["ledger"]["journaled"] >= 20
            unknown = httpx.get(gleaner.base_url + "/models", headers={"Authorization": "Bearer gln_" + "1" * 64})
            assert unknown.status_code == 503 and unknown.json()["error"]["code"] == "auth_unavailable"
            outside.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            for response in sent:
                assert gleaner.row(response.headers["x-gleaner-exchange-id"], seconds=20)["status"] == "completed"
            assert gleaner.ledger()["gap"] == 0
    finally:
        gleaner.stop()


def test_a_polite_stop_lets_open_streams_end(provider, fresh_database):
    gleaner = Gleaner(provider.url, fresh_database)
    gleaner.start()
    key = gleaner.make_key()
    body = {"model": "nasty-slow-150", "stream": True, "messages": [{"role": "user", "content": "Alvida"}]}
    received, exchange = b"", None
    with httpx.Client(timeout=20) as client:
        with client.stream("POST", gleaner.base_url + "/chat/completions", json=body,
                           headers={"Authorization": f"Bearer {key}"}) as response:
            exchange = response.headers["x-gleaner-exchange-id"]
            for piece in response.iter_raw():
                if not received:
                    gleaner.process.child.send_signal(signal.SIGTERM)
                received += piece
    assert received.endswith(b"data: [DONE]\n\n")
    assert gleaner.process.child.wait(20) == 0
    # It was stored on the way out, not left for the next start.
    row = gleaner.row(exchange, seconds=1)
    assert row["status"] == "completed" and bytes.fromhex(row["response_hex"]) == received


def test_a_stop_does_not_wait_for_a_silent_provider(provider, fresh_database):
    gleaner = Gleaner(provider.url, fresh_database, GLEANER_SHUTDOWN_TIMEOUT="2s", GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="60s")
    gleaner.start()
    key = gleaner.make_key()
    body = {"model": "nasty-silent", "messages": [{"role": "user", "content": "Koi hai?"}]}

    def ask():
        try:
            httpx.post(gleaner.base_url + "/chat/completions", json=body, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        except httpx.HTTPError:
            pass

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until("the call is open", lambda: gleaner.ledger()["ledger"]["open"] == 1, 5)
    began = time.monotonic()
    gleaner.stop()
    assert time.monotonic() - began < 15
    asking.join()
    gleaner.start()
    statuses = wait_until("the exchange is stored", lambda: gleaner.sql("SELECT status FROM gleaner.exchanges"), 10)
    assert statuses == "interrupted"
    gleaner.stop()
