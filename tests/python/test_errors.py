"""Errors have OpenAI's shape, the right class in the SDK, a cure in their text, and a row in the database."""

import time

import httpx2 as httpx  # what the SDK itself uses
import openai
import pytest

from gleaner import Gleaner, free_port, wait_until
from test_chat import CHAI


def check(error, status, code):
    assert error.status_code == status
    assert error.body["code"] == code
    assert error.body["message"] and error.body["fix"]
    assert error.body["fix"] in error.body["message"]


def row_of(gleaner, response):
    return gleaner.row(response.headers["x-gleaner-exchange-id"])


def test_an_unknown_key_is_an_authentication_error(gleaner):
    for key in ["gln_" + "0" * 64, "sk-something-else", "gln_short"]:
        with openai.OpenAI(base_url=gleaner.base_url, api_key=key, max_retries=0) as client:
            with pytest.raises(openai.AuthenticationError) as raised:
                client.chat.completions.create(model="demo-hinglish-1", messages=CHAI)
        check(raised.value, 401, "invalid_api_key")
        assert key not in raised.value.response.text


def test_a_key_without_the_scope_is_a_permission_error(gleaner):
    key = gleaner.make_key("feedback")
    with openai.OpenAI(base_url=gleaner.base_url, api_key=key, max_retries=0) as client:
        with pytest.raises(openai.PermissionDeniedError) as raised:
            client.chat.completions.create(model="demo-hinglish-1", messages=CHAI)
    check(raised.value, 403, "scope_missing")


def test_a_revoked_key_stops_working(gleaner):
    key = gleaner.make_key("gateway")
    with openai.OpenAI(base_url=gleaner.base_url, api_key=key, max_retries=0) as client:
        client.models.list()
        listed = gleaner.run("keys", "list").stdout.strip().splitlines()
        gleaner.run("keys", "revoke", listed[-1].split()[0])

        def refused():
            try:
                client.models.list()
            except openai.AuthenticationError:
                return True

        wait_until("the revoked key is refused", refused, 8)


def test_an_unknown_model_is_not_found(gleaner, client):
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model="no-such-model", messages=CHAI)
    assert raised.value.code == "model_not_found"
    row = row_of(gleaner, raised.value.response)
    assert row["status"] == "completed" and row["http_status"] == 404 and not row["complete"]


def test_a_model_outside_the_allow_list_is_refused_before_it_costs_anything(provider, fresh_database):
    strict = Gleaner(provider.url, fresh_database, GLEANER_MODELS="demo-health-1")
    strict.start()
    try:
        with openai.OpenAI(base_url=strict.base_url, api_key=strict.make_key(), max_retries=0) as client:
            assert client.chat.completions.create(model="demo-health-1", messages=CHAI).choices
            with pytest.raises(openai.NotFoundError) as raised:
                client.chat.completions.create(model="demo-hinglish-1", messages=CHAI)
            check(raised.value, 404, "model_not_found")
            assert row_of(strict, raised.value.response)["status"] == "refused"
    finally:
        strict.stop()


@pytest.mark.parametrize("body, code", [
    (b"", "invalid_json"), (b"{", "invalid_json"), (b"[]", "invalid_json"), (b"null", "invalid_json"),
    (b'{"messages":[]}', "model_missing"), (b'{"model":7}', "invalid_field"), (b'{"model":"a\\u0000b"}', "invalid_field"),
    (b'{"model":"m","stream":"yes"}', "invalid_field"), (b'\xff\xfe{\x00}\x00', "invalid_unicode"),
    (b'{"model":"\xff"}', "invalid_unicode"), (b'\x00', "invalid_json"),
])
def test_a_body_that_cannot_be_used_is_a_bad_request_with_a_row(gleaner, http, body, code):
    response = http.post("/v1/chat/completions", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == code and error["fix"] in error["message"]
    row = row_of(gleaner, response)
    assert row["status"] == "refused" and row["reason"] == code and row["http_status"] == 400
    assert bytes.fromhex(row["request_hex"]) == body
    assert bytes.fromhex(row["response_hex"]) == response.content
    assert row["request_hash_is_right"] and row["response_hash_is_right"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused(gleaner, http, chunked):
    body = b'{"model":"demo-hinglish-1","x":"' + b"a" * 1_100_000 + b'"}'

    def pieces():
        for start in range(0, len(body), 65_536):
            yield body[start:start + 65_536]

    response = http.post("/v1/chat/completions", content=pieces() if chunked else body)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "request_too_large"
    assert row_of(gleaner, response)["status"] == "refused"


def test_bad_headers_and_encodings_are_refused(gleaner, http):
    body = {"model": "demo-hinglish-1", "messages": CHAI}
    for name, value in [("X-Gleaner-Exchange-Id", "7"), ("X-Gleaner-Conversation", "x" * 300), ("X-Gleaner-Tags", "t" * 65)]:
        response = http.post("/v1/chat/completions", json=body, headers={name: value})
        assert response.status_code == 400 and name in response.json()["error"]["message"]
        assert row_of(gleaner, response)["reason"] == "invalid_header"
    response = http.post("/v1/chat/completions", content=b"x", headers={"Content-Encoding": "gzip"})
    assert response.status_code == 415


def test_the_providers_own_errors_pass_unchanged(gleaner, client):
    with pytest.raises(openai.RateLimitError) as raised:
        client.chat.completions.create(model="nasty-status-429", messages=CHAI)
    assert raised.value.response.headers["retry-after"] == "1"
    row = row_of(gleaner, raised.value.response)
    assert row["http_status"] == 429 and bytes.fromhex(row["response_hex"]) == raised.value.response.content
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="nasty-status-500", messages=CHAI)


def test_a_provider_that_is_down_is_a_502_with_a_row(fresh_database):
    alone = Gleaner(f"http://127.0.0.1:{free_port()}/v1", fresh_database)
    alone.start()
    try:
        with openai.OpenAI(base_url=alone.base_url, api_key=alone.make_key(), max_retries=0) as client:
            with pytest.raises(openai.APIStatusError) as raised:
                client.chat.completions.create(model="any", messages=CHAI)
            check(raised.value, 502, "provider_unreachable")
            row = row_of(alone, raised.value.response)
            assert row["status"] == "upstream_failed" and row["reason"] == "provider_unreachable"
            assert alone.ledger()["gap"] == 0
    finally:
        alone.stop()


@pytest.mark.parametrize("stream", [False, True])
def test_a_silent_provider_is_a_504_with_a_row(gleaner, client, stream):
    began = time.monotonic()
    with pytest.raises(openai.APIStatusError) as raised:
        client.chat.completions.create(model="nasty-silent", messages=CHAI, stream=stream)
    assert 1.5 < time.monotonic() - began < 8
    check(raised.value, 504, "provider_timeout")
    row = row_of(gleaner, raised.value.response)
    assert row["status"] == "upstream_failed" and row["reason"] == "provider_timeout" and row["http_status"] is None


@pytest.mark.parametrize("model, reason", [
    ("nasty-stall-3", "provider_timeout"), ("nasty-cut-3", "provider_cut"), ("nasty-no-done", "provider_cut")])
def test_a_stream_that_breaks_off_is_an_error_and_keeps_what_came(gleaner, client, model, reason):
    raw = client.chat.completions.with_raw_response.create(model=model, messages=CHAI, stream=True)
    received = []
    with pytest.raises(openai.APIError) as raised:
        for chunk in raw.parse():
            received.append(chunk)
    assert raised.value.code == reason
    row = gleaner.row(raw.headers["x-gleaner-exchange-id"])
    assert row["status"] == "upstream_failed" and row["reason"] == reason and not row["complete"]
    assert len(received) >= 1 and row["response_bytes"] > 0 and row["response_hash_is_right"]
    assert b"[DONE]" not in bytes.fromhex(row["response_hex"])


def test_a_body_that_breaks_off_is_never_taken_for_whole(gleaner, http):
    answer = http.post("/v1/chat/completions", json={"model": "nasty-cut-3", "messages": CHAI})
    assert answer.status_code == 502 and answer.json()["error"]["code"] == "provider_cut"
    row = gleaner.row(answer.headers["x-gleaner-exchange-id"])
    # What the provider said is kept as far as it came; the client was told what became of it.
    assert row["status"] == "upstream_failed" and row["response_bytes"] > 0 and row["response_hash_is_right"]
    wait_until("the row is there", lambda: gleaner.sql(
        "SELECT 1 FROM gleaner.exchanges WHERE requested_model = 'nasty-cut-3' AND NOT streamed "
        "AND status = 'upstream_failed' AND reason = 'provider_cut'") == "1", 5)


@pytest.mark.parametrize("model", ["nasty-slow-50", "nasty-silent"])
def test_a_client_that_leaves_is_noticed_at_once(gleaner, key, model):
    before = gleaner.sql(f"SELECT count(*) FROM gleaner.exchanges WHERE requested_model = '{model}' AND status = 'client_gone'")
    body = {"model": model, "messages": CHAI, "stream": True}
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(timeout=httpx.Timeout(10, read=0.4)) as leaving:
        try:
            with leaving.stream("POST", gleaner.base_url + "/chat/completions", json=body, headers=headers) as response:
                next(response.iter_raw())
        except httpx.ReadTimeout:
            pass
    left = time.monotonic()
    wait_until("the row says client_gone", lambda: gleaner.sql(
        f"SELECT count(*) FROM gleaner.exchanges WHERE requested_model = '{model}' AND status = 'client_gone'") != before, 5)
    # Well before the provider's deadline of two seconds.
    assert time.monotonic() - left < 1.5


def test_an_unknown_path_and_nothing_open_at_the_end(gleaner, http):
    response = http.get("/v1/nothing?of=note")
    # The provider's own answer; it is kept like any other.
    assert response.status_code == 200
    row = row_of(gleaner, response)
    assert (row["endpoint"], row["status"], row["http_status"]) == ("GET /v1/nothing", "completed", 200)
    assert http.get("/nothing").json()["error"]["code"] == "unknown_path"
    escaping = http.get("/v1/%2e%2e/admin")
    assert escaping.status_code == 400 and escaping.json()["error"]["code"] == "invalid_path"
    state = wait_until("nothing is open", lambda: (l := gleaner.ledger())["ledger"]["open"] == 0 and l, 10)
    assert state["gap"] == 0


def test_no_secret_is_in_log_or_database(gleaner, key, client):
    client.chat.completions.create(model="demo-hinglish-1", messages=CHAI)
    log = gleaner.process.text()
    assert "provider-secret-canary" not in log and key not in log
    assert gleaner.sql(f"SELECT count(*) FROM gleaner.api_keys k WHERE k::text LIKE '%{key}%'") == "0"
    assert gleaner.sql("SELECT count(*) FROM gleaner.exchange_bodies b WHERE b.response_headers::text ILIKE '%secret%'") == "0"
