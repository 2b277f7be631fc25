"""A kill at every named step of an exchange's road, then a start: what was seen whole is there, once, and no more is lost."""

import hashlib
import signal

import httpx2 as httpx  # what the SDK itself uses
import pytest

from gleaner import Gleaner, wait_until

POINTS = [
    "intent.durable", "spend.before", "stream.middle", "record.durable", "last_byte.before", "journal.commit.before",
    "journal.commit.after", "ingest.store.before", "ingest.store.after", "ingest.acknowledge.after",
]


def call_until_dead(gleaner, key):
    """Calls one after another until the process is gone; what was received of each, and whether it was whole."""
    seen = []
    for number in range(200):
        body = {"model": "demo-hinglish-1", "stream": number % 2 == 0,
                "messages": [{"role": "user", "content": f"Sawaal {number}"}]}
        received, whole, exchange = b"", False, None
        try:
            with httpx.Client(timeout=10) as client:
                with client.stream("POST", gleaner.base_url + "/chat/completions", json=body,
                                   headers={"Authorization": f"Bearer {key}"}) as response:
                    exchange = response.headers.get("x-gleaner-exchange-id")
                    for piece in response.iter_raw():
                        received += piece
                    whole = True
        except httpx.HTTPError:
            pass
        if exchange:
            seen.append((exchange, whole, received))
        if gleaner.process.child.poll() is not None:
            return seen
    raise AssertionError("the fault point was never passed")


def check(gleaner, seen):
    wait_until("all is stored", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 20)
    assert gleaner.ledger()["gap"] == 0
    rows = {}
    for line in gleaner.sql("SELECT id, status, encode(response_sha256, 'hex'), response_bytes FROM gleaner.exchanges").splitlines():
        exchange, status, digest, size = line.split("|")
        assert exchange not in rows
        rows[exchange] = (status, digest, int(size))
    for exchange, whole, received in seen:
        status, digest, size = rows[exchange]
        if whole:
            assert (status, digest) == ("completed", hashlib.sha256(received).hexdigest())
        else:
            assert status in ("interrupted", "completed")
    assert gleaner.sql("SELECT count(*) FROM gleaner.quarantine") == "0"
    return rows


@pytest.mark.parametrize("hit", [1, 5])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_each_step(provider, fresh_database, point, hit):
    gleaner = Gleaner(provider.url, fresh_database)
    gleaner.start()
    key = gleaner.make_key()
    gleaner.stop()
    gleaner.environment["GLEANER_FAULT_POINT"] = f"{point}:{hit}"
    gleaner.start()
    seen = call_until_dead(gleaner, key)
    assert gleaner.process.child.returncode == -signal.SIGKILL
    if point == "stream.middle" and hit == 1:
        # And a kill in the middle of the recovery from that one.
        gleaner.environment["GLEANER_FAULT_POINT"] = "journal.recovery:1"
        with pytest.raises(AssertionError, match="gleaner ended"):
            gleaner.start()
    del gleaner.environment["GLEANER_FAULT_POINT"]
    gleaner.start()
    rows = check(gleaner, seen)
    if point in ("intent.durable", "spend.before", "stream.middle"):
        assert "interrupted" in {status for status, _, _ in rows.values()}
    gleaner.stop()
