"""Searching exchanges through the API: what is found, what a query may say, and what nobody gets to see."""

import datetime
import time
import uuid

import httpx2 as httpx
import pytest

from gleaner import wait_until


def logged(prompt, answer="Theek hai.", **more):
    return {
        "received_at": time.time(), "provider": "openai",
        "request": {"model": "small-1", "messages": [{"role": "user", "content": prompt}]},
        "response": {"id": "chatcmpl-" + uuid.uuid4().hex, "object": "chat.completion", "created": 1, "model": "small-1-2026",
                     "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}}],
                     "usage": {"prompt_tokens": 4, "completion_tokens": 5, "total_tokens": 9}},
        **more,
    }


@pytest.fixture(scope="module")
def found(gleaner, key):
    """Six exchanges of a conversation of their own; returns a client, the conversation, and their ids in order."""
    conversation = "search-" + uuid.uuid4().hex
    lines = [
        ("Chai kaise banate hain?", {"tags": ["recipe"]}), ("What is the capital of France?", {}),
        ("मुझे बुखार है", {"end_user": "asha"}), ("please mujhe weight loss diet plan do", {"duration_ms": 9000}),
        ("எனக்கு காய்ச்சல்", {}), ("12 + 30", {"http_status": 503, "tags": ["odd one"]}),
    ]
    with httpx.Client(base_url=gleaner.api, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        ids = []
        for prompt, more in lines:
            answer = client.post("/exchanges", json=logged(prompt, conversation=conversation, **more))
            assert answer.status_code == 202, answer.text
            ids.append(answer.json()["exchanges"][0]["id"])
            time.sleep(0.002)
        wait_until("all are stored", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 20)
        yield client, conversation, ids


def ids_of(answer):
    assert answer.status_code == 200, answer.text
    return [exchange["id"] for exchange in answer.json()["exchanges"]]


def test_languages_are_told_when_exchanges_are_stored(found):
    client, conversation, ids = found
    page = client.get("/exchanges", params={"conversation": conversation}).json()
    assert [e["language"] for e in reversed(page["exchanges"])] == ["hi-Latn", "en", "hi", "hi-en", "ta", "und"]
    assert {e["answer_language"] for e in page["exchanges"]} == {"hi-Latn"}


@pytest.mark.parametrize("filter, places", [
    ({"language": "hi"}, [2]), ({"tag": "odd one"}, [5]), ({"http_status": "5xx"}, [5]), ({"http_status": "error"}, [5]),
    ({"end_user": "asha"}, [2]), ({"min_ms": "8000"}, [3]), ({"text": "CHAI"}, [0]), ({"text": "बुखार"}, [2]),
    ({"text": "theek"}, [0, 1, 2, 3, 4, 5]), ({"text": "content"}, []), ({"model": "small-1-2026"}, [0, 1, 2, 3, 4, 5]),
    ({"model": "small-1"}, []), ({"source": "api"}, [0, 1, 2, 3, 4, 5]), ({"source": "gateway"}, []),
    ({"since": "1h"}, [0, 1, 2, 3, 4, 5]), ({"until": "1h"}, []), ({"rating": "none", "language": "en"}, [1]),
    ({"language": "en", "tag": "recipe"}, []),
])
def test_filters_find_what_they_say(found, filter, places):
    client, conversation, ids = found
    answer = client.get("/exchanges", params={"conversation": conversation, **filter})
    assert ids_of(answer) == [ids[place] for place in reversed(places)]


def test_pages_follow_each_other_without_gap_or_repetition(found):
    client, conversation, ids = found
    seen, before = [], None
    while True:
        page = client.get("/exchanges", params={
            "conversation": conversation, "limit": 2, **({"before": before} if before else {})}).json()
        seen += [exchange["id"] for exchange in page["exchanges"]]
        before = page.get("next")
        if before is None:
            break
    assert seen == ids[::-1]
    assert ids_of(client.get("/exchanges", params={"conversation": conversation, "after": ids[3]})) == [ids[5], ids[4]]


def test_what_people_say_of_one_is_beside_it_and_in_its_history(found):
    client, conversation, ids = found
    for thumb, rater in [("up", "a"), ("down", "a"), ("down", "b")]:
        answer = client.post("/feedback", json={"exchange_id": ids[1], "thumb": thumb, "rater": rater, "comment": f"by {rater}"})
        assert answer.status_code == 202, answer.text
    wait_until("both are there", lambda: ids_of(client.get("/exchanges", params={
        "conversation": conversation, "rating": "down"})) == [ids[1]], 10)
    assert ids_of(client.get("/exchanges", params={"conversation": conversation, "rating": "up"})) == []
    marks = client.get("/exchanges", params={"conversation": conversation, "rating": "down"}).json()["exchanges"][0]["marks"]
    assert (marks["ups"], marks["downs"]) == (0, 2)
    history = client.get(f"/exchanges/{ids[1]}/history").json()
    assert [event["kind"] for event in history["events"]].count("feedback") == 6
    assert history["events"][0]["kind"] == "received"
    assert {event.get("text") for event in history["events"]} >= {"by a", "by b"}


def test_bytes_are_a_file_that_nothing_opens_as_a_page(found):
    client, conversation, ids = found
    for half in ("request", "response"):
        answer = client.get(f"/exchanges/{ids[0]}/bytes/{half}")
        assert answer.status_code == 200 and b"small-1" in answer.content
        assert answer.headers["content-disposition"] == f'attachment; filename="{ids[0]}-{half}.txt"'
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"/exchanges/{ids[0]}/bytes/headers").status_code == 404


ATTACKS = [
    "%00", "a%00b", "%FF", "%ED%A0%80", "%", "%4", "'; DROP TABLE gleaner.exchanges; --", "' OR 1=1 --", "$1", "{}", "NULL",
    "\\", "%25%25%25", "____", "x" * 257, "x" * 4000, "%E0%A4%95" * 300, "1e400", "-1", "NaN", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "00000000-0000-0000-0000-000000000000", "../../etc/passwd", "%0d%0aX-Evil:%201", "<script>", "2026-02-30", "999999999999d",
]


@pytest.mark.parametrize("value", ATTACKS)
def test_no_parameter_can_say_what_it_must_not(found, value):
    client, conversation, ids = found
    names = ["since", "until", "status", "http_status", "source", "route", "variant", "model", "provider", "language", "tag",
             "end_user", "conversation", "min_ms", "min_cost_usd", "rating", "score", "reported", "flagged", "reviewed", "text",
             "before", "after", "limit"]
    for name in names:
        answer = client.get(f"/exchanges?{name}={value}")
        assert answer.status_code in (200, 400), (name, value, answer.status_code, answer.text)
        if answer.status_code == 400:
            assert answer.json()["error"]["code"] == "invalid_query"
            assert value not in answer.text or len(value) < 5
        assert "x-evil" not in answer.headers
    assert len(ids_of(client.get("/exchanges", params={"conversation": conversation}))) == len(ids)


def test_a_parameter_that_is_not_there_is_refused(found):
    client, *_ = found
    for query in ["colour=red", "before=x", "since=soon", "text=a&text=b", "Text=a", "limit=many"]:
        answer = client.get("/exchanges?" + query)
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "invalid_query", (query, answer.text)


def test_another_projects_key_finds_nothing(found, gleaner):
    _, conversation, ids = found
    stranger = gleaner.run("keys", "create", "--project", "stranger", "--scope", "admin").stdout.strip()
    with httpx.Client(base_url=gleaner.api, headers={"Authorization": f"Bearer {stranger}"}, timeout=30) as client:
        for query in ["", f"?conversation={conversation}", f"?before={ids[5]}", f"?after={ids[0]}", "?text=chai", "?rating=down"]:
            assert ids_of(client.get("/exchanges" + query)) == [], query
        for path in ["", "/history", "/bytes/request", "/bytes/response"]:
            answer = client.get(f"/exchanges/{ids[0]}{path}")
            assert answer.status_code == 404 and answer.json()["error"]["code"] == "exchange_unknown", path


def test_times_are_of_receipt(found):
    client, conversation, ids = found
    now = datetime.datetime.now(datetime.timezone.utc)
    for zone in (now, now.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))):
        since = (zone - datetime.timedelta(minutes=30)).isoformat(timespec="seconds")
        assert len(ids_of(client.get("/exchanges", params={"conversation": conversation, "since": since}))) == len(ids)
        assert ids_of(client.get("/exchanges", params={"conversation": conversation, "until": since})) == []
