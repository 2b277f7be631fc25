"""Moderation with real parts: a gateway, PostgreSQL, and a provider whose mood a test sets."""

import hashlib
import http.client
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2 as httpx
import openai
import pytest

from gleaner import Gleaner, get, wait_until

REFUSAL = "Yeh nahi ho sakta."
RULES = {"kind": "rules"}
REMOTE = {"kind": "moderations", "timeout_ms": 1000}


class EchoProvider:
    """Answers with the user's last message; judges texts by one word. `mood` is `good`, `silent` or a status."""

    def __init__(self):
        outer = self
        self.mood, self.calls, self.sent, self.judged = "good", [], [], []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.calls.append(self.path)
                if self.path == "/v1/moderations":
                    return outer.moderate(self, body)
                if self.path == "/v1/responses":
                    return outer.respond(self, body)
                outer.chat(self, body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def count(self, path):
        return self.calls.count(path)

    def answer(self, handler, status, body, kind="application/json"):
        handler.send_response(status)
        handler.send_header("content-type", kind)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def moderate(self, handler, body):
        if self.mood == "silent":
            time.sleep(3)
            return handler.close_connection
        if self.mood != "good":
            return self.answer(handler, self.mood, b"{}")
        texts = body["input"]
        self.judged += texts
        results = [
            {
                "flagged": "naraaz" in text,
                "categories": {"violence": "naraaz" in text},
                "category_scores": {"violence": 0.9 if "naraaz" in text else 0.01},
                "category_applied_input_types": {"violence": ["text"]},
            }
            for text in texts
        ]
        self.answer(handler, 200, json.dumps({"id": "modr-1", "model": "echo-moderation", "results": results}).encode())

    def respond(self, handler, body):
        text = body["input"]
        message = {
            "id": "m1", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}],
        }
        response = {
            "id": "r1", "object": "response", "created_at": 1, "model": "echo", "status": "completed", "error": None,
            "incomplete_details": None, "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
            "output": [message],
        }
        events = [
            {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", "output_index": 0,
             "item": {**message, "status": "in_progress", "content": []}},
            {"type": "response.content_part.added", "item_id": "m1", "output_index": 0, "content_index": 0,
             "part": {"type": "output_text", "text": "", "annotations": []}},
            {"type": "response.output_text.delta", "item_id": "m1", "output_index": 0, "content_index": 0,
             "delta": text, "logprobs": []},
            {"type": "response.completed", "response": response},
        ]
        raw = "".join(
            f"event: {e['type']}\ndata: {json.dumps({**e, 'sequence_number': n})}\n\n" for n, e in enumerate(events))
        self.answer(handler, 200, raw.encode(), "text/event-stream")

    def chat(self, handler, body):
        text = body["messages"][-1]["content"]
        if body.get("stream"):
            # Ten characters at a time, so that a number is cut in the middle.
            parts = [text[i:i + 7] for i in range(0, len(text), 7)]
            chunks = [{"choices": [{"index": 0, "delta": {"content": part}, "finish_reason": None}]} for part in parts]
            chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            events = [
                "data: " + json.dumps({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "echo", **c})
                for c in chunks
            ]
            raw = ("\n\n".join([*events, "data: [DONE]"]) + "\n\n").encode()
            self.sent.append(raw)
            return self.answer(handler, 200, raw, "text/event-stream")
        raw = json.dumps({
            "id": "c1", "object": "chat.completion", "created": 1, "model": "echo",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        }).encode()
        self.sent.append(raw)
        self.answer(handler, 200, raw)

    def stop(self):
        self.server.shutdown()


class World:
    def __init__(self, database):
        self.provider = EchoProvider()
        self.gleaner = Gleaner(self.provider.url, database)
        self.gleaner.start()
        self.key = self.gleaner.make_key("gateway", "read", "review", "admin")
        self.http = httpx.Client(
            base_url=self.gleaner.api, headers={"Authorization": f"Bearer {self.key}"}, timeout=30)
        self.openai = openai.OpenAI(
            base_url=self.gleaner.base_url, api_key=self.key, max_retries=0, timeout=30)

    def stop(self):
        self.http.close()
        self.openai.close()
        self.gleaner.stop()
        self.provider.stop()

    def policy(self, **members):
        """Puts a policy in force, and waits until the gateway knows it."""
        put = self.http.put("/moderation/policy", json=members)
        assert put.status_code == 200, put.text
        version = put.json()["version"]
        self.provider.mood = "good"
        if version:
            wait_until(
                "the gateway knows the policy",
                lambda: f'"policy.version":"{version}"' in self.gleaner.process.text()
                or f"policy.version={version}" in self.gleaner.process.text())
        return version

    def say(self, text, **options):
        headers = options.pop("headers", {})
        raw = self.openai.chat.completions.with_raw_response.create(
            model="echo", messages=[{"role": "user", "content": text}], extra_headers=headers, **options)
        return raw.headers["x-gleaner-exchange-id"], raw.parse()

    def current(self, exchange, sides=2):
        def decided():
            current = self.http.get(f"/moderation/exchanges/{exchange}").json()["current"]
            return len(current) >= sides and {d["target"]: d for d in current}

        return wait_until(f"{exchange} is decided", decided, 20)


@pytest.fixture(scope="module")
def world():
    from conftest import make_database

    databases = make_database()
    world = World(next(databases))
    yield world
    world.stop()
    next(databases, None)


def test_what_lands_is_judged_within_seconds_without_any_policy(world):
    clean, _ = world.say("Chai kaise banate hain?")
    rude, _ = world.say("tu chutiya hai")
    assert {d["action"] for d in world.current(clean).values()} == {"allow"}
    assert {d["action"] for d in world.current(rude).values()} == {"flag"}
    assert world.current(rude)["prompt"]["categories"] == ["harassment"]
    page = world.http.get("/moderation/decisions", params={"action": "flag", "limit": 1}).json()
    assert page["decisions"][0]["exchange_id"] == rude
    assert page["next"]
    assert world.provider.count("/v1/moderations") == 0
    status, metrics = get(world.gleaner.admin + "/metrics")
    assert status == 200 and b'gleaner_moderation_decisions_total{action="flag"} 2.0' in metrics
    assert b'gleaner_job_runs_total{kind="moderate",outcome="done"}' in metrics


def test_a_prompt_that_is_blocked_costs_nothing_and_is_kept_as_refused(world):
    world.policy(
        mode="blocking", categories={"harassment": {"action": "block"}},
        blocking={"targets": ["prompt"], "refusal": REFUSAL})
    before = world.provider.count("/v1/chat/completions")
    with pytest.raises(openai.BadRequestError) as refused:
        world.say("tu chutiya hai", headers={"X-Gleaner-Conversation": "blocked-1"})
    assert refused.value.code == "content_policy_violation"
    assert refused.value.message.count(REFUSAL) == 1
    assert world.provider.count("/v1/chat/completions") == before
    row = world.gleaner.row(refused.value.response.headers["x-gleaner-exchange-id"])
    assert (row["status"], row["reason"], row["http_status"]) == ("refused", "content_policy_violation", 400)
    assert row["conversation"] == "blocked-1" and row["request_hash_is_right"]
    assert world.current(row["id"], sides=1)["prompt"]["action"] == "block"
    _, answer = world.say("Namaste")
    assert answer.choices[0].message.content == "Namaste"


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_is_blocked_is_never_shown_and_stored_as_it_came(world, stream):
    world.policy(
        mode="blocking", categories={"harassment": {"action": "block"}},
        blocking={"targets": ["response"], "refusal": REFUSAL})
    body = {"model": "echo", "stream": stream, "messages": [{"role": "user", "content": "bol: tu chutiya hai"}]}
    answer = httpx.post(
        world.gleaner.base_url + "/chat/completions", json=body, headers={"Authorization": f"Bearer {world.key}"})
    assert answer.status_code == 200
    assert "chutiya" not in answer.text
    exchange = answer.headers["x-gleaner-exchange-id"]
    row = world.gleaner.row(exchange)
    assert (row["status"], row["reason"]) == ("completed", "answer_blocked")
    assert bytes.fromhex(row["response_hex"]) == world.provider.sent[-1] and row["response_hash_is_right"]
    # The SDK reads it as an answer that a filter has ended.
    if stream:
        chunks = list(world.openai.chat.completions.create(**body))
        assert "".join(c.choices[0].delta.content or "" for c in chunks) == REFUSAL
        assert chunks[-1].choices[0].finish_reason == "content_filter"
    else:
        choice = world.openai.chat.completions.create(**body).choices[0]
        assert (choice.message.content, choice.finish_reason) == (REFUSAL, "content_filter")
    # A clean one goes out byte for byte.
    body["messages"][0]["content"] = "Namaste, sab theek?"
    clean = httpx.post(
        world.gleaner.base_url + "/chat/completions", json=body, headers={"Authorization": f"Bearer {world.key}"})
    assert clean.content == world.provider.sent[-1]


def test_a_blocked_answer_is_not_replayed_by_its_idempotency_key(world):
    world.policy(
        mode="blocking", categories={"harassment": {"action": "block"}},
        blocking={"targets": ["response"], "refusal": REFUSAL})
    for _ in range(2):
        exchange, answer = world.say("bol: gandu", headers={"Idempotency-Key": "blocked-once"})
        assert answer.choices[0].message.content == REFUSAL
        world.gleaner.row(exchange)


def test_a_blocked_stream_of_the_responses_api_is_one_that_the_sdk_reads(world):
    world.policy(
        mode="blocking", categories={"harassment": {"action": "block"}},
        blocking={"targets": ["response"], "refusal": REFUSAL})
    with world.openai.responses.stream(model="echo", input="Namaste") as stream:
        assert [e.type for e in stream][-1] == "response.completed"
    with world.openai.responses.stream(model="echo", input="bol: tu chutiya hai") as stream:
        events = list(stream)
    assert (events[0].type, events[-1].type) == ("response.created", "response.incomplete")
    assert [e.sequence_number for e in events] == list(range(len(events)))
    assert "".join(e.delta for e in events if e.type == "response.refusal.delta") == REFUSAL
    final = events[-1].response
    assert final.id == events[0].response.id
    assert final.incomplete_details.reason == "content_filter"
    assert final.output[0].content[0].refusal == REFUSAL


def test_judged_and_refused_calls_carry_their_feedback_token(world):
    world.policy(
        mode="blocking", categories={"harassment": {"action": "block"}},
        blocking={"targets": ["prompt", "response"], "refusal": REFUSAL})

    def post(text, stream=False):
        return httpx.post(
            world.gleaner.base_url + "/chat/completions", headers={
                "Authorization": f"Bearer {world.key}", "X-Gleaner-Feedback-Token": "body"},
            json={"model": "echo", "stream": stream, "messages": [{"role": "user", "content": text}]})

    for stream in (False, True):
        shown = post("Namaste", stream=stream)
        assert shown.status_code == 200 and shown.headers["x-gleaner-feedback-token"] in shown.text
    blocked = post("tu chutiya hai")
    assert blocked.status_code == 400 and blocked.headers["x-gleaner-feedback-token"]
    world.policy(
        mode="blocking", categories={"harassment": {"action": "block"}},
        blocking={"targets": ["response"], "refusal": REFUSAL})
    for stream in (False, True):
        answer = post("bol: tu chutiya hai", stream=stream)
        assert "chutiya" not in answer.text and answer.headers["x-gleaner-feedback-token"] in answer.text


@pytest.mark.parametrize("on_error", ["open", "closed"])
def test_what_nobody_can_read_passes_an_open_gate_only(world, on_error):
    world.policy(
        mode="blocking", categories={"harassment": {"action": "block"}},
        blocking={"targets": ["prompt", "response"], "on_error": on_error, "refusal": REFUSAL})
    headers = {"Authorization": f"Bearer {world.key}", "Content-Type": "application/json"}

    def post(path, body):
        return httpx.post(world.gleaner.base_url + path, headers=headers, content=body)

    plain = json.dumps({"model": "echo", "messages": [{"role": "user", "content": "tu chutiya hai"}]})
    status = 200 if on_error == "open" else 503
    assert post("/of/next/year", plain).status_code == status
    picture = [{"type": "image_url", "image_url": {"url": "https://a.in/x.png"}}]
    unread = post("/chat/completions", json.dumps({"model": "echo", "messages": [
        {"role": "user", "content": picture}, {"role": "user", "content": "Namaste"}]}))
    assert unread.status_code == status
    if on_error == "closed":
        assert unread.json()["error"]["code"] == "moderation_unavailable"
    # Neither is a way around the gate, open or closed.
    twice = '{"model":"echo","messages":[{"role":"user","content":"tu chutiya hai","content":"Namaste"}]}'
    refused = post("/chat/completions", twice)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "duplicate_field")
    connection = http.client.HTTPConnection(world.gleaner.api.split("/")[2])
    connection.request("POST", "/v1/chat/%63ompletions", plain, headers)
    alias = connection.getresponse()
    assert (alias.status, json.loads(alias.read())["error"]["code"]) == (400, "invalid_path")
    connection.close()
    earlier = json.dumps({"model": "echo", "messages": [
        {"role": "user", "content": "tu chutiya hai"}, {"role": "user", "content": "Namaste"}]})
    assert post("/chat/completions", earlier).json()["error"]["code"] == "content_policy_violation"


@pytest.mark.parametrize("mood", [500, 429, 401, "silent"])
@pytest.mark.parametrize("on_error", ["open", "closed"])
def test_while_the_classifier_fails_the_gate_does_as_its_policy_says(world, mood, on_error):
    world.policy(
        mode="blocking", classifiers=[RULES, REMOTE],
        categories={"violence": {"threshold": 0.5, "action": "block"}},
        blocking={"targets": ["prompt"], "timeout_ms": 400, "on_error": on_error, "refusal": REFUSAL})
    with pytest.raises(openai.BadRequestError):
        world.say("main naraaz hoon")
    world.provider.mood = mood
    began = time.monotonic()
    if on_error == "open":
        exchange, answer = world.say(f"Namaste {mood}")
        assert answer.choices[0].message.content == f"Namaste {mood}"
        assert time.monotonic() - began < 3
        # Unknown for as long as nobody has judged it, never clean.
        assert {d["action"] for d in world.current(exchange).values()} == {"unknown"}
        world.provider.mood = "good"
        world.gleaner.sql("UPDATE gleaner.jobs SET run_at = now() WHERE state = 'waiting'")
        wait_until(
            "it is judged after all", lambda: {d["action"] for d in world.current(exchange).values()} == {"allow"}, 20)
    else:
        before = world.provider.count("/v1/chat/completions")
        with pytest.raises(openai.InternalServerError) as refused:
            world.say(f"Namaste {mood}")
        assert refused.value.status_code == 503 and refused.value.code == "moderation_unavailable"
        assert world.provider.count("/v1/chat/completions") == before
        assert time.monotonic() - began < 3


def test_results_are_stored_apart_and_a_new_policy_decides_again_without_asking(world):
    version = world.policy(classifiers=[RULES, REMOTE], categories={"violence": {"threshold": 0.95}})
    exchange, _ = world.say("main bahut naraaz hoon")
    assert {d["action"] for d in world.current(exchange).values()} == {"allow"}
    assert world.provider.judged.count("main bahut naraaz hoon") == 2
    stricter = world.policy(classifiers=[RULES, REMOTE], categories={"violence": {"threshold": 0.5}})
    assert stricter == version + 1
    job = world.http.post("/moderation/redecide", json={}).json()["job"]

    def done():
        found = world.http.get(f"/jobs/{job}").json()
        return found["state"] == "done" and found

    found = wait_until("it is decided again", done, 20)
    assert found["progress"]["changed"]["flag"] >= 2
    current = world.current(exchange)
    assert {d["action"] for d in current.values()} == {"flag"}
    assert {d["policy_version"] for d in current.values()} == {stricter}
    assert world.provider.judged.count("main bahut naraaz hoon") == 2
    history = world.http.get(f"/moderation/exchanges/{exchange}").json()
    said = next(r for r in history["results"] if r["classifier"] == "moderations")
    assert (said["model"], said["scores"]) == ("echo-moderation", {"violence": 0.9})


def test_a_person_overrides_and_keys_do_what_their_scopes_say(world):
    world.policy(classifiers=[RULES])
    exchange, _ = world.say("tu gandu hai")
    world.current(exchange)
    reader = world.gleaner.make_key("read")
    override = {"target": "prompt", "action": "allow", "reason": "quoted"}
    path = f"/moderation/exchanges/{exchange}/decisions"
    refused = world.http.post(path, json=override, headers={"Authorization": f"Bearer {reader}"})
    assert refused.status_code == 403
    assert world.http.post(path, json={**override, "extra": 1}).status_code == 400
    assert world.http.post(path, json={**override, "reason": ""}).status_code == 400
    made = world.http.post(path, json=override)
    assert made.status_code == 200 and made.json()["actor"].startswith("key:")
    assert world.current(exchange)["prompt"]["action"] == "allow"
    assert world.http.put("/moderation/policy", json={"mode": "x"}).json()["error"]["message"].count("`mode`") == 1
    for method, path, scope in [
        ("put", "/moderation/policy", 403), ("post", "/moderation/redecide", 403), ("get", "/moderation/status", 200),
        ("get", "/moderation/policy", 200), ("get", "/moderation/policy/versions", 200), ("get", "/jobs", 200),
    ]:
        answer = world.http.request(
            method.upper(), path, json={} if method != "get" else None, headers={"Authorization": f"Bearer {reader}"})
        assert answer.status_code == scope, (method, path, answer.text)
    stranger = world.gleaner.run(
        "keys", "create", "--project", "stranger", "--scope", "read", "review").stdout.strip()
    headers = {"Authorization": f"Bearer {stranger}"}
    assert world.http.get(f"/moderation/exchanges/{exchange}", headers=headers).json()["decisions"] == []
    assert world.http.get("/moderation/decisions", headers=headers).json()["decisions"] == []
    assert world.http.post(path, json=override, headers=headers).status_code in (403, 404)


PHONE = "9876543210"
TEXT = f"mera number {PHONE} hai, ya +91 98765-43210, mail ravi.k@example.com"
REDACTED = "mera number <PHONE_1> hai, ya <PHONE_1>, mail <EMAIL_1>"


@pytest.mark.parametrize("stream", [False, True])
def test_a_redacted_projection_leaves_the_bytes_exact(world, stream):
    world.policy(personal_data="redact_projection")
    body = {"model": "echo", "stream": stream, "messages": [{"role": "user", "content": TEXT}]}
    answer = httpx.post(
        world.gleaner.base_url + "/chat/completions", json=body,
        headers={"Authorization": f"Bearer {world.key}", "X-Gleaner-Conversation": f"projection-{stream}"})
    row = world.gleaner.row(answer.headers["x-gleaner-exchange-id"])
    assert row["redaction"].startswith("projection:")
    assert row["messages"][0]["content"] == REDACTED
    assert row["answer"]["choices"][0]["message"]["content"] == REDACTED
    assert row["request_hash_is_right"] and row["response_hash_is_right"]
    assert bytes.fromhex(row["response_hex"]) == world.provider.sent[-1] == answer.content


@pytest.mark.parametrize("stream", [False, True])
def test_redacted_before_it_is_stored_the_value_is_nowhere_in_the_database(world, stream):
    world.policy(personal_data="redact_stored")
    # Nobody has said these before.
    PHONE, MAIL = ("9876501234", "stored.a@example.com") if stream else ("9876505678", "stored.b@example.com")
    TEXT = f"mera number {PHONE} hai, ya +91 {PHONE[:5]}-{PHONE[5:]}, mail {MAIL}"
    tools = [{"type": "function", "function": {"name": "call", "parameters": {"type": "object"}}}]
    arguments = json.dumps({"phone": int(PHONE), "note": f"+91 {PHONE[:5]} {PHONE[5:]}"})
    body = {
        "model": "echo", "stream": stream, "tools": tools,
        "messages": [
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "t", "type": "function", "function": {"name": "call", "arguments": arguments}}]},
            {"role": "tool", "tool_call_id": "t", "content": "ok"}, {"role": "user", "content": TEXT},
        ],
    }
    answer = httpx.post(
        world.gleaner.base_url + "/chat/completions", json=body,
        headers={"Authorization": f"Bearer {world.key}", "X-Gleaner-Conversation": f"stored-{stream}"})
    # The client gets what the provider said.
    assert answer.content == world.provider.sent[-1]
    row = world.gleaner.row(answer.headers["x-gleaner-exchange-id"])
    assert row["redaction"].startswith("stored:")
    request, response = bytes.fromhex(row["request_hex"]), bytes.fromhex(row["response_hex"])
    values = (PHONE, f"{PHONE[:5]} {PHONE[5:]}", f"{PHONE[:5]}-{PHONE[5:]}", MAIL)
    for value in values:
        assert value not in json.dumps(row) and value.encode() not in request + response
    # Lengths are still those of the wire. Hashes are neither of what is stored nor of what was said: a number could be
    # tried until its hash fits.
    assert not row["request_hash_is_right"] and not row["response_hash_is_right"]
    assert hashlib.sha256(answer.content).hexdigest() not in json.dumps(row)
    assert hashlib.sha256(answer.request.content).hexdigest() not in json.dumps(row)
    assert row["response_bytes"] == len(answer.content)
    stored = json.loads(request)
    assert stored["messages"][2]["content"] == REDACTED
    assert json.loads(stored["messages"][0]["tool_calls"][0]["function"]["arguments"]) == {
        "phone": "<PHONE_1>", "note": "<PHONE_1>"}
    if stream:
        events = [json.loads(line[6:]) for line in response.decode().splitlines() if line.startswith("data: {")]
        text = "".join(e["choices"][0]["delta"].get("content", "") for e in events)
    else:
        text = json.loads(response)["choices"][0]["message"]["content"]
    assert text == REDACTED
    world.current(row["id"])
    for value in values:
        assert found_in(world.gleaner, value) == []
        assert value not in world.gleaner.process.text()


def found_in(gleaner, value):
    """Tables of the database, and files of the data directory beside the journal, in which a value stands."""
    tables = gleaner.sql(
        "SELECT relname FROM pg_class WHERE relnamespace = 'gleaner'::regnamespace AND relkind IN ('r', 'p') "
        "AND NOT relispartition").split()
    assert {"exchanges", "exchange_bodies", "quarantine", "feedback", "moderation_placeholders", "jobs"} <= set(tables)
    # One question for all tables: there are many, and each psql is a process and a connection.
    places = gleaner.sql(" UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM gleaner.{table} t "
        f"WHERE t::text LIKE '%{value}%' OR t::text LIKE '%{value.encode().hex()}%')" for table in tables)).split()
    for path in (gleaner.directory / "data").rglob("*"):
        # What the journal let go of is overwritten in time, as docs/guide/moderation.md says.
        if path.is_file() and "journal" not in path.parts and value.encode() in path.read_bytes():
            places.append(str(path))
    return places


def test_what_is_imported_is_redacted_as_well(world, tmp_path):
    world.policy(personal_data="redact_stored")
    phone = "9876507777"
    record = {
        "external_id": "e1", "received_at": "2026-11-20T10:00:00Z",
        "request": {"model": "m", "messages": [{"role": "user", "content": f"call {phone}"}]},
        "response": {"id": "c1", "model": "m-1", "choices": [{
            "index": 0, "message": {"role": "assistant", "content": f"{phone}, ok"}, "finish_reason": "stop"}]},
    }
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(record) + "\n")
    assert "added: 1" in world.gleaner.run("import", "auto", str(path)).stdout
    assert found_in(world.gleaner, phone) == []
    said = world.gleaner.sql("SELECT messages FROM gleaner.exchange_bodies WHERE messages::text LIKE '%call <PHONE_1>%'")
    assert json.loads(said.splitlines()[-1])[0]["content"] == "call <PHONE_1>"


def test_the_log_never_shows_what_was_found(world):
    world.policy(classifiers=[RULES])
    exchange, _ = world.say("tu chutiya hai, call 9876506666")
    assert world.current(exchange)["prompt"]["action"] == "flag"
    text = world.gleaner.process.text()
    assert "policy.version" in text, "there is a log"
    assert "chutiya" not in text and "9876506666" not in text
