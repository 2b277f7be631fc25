"""The official SDK against the gateway: completions, streams, tools, and what is stored of them."""

import time
import uuid

import pytest

CHAI = [{"role": "system", "content": "You are a helpful assistant that responds in Hinglish."},
        {"role": "user", "content": "Chai kaise banate hain?"}]


def test_a_completion_arrives_and_is_stored_to_the_byte_within_a_second(gleaner, client):
    sent = {}
    client._client.event_hooks["request"] = [lambda request: sent.update(bytes=request.read())]
    answered = time.monotonic()
    raw = client.chat.completions.with_raw_response.create(
        model="demo-hinglish-1", messages=CHAI, user="asha", metadata={"conversation_id": "c-1"},
        extra_headers={"X-Gleaner-Tags": "one, two"})
    answered = time.monotonic()
    completion = raw.parse()
    assert completion.choices[0].message.content
    assert completion.usage.total_tokens > 0
    row = gleaner.row(raw.headers["x-gleaner-exchange-id"], seconds=5)
    assert time.monotonic() - answered < 1.0
    assert bytes.fromhex(row["request_hex"]) == sent["bytes"]
    assert bytes.fromhex(row["response_hex"]) == raw.content
    assert row["request_hash_is_right"] and row["response_hash_is_right"]
    assert row["status"] == "completed" and row["complete"] and row["http_status"] == 200
    assert row["requested_model"] == "demo-hinglish-1" and row["served_model"] == completion.model
    assert row["completion_id"] == completion.id
    assert row["prompt_tokens"] == completion.usage.prompt_tokens
    assert row["end_user"] == "asha" and row["conversation"] == "c-1" and row["tags"] == ["one", "two"]
    assert row["messages"] == CHAI
    assert row["answer"]["choices"][0]["message"]["content"] == completion.choices[0].message.content


def test_a_stream_arrives_piece_by_piece_and_is_put_together(gleaner, client):
    first = last = None
    with client.chat.completions.with_streaming_response.create(
        model="nasty-slow-50", messages=CHAI, stream=True
    ) as response:
        exchange = response.headers["x-gleaner-exchange-id"]
        received = b""
        for piece in response.iter_bytes():
            received += piece
            last = time.monotonic()
            first = first or last
    assert received.endswith(b"data: [DONE]\n\n")
    # The pieces are 50 ms apart; had they been kept together, there would be one moment only.
    assert last - first > 0.1
    row = gleaner.row(exchange)
    assert bytes.fromhex(row["response_hex"]) == received
    assert row["status"] == "completed" and row["complete"] and row["streamed"]
    assert row["ttft_ms"] < row["duration_ms"]


def test_a_streamed_answer_is_the_same_as_the_whole_one(client):
    whole = client.chat.completions.create(model="demo-hinglish-1", messages=CHAI)
    stream = client.chat.completions.create(
        model="demo-hinglish-1", messages=CHAI, stream=True, stream_options={"include_usage": True})
    text, usage = "", None
    for chunk in stream:
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
        usage = chunk.usage or usage
    assert text == whole.choices[0].message.content
    assert usage.completion_tokens == whole.usage.completion_tokens


def test_tool_calls_in_a_stream_are_put_together(gleaner, client):
    raw = client.chat.completions.with_raw_response.create(model="nasty-tools", messages=CHAI, stream=True, n=2)
    exchange = raw.headers["x-gleaner-exchange-id"]
    for _ in raw.parse():
        pass
    row = gleaner.row(exchange)
    choices = row["answer"]["choices"]
    assert choices[0]["message"]["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"x":1}'}
    assert choices[0]["finish_reason"] == "tool_calls"
    assert choices[1]["message"]["content"] == "Haan"
    assert (row["prompt_tokens"], row["completion_tokens"], row["cached_tokens"]) == (9, 7, 4)


def test_models_are_the_providers(client):
    assert {"demo-hinglish-1", "demo-health-1"} <= {model.id for model in client.models.list()}
    assert client.models.retrieve("demo-health-1").id == "demo-health-1"


KEPT = ["nasty-unicode", "nasty-id-null", "nasty-html", "nasty-empty", "nasty-crlf", "nasty-no-done"]


# A stream without its end is a cut one: test_errors.py.
@pytest.mark.parametrize("model, stream", [(model, False) for model in KEPT] + [(model, True) for model in KEPT[:-1]])
def test_whatever_the_provider_says_is_kept_as_it_came(gleaner, http, model, stream):
    body = {"model": model, "messages": CHAI, "stream": stream}
    with http.stream("POST", "/v1/chat/completions", json=body) as response:
        exchange = response.headers["x-gleaner-exchange-id"]
        received = b"".join(response.iter_raw())
    row = gleaner.row(exchange)
    assert bytes.fromhex(row["response_hex"]) == received
    assert row["response_hash_is_right"]
    assert row["status"] == "completed"


def test_a_big_answer_passes_whole(gleaner, http):
    with http.stream("POST", "/v1/chat/completions", json={"model": "nasty-huge-4", "messages": CHAI}) as response:
        exchange = response.headers["x-gleaner-exchange-id"]
        received = b"".join(response.iter_raw())
    assert len(received) > 4_000_000
    row = gleaner.row(exchange, seconds=20)
    assert row["response_bytes"] == len(received) and row["response_hash_is_right"]
    assert bytes.fromhex(row["response_hex"]) == received


def test_a_client_may_name_the_exchange_but_only_once(gleaner, http):
    millis = int(time.time() * 1000)
    raw = bytearray(millis.to_bytes(6, "big") + uuid.uuid4().bytes[6:])
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    own = str(uuid.UUID(bytes=bytes(raw)))
    body = {"model": "nasty-slow-50", "messages": CHAI, "stream": True}
    with http.stream("POST", "/v1/chat/completions", json=body, headers={"X-Gleaner-Exchange-Id": own}) as first:
        assert first.headers["x-gleaner-exchange-id"] == own
        second = http.post("/v1/chat/completions", json=body, headers={"X-Gleaner-Exchange-Id": own})
        assert second.status_code == 409 and second.json()["error"]["code"] == "exchange_exists"
        first.read()
    assert gleaner.row(own)["status"] == "completed"
