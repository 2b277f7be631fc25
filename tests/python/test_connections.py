"""Connections that are too slow, too many, or stop reading: cut in time, while honest ones are served."""

import threading
import time

import httpx2 as httpx
import pytest

from gleaner import Gleaner, get, wait_until
from wire import chat, connect, error_code, metric, read_until_closed, resident, statuses


@pytest.fixture(scope="module")
def quick(provider, shared_database):
    """Short patience, so that tests are short."""
    running = Gleaner(
        provider.url, shared_database, GLEANER_HEAD_TIMEOUT="1s", GLEANER_BODY_TIMEOUT="3s",
        GLEANER_CLIENT_IDLE_TIMEOUT="2s", GLEANER_CLIENT_STALL_TIMEOUT="2s",
        GLEANER_PROVIDER_IDLE_TIMEOUT="30s", GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="30s")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def quick_key(quick):
    return quick.make_key()


def honest(gleaner, key):
    """Seconds that a plain call takes."""
    began = time.monotonic()
    response = httpx.post(
        gleaner.base_url + "/chat/completions", headers={"Authorization": f"Bearer {key}"}, timeout=30,
        json={"model": "demo-hinglish-1", "messages": [{"role": "user", "content": "chai kaise banate hain?"}]})
    assert response.status_code == 200
    return time.monotonic() - began


@pytest.mark.parametrize("sent", [b"G", b"GET /v1/models HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_end_is_a_408(quick, sent):
    with connect(quick.port) as sock:
        began = time.monotonic()
        sock.sendall(sent)
        received, closed = read_until_closed(sock, 5)
        took = time.monotonic() - began
    assert closed and statuses(received) == [408] and error_code(received) == "request_timeout"
    assert 0.9 < took < 2.5


def test_a_dripped_head_is_a_408_however_lively_it_looks(quick):
    before = metric(quick, 'gleaner_connections_refused_total{reason="slow_head"}')
    with connect(quick.port) as sock:
        began = time.monotonic()
        sock.sendall(b"GET /v1/models HTTP/1.1\r\nHost: x\r\n")
        try:
            for n in range(100):
                sock.sendall(b"X-%d: a\r\n" % n)
                time.sleep(0.05)
        except OSError:
            pass
    assert time.monotonic() - began < 3
    assert metric(quick, 'gleaner_connections_refused_total{reason="slow_head"}') == before + 1


@pytest.mark.parametrize("piece, pause, earliest, latest", [(5, 0.05, 0.9, 2.5), (2000, 0.1, 2.8, 4.5)])
def test_a_body_too_slow_or_too_long_on_its_way_is_a_408_and_costs_nothing(
        quick, quick_key, piece, pause, earliest, latest):
    rows = quick.sql("SELECT count(*) FROM gleaner.exchanges")
    before = metric(quick, 'gleaner_connections_refused_total{reason="slow_body"}')
    with connect(quick.port) as sock:
        began = time.monotonic()
        sock.sendall(chat(quick_key, "demo-hinglish-1", head_only=True, length=900_000))
        received = b""
        sock.settimeout(0.001)
        while not received and time.monotonic() - began < 8:
            sock.settimeout(pause)
            try:
                sock.sendall(b" " * piece)
                received = sock.recv(4096)
            except TimeoutError:
                pass
            except OSError:
                break
        took = time.monotonic() - began
        assert earliest < took < latest
        assert statuses(received) in ([408], [])
    assert metric(quick, 'gleaner_connections_refused_total{reason="slow_body"}') == before + 1
    assert quick.sql("SELECT count(*) FROM gleaner.exchanges") == rows
    assert quick.ledger()["ledger"]["open"] == 0


def test_an_honest_upload_that_takes_longer_than_the_heads_patience_is_served(quick, quick_key):
    body = chat(quick_key, "demo-hinglish-1", stream=False, content="chai " * 20_000)
    with connect(quick.port) as sock:
        for start in range(0, len(body), len(body) // 15):
            sock.sendall(body[start:start + len(body) // 15])
            time.sleep(0.1)
        assert b"HTTP/1.1 200" in sock.recv(4096)


def test_an_idle_connection_is_closed_a_used_one_is_kept(quick, quick_key):
    with connect(quick.port) as idle, connect(quick.port) as used:
        began = time.monotonic()
        while time.monotonic() - began < 3.5:
            used.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"404" in used.recv(4096)
            time.sleep(0.5)
        assert read_until_closed(idle, 0.1) == (b"", True)


def test_a_connection_over_the_cap_reads_why_and_one_that_closes_makes_room(provider, shared_database):
    gleaner = Gleaner(
        provider.url, shared_database, GLEANER_MAX_CONNECTIONS="12", GLEANER_MAX_CONNECTIONS_PER_ADDRESS="5")
    gleaner.start()
    try:
        request = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
        mine = [connect(gleaner.port) for _ in range(5)]
        for sock in mine:
            sock.sendall(request)
            assert b"404" in sock.recv(4096)
        with connect(gleaner.port) as sixth:
            sixth.sendall(request)
            received, closed = read_until_closed(sixth, 3)
        assert closed and statuses(received) == [503] and error_code(received) == "too_many_connections"
        assert b"Retry-After: 2" in received
        others = [connect(gleaner.port, source=f"127.0.0.{n}") for n in range(2, 9)]
        for sock in others:
            sock.sendall(request)
            assert b"404" in sock.recv(4096)
        with connect(gleaner.port, source="127.0.0.9") as thirteenth:
            thirteenth.sendall(request)
            received, closed = read_until_closed(thirteenth, 3)
        assert closed and statuses(received) == [503]
        assert metric(gleaner, 'gleaner_connections_refused_total{reason="connections"}') == 1
        assert metric(gleaner, 'gleaner_connections_refused_total{reason="address_connections"}') == 1
        assert metric(gleaner, "gleaner_connections") == 12
        mine.pop().close()

        def has_room():
            with connect(gleaner.port) as sock:
                sock.sendall(request)
                return b"404" in sock.recv(4096)

        wait_until("there is room", has_room, 5)
        for sock in mine + others:
            sock.close()
        wait_until("all are gone", lambda: metric(gleaner, "gleaner_connections") == 0, 5)
    finally:
        gleaner.stop()


def test_a_client_that_stops_reading_is_cut_and_stored_with_its_reason(quick, quick_key):
    before = metric(quick, "gleaner_client_stall_closed_total")
    with connect(quick.port, receive_buffer=4096) as sock:
        sock.sendall(chat(quick_key, "nasty-huge-8"))
        sock.recv(10)
        wait_until("it is cut", lambda: metric(quick, "gleaner_client_stall_closed_total") == before + 1, 10)
    row = wait_until("it is stored", lambda: quick.sql(
        "SELECT status, reason, response_bytes FROM gleaner.exchanges WHERE requested_model = 'nasty-huge-8' "
        "AND reason = 'client_stalled'"), 10)
    status, reason, size = row.split("|")
    assert status == "client_gone" and 0 < int(size) < 8 << 20


def test_a_slow_reader_that_makes_progress_is_not_cut(quick, quick_key):
    with connect(quick.port, receive_buffer=4096) as sock:
        sock.sendall(chat(quick_key, "nasty-huge-1", stream=False))
        received = 0
        began = time.monotonic()
        sock.settimeout(5)
        while time.monotonic() - began < 5:
            received += len(sock.recv(20_000))
            time.sleep(0.1)
        while received < 1 << 20:
            piece = sock.recv(65_536)
            assert piece
            received += len(piece)


@pytest.mark.measures
def test_clients_that_read_nothing_do_not_fill_the_memory(quick, quick_key):
    count = 100
    honest(quick, quick_key)
    before = resident(quick.process)
    stalled = metric(quick, "gleaner_client_stall_closed_total")
    socks = [connect(quick.port, receive_buffer=4096) for _ in range(count)]
    waiting = peak = before
    for sock in socks:
        sock.sendall(chat(quick_key, "nasty-huge-20"))

    def all_cut():
        nonlocal waiting, peak
        now, cut = resident(quick.process), metric(quick, "gleaner_client_stall_closed_total") - stalled
        peak = max(peak, now)
        if cut == 0:
            waiting = max(waiting, now)
        return cut == count

    wait_until("all are cut", all_cut, 60)
    # While they wait, what one holds is bounded; what was cut goes to PostgreSQL in batches of bounded size.
    assert waiting - before < 80 << 20, f"{(waiting - before) >> 20} MiB for {count} clients that wait"
    assert peak - before < 160 << 20, f"{(peak - before) >> 20} MiB for {count} clients and their storing"
    for sock in socks:
        sock.close()
    wait_until("nothing is open", lambda: quick.ledger()["ledger"]["open"] == 0, 20)
    assert quick.ledger()["gap"] == 0
    assert quick.sql("SELECT count(*) FROM gleaner.exchanges WHERE requested_model = 'nasty-huge-20'"
                     " AND reason <> 'client_stalled'") == "0"


@pytest.mark.measures
def test_a_thousand_drips_do_not_disturb_honest_calls(provider, shared_database):
    patient = Gleaner(provider.url, shared_database, GLEANER_HEAD_TIMEOUT="4s")
    patient.start()
    key = patient.make_key()
    calm = sorted(honest(patient, key) for _ in range(20))
    stop = threading.Event()
    drips = []

    def drip():
        while not stop.is_set():
            for index, sock in enumerate(drips):
                try:
                    sock.sendall(b"X-A: a\r\n")
                except OSError:
                    sock.close()
                    drips[index] = opened()
            time.sleep(0.5)

    def opened():
        sock = connect(patient.port)
        sock.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n")
        return sock

    for _ in range(1000):
        drips.append(opened())
    thread = threading.Thread(target=drip)
    thread.start()
    try:
        attacked = []
        until = time.monotonic() + 10
        while time.monotonic() < until:
            attacked.append(honest(patient, key))
        attacked.sort()
        # Those that were cut have come back at once.
        assert metric(patient, 'gleaner_connections_refused_total{reason="slow_head"}') >= 1000
        wait_until("they are back", lambda: metric(patient, "gleaner_connections") > 900, 5)
        assert get(patient.admin + "/livez")[0] == 200
    finally:
        stop.set()
        thread.join()
        for sock in drips:
            sock.close()
        patient.stop()
    print(f"median {calm[10] * 1000:.0f} ms calm, {attacked[len(attacked) // 2] * 1000:.0f} ms attacked")
    assert attacked[len(attacked) // 2] < max(4 * calm[10], 0.5), (calm, attacked)
