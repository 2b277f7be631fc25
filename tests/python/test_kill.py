"""Starts and stops that the attacks of tests/torture do not cover: a private PostgreSQL, a taken port, a polite stop."""

import signal
import threading
import time
import uuid

import httpx2 as httpx  # what the SDK itself uses

from gleaner import Gleaner, get, wait_until


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
