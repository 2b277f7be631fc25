"""What people write about answers: judged like the answers, whichever way it came, and stored without personal data."""

import httpx2 as httpx
import pytest

from conftest import make_database
from gleaner import wait_until
from test_moderation import PHONE, RULES, World

TOKEN = "x-gleaner-feedback-token"


@pytest.fixture(scope="module")
def world():
    databases = make_database()
    world = World(next(databases))
    yield world
    world.stop()
    next(databases, None)


@pytest.fixture(scope="module")
def sender(world):
    with httpx.Client(
        base_url=world.gleaner.api, timeout=30,
        headers={"Authorization": f"Bearer {world.gleaner.make_key('feedback')}"}
    ) as client:
        yield client


def ask(world, **headers):
    """An answer with a token, which there is once the secret has been read."""
    def asked():
        answer = httpx.post(
            world.gleaner.base_url + "/chat/completions", timeout=30,
            json={"model": "echo", "messages": [{"role": "user", "content": "Chai kaise banate hain?"}]},
            headers={"Authorization": f"Bearer {world.key}", **headers})
        return TOKEN in answer.headers and answer
    answer = wait_until("answers carry tokens", asked)
    return answer.headers["x-gleaner-exchange-id"], answer.headers[TOKEN]


def judged(world, exchange, count):
    """The decisions about `count` texts that were written of the exchange."""
    def decided():
        current = world.http.get(f"/moderation/exchanges/{exchange}").json()["current"]
        found = [d["action"] for d in current if d["target"] == "comment"]
        return len(found) >= count and found
    return wait_until(f"{count} texts of {exchange} are judged", decided, 20)


def test_a_comment_sent_with_a_token_is_judged(world):
    world.policy(classifiers=[RULES])
    exchange, token = ask(world)
    world.current(exchange)
    sent = httpx.post(
        f"{world.gleaner.api}/feedback", json={"comment": "gandu bot"}, headers={"Authorization": f"Feedback {token}"})
    assert sent.status_code == 202 and sent.json()["state"] == "stored"
    assert judged(world, exchange, 1) == ["flag"]


def test_corrections_reasons_and_preferences_are_judged_also_in_bulk_and_under_a_key_of_their_own(world, sender):
    world.policy(classifiers=[RULES])
    exchange, _ = ask(world)
    world.current(exchange)
    once = sender.post(
        "/feedback", json={"exchange_id": exchange, "correction": "gandu bot"}, headers={"Idempotency-Key": "texts-1"})
    assert once.status_code == 202
    bulk = sender.post("/feedback/bulk", json=[
        {"exchange_id": exchange, "flag": True, "reason": "gandu bot"},
        {"exchange_id": exchange, "preference": {"rejected": {"text": "gandu bot"}}},
        {"exchange_id": exchange, "comment": "Dhanyavaad."},
    ])
    assert bulk.status_code == 202
    assert sorted(judged(world, exchange, 4)) == ["allow", "flag", "flag", "flag"]


def test_personal_data_in_feedback_is_replaced_before_it_is_stored(world, sender):
    version = world.policy(personal_data="redact_stored")
    exchange, token = ask(world, **{"X-Gleaner-Conversation": "feedback-texts"})
    world.gleaner.row(exchange)
    text = f"call me on +91 {PHONE}"
    sent = sender.post("/feedback", json={
        "exchange_id": exchange, "comment": text, "correction": text, "flag": True, "reason": text,
        "preference": {"rejected": {"text": text}}})
    assert sent.status_code == 202
    by_token = httpx.post(
        f"{world.gleaner.api}/feedback", json={"comment": text}, headers={"Authorization": f"Feedback {token}"})
    assert by_token.status_code == 202
    waiting = sender.post("/feedback", json={"completion_id": "never-heard-of", "comment": text})
    assert waiting.json()["state"] == "waiting"
    rows = world.gleaner.sql("""
        SELECT string_agg(body || ' ' || redaction, E'\\n') FROM (
            SELECT body, redaction FROM gleaner.feedback WHERE redaction IS NOT NULL
            UNION ALL SELECT body, redaction FROM gleaner.early_feedback) f""")
    assert rows.splitlines() == [f"call me on <PHONE_1> stored:{version}"] * 6
    everything = world.gleaner.sql(
        "SELECT string_agg(f::text, '') FROM gleaner.feedback f") + world.gleaner.sql(
        "SELECT string_agg(f::text, '') FROM gleaner.early_feedback f")
    assert PHONE not in everything and PHONE not in world.gleaner.process.text()
