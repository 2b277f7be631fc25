"""Idempotency-Key: one piece of work is done once, however often it is sent."""

import concurrent.futures
import time
import uuid

import pytest

from gleaner import wait_until
from test_chat import CHAI


def post(http, key, body, **headers):
    return http.post("/v1/chat/completions", json=body, headers={"Idempotency-Key": key, **headers})


def sent(gleaner, marker):
    return int(gleaner.sql(f"SELECT count(*) FROM gleaner.exchanges WHERE conversation = '{marker}' AND status <> 'refused'"))


def call(http, gleaner, key, body, seconds=20, **headers):
    """Repeats the call while the first one is on its way to PostgreSQL, as an SDK does."""
    deadline = time.monotonic() + seconds
    while True:
        response = post(http, key, body, **headers)
        if response.status_code != 409 or time.monotonic() > deadline:
            return response
        assert response.json()["error"]["code"] == "idempotency_in_progress"
        time.sleep(0.05)


@pytest.mark.parametrize("stream", [False, True])
def test_a_repeated_call_gets_the_first_answer_byte_for_byte(gleaner, http, stream):
    key, marker = str(uuid.uuid4()), f"idem-{uuid.uuid4()}"
    body = {"model": "demo-hinglish-1", "messages": CHAI, "stream": stream}
    context = {"X-Gleaner-Conversation": marker}
    first = post(http, key, body, **context)
    again = call(http, gleaner, key, body, **context)
    assert first.status_code == again.status_code == 200
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["x-gleaner-exchange-id"] == first.headers["x-gleaner-exchange-id"]
    assert again.headers["x-gleaner-idempotent-replay"] == "true" and "x-gleaner-idempotent-replay" not in first.headers
    assert sent(gleaner, marker) == 1


def test_a_key_belongs_to_its_first_body(gleaner, http):
    key = str(uuid.uuid4())
    assert post(http, key, {"model": "demo-hinglish-1", "messages": CHAI}).status_code == 200
    other = call(http, gleaner, key, {"model": "demo-hinglish-1", "messages": CHAI, "seed": 2})
    assert other.status_code == 422 and other.json()["error"]["code"] == "idempotency_key_reused"


def test_a_key_belongs_to_its_holder(gleaner, http):
    key = str(uuid.uuid4())
    body = {"model": "demo-hinglish-1", "messages": CHAI}
    first = post(http, key, body)
    token = gleaner.make_key()
    second = post(http, key, body, Authorization=f"Bearer {token}")
    assert second.status_code == 200
    assert second.headers["x-gleaner-exchange-id"] != first.headers["x-gleaner-exchange-id"]


def test_a_call_that_came_to_nothing_may_be_done_again(gleaner, http):
    key, marker = str(uuid.uuid4()), f"idem-{uuid.uuid4()}"
    body = {"model": "nasty-status-500", "messages": CHAI}
    context = {"X-Gleaner-Conversation": marker}
    assert post(http, key, body, **context).status_code == 500
    again = call(http, gleaner, key, body, **context)
    assert again.status_code == 500 and "x-gleaner-idempotent-replay" not in again.headers
    wait_until("both are stored", lambda: sent(gleaner, marker) == 2)


def test_a_hundred_at_once_ask_the_provider_once(gleaner, http):
    key, marker = str(uuid.uuid4()), f"idem-{uuid.uuid4()}"
    body = {"model": "nasty-slow-20", "messages": CHAI, "stream": True}
    context = {"X-Gleaner-Conversation": marker}
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: call(http, gleaner, key, body, **context), range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["x-gleaner-exchange-id"] for answer in answers}) == 1
    assert sent(gleaner, marker) == 1


@pytest.mark.parametrize("text", ["", "x" * 256, "caf\u00e9"])
def test_a_key_that_is_none_is_refused_before_anything_is_sent(gleaner, http, text):
    response = http.post(
        "/v1/chat/completions", json={"model": "demo-hinglish-1", "messages": CHAI},
        headers=[(b"Idempotency-Key", text.encode())])
    assert response.status_code == 400 and response.json()["error"]["code"] == "invalid_header"
