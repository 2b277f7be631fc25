"""Limits of keys and of the whole gateway, against the real binary."""

import json
import threading
import time

import httpx2 as httpx
import pytest

from gleaner import Gleaner, wait_until
from wire import metric

CHAI = [{"role": "user", "content": "chai kaise banate hain?"}]


def call(gleaner, key, model="demo-hinglish-1", stream=False, timeout=30):
    return httpx.post(
        gleaner.base_url + "/chat/completions", json={"model": model, "messages": CHAI, "stream": stream},
        headers={"Authorization": f"Bearer {key}"}, timeout=timeout)


def key_id(gleaner, name):
    keys = json.loads(gleaner.run("keys", "list", "--json").stdout)
    return next(k["id"] for k in keys if k["name"] == name)


@pytest.fixture(scope="module")
def limited(provider, shared_database):
    running = Gleaner(
        provider.url, shared_database, GLEANER_KEY_MAX_CONCURRENT="2", GLEANER_MAX_CONCURRENT="3",
        GLEANER_PROVIDER_IDLE_TIMEOUT="20s", GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT="20s")
    running.start()
    yield running
    running.stop()


class OpenStream:
    """A stream that is read slowly, held open."""

    def __init__(self, gleaner, key):
        self.client = httpx.Client(timeout=30)
        self.context = self.client.stream(
            "POST", gleaner.base_url + "/chat/completions", headers={"Authorization": f"Bearer {key}"},
            json={"model": "nasty-slow-2000", "messages": CHAI, "stream": True})
        self.response = self.context.__enter__()
        assert self.response.status_code == 200

    def close(self):
        self.client.close()


def test_open_streams_count_for_their_key_and_for_all(limited):
    one, two = limited.make_key("gateway"), limited.make_key("gateway")
    before = metric(limited, 'gleaner_shed_total{reason="key_concurrent"}')
    rows = limited.sql("SELECT count(*) FROM gleaner.exchanges")
    streams = [OpenStream(limited, one), OpenStream(limited, one)]
    refused = call(limited, one)
    assert refused.status_code == 429 and refused.headers["retry-after"] == "1"
    assert refused.json()["error"]["code"] == "too_many_concurrent"
    assert refused.json()["error"]["type"] == "rate_limit_error"
    assert metric(limited, 'gleaner_shed_total{reason="key_concurrent"}') == before + 1
    streams.append(OpenStream(limited, two))
    refused = call(limited, two)
    assert refused.status_code == 503 and refused.json()["error"]["code"] == "overloaded"
    # Nothing of a shed call is stored, and room is made as soon as a client leaves.
    assert limited.sql("SELECT count(*) FROM gleaner.exchanges") == rows
    streams[0].close()
    wait_until("there is room again", lambda: call(limited, one).status_code == 200, 5)
    for stream in streams[1:]:
        stream.close()
    wait_until("all are gone", lambda: metric(limited, "gleaner_open_streams") == 0, 5)
    for _ in range(5):
        assert call(limited, one).status_code == 200


def test_a_key_gets_limits_of_its_own_while_the_gateway_runs(limited):
    limited.run("keys", "create", "--name", "own-rate", "--scope", "gateway")
    key = limited.run("keys", "create", "--name", "own", "--scope", "gateway").stdout.strip()
    assert call(limited, key).status_code == 200
    id = key_id(limited, "own")
    shown = limited.run("keys", "limit", id, "--rate", "3/h", "--client-gone", "drain").stdout.strip()
    assert shown == "max-concurrent default, rate 3/h, client-gone drain, feedback-tokens default"
    refused = wait_until("the rate is used up", lambda: (r := call(limited, key)).status_code == 429 and r, 10)
    assert refused.json()["error"]["code"] == "rate_limited"
    assert 1100 < int(refused.headers["retry-after"]) <= 1200
    assert limited.run("keys", "limit", id, "--reset", "--max-concurrent", "1").stdout.strip() == \
        "max-concurrent 1, rate default, client-gone default, feedback-tokens default"
    wait_until("the rate is gone", lambda: call(limited, key).status_code == 200, 10)
    stream = OpenStream(limited, key)
    assert call(limited, key).json()["error"]["code"] == "too_many_concurrent"
    stream.close()
    listed = next(k for k in json.loads(limited.run("keys", "list", "--json").stdout) if k["id"] == id)
    assert listed["max_concurrent"] == 1 and listed.get("rate") is None
    assert limited.run("keys", "limit", id, "--rate", "3/y", check=False).returncode == 64
    gone = limited.run("keys", "limit", "0193e3c0-0000-7000-8000-000000000000", "--rate", "1/s", check=False)
    assert gone.returncode == 1 and "[key_unknown]" in gone.stderr


def test_a_burst_over_the_rate_is_shed_exactly(provider, fresh_database):
    gleaner = Gleaner(provider.url, fresh_database, GLEANER_KEY_RATE="30/h", GLEANER_RATE="50/h")
    gleaner.start()
    try:
        keys = [gleaner.make_key("gateway") for _ in range(2)]
        results = []

        def run(key):
            for _ in range(15):
                results.append((key, call(gleaner, key).status_code))

        threads = [threading.Thread(target=run, args=(key,)) for key in keys for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        good = [r for r in results if r[1] == 200]
        assert len(results) == 90 and len(good) == 50, len(good)
        assert all(len([r for r in good if r[0] == key]) <= 30 for key in keys)
        shed = sum(metric(gleaner, f'gleaner_shed_total{{reason="{r}"}}') for r in ["key_rate", "rate"])
        assert shed == 40
        state = wait_until("all are stored", lambda: (l := gleaner.ledger())["ledger"]["stored"] == 50 and l, 10)
        assert state["gap"] == 0
    finally:
        gleaner.stop()
