"""A loop that runs by itself: judged exchanges become a version, a fine-tune, a verdict and a canary, through a kill."""

import json
import random
import signal

import httpx2 as httpx
import openai
import pytest

from gleaner import Gleaner, wait_until
from model_world import WORDS
from test_tuning import Trainer

COUNT = 80
POLICY = {
    "name": "liked", "minimum_rating": {"net_thumbs": 1}, "holdout_share": 0.3, "validation_share": 0.1,
    "maximum_per_rater": None, "maximum_per_end_user": None, "moderation": "ignored",
    "near_duplicates": {"prompt": {"keep": None, "similarity": 1, "short_similarity": 1}, "answer": {"keep": None}}}
# What the demo's models say is not the question here; that both answer is.
GATE = {"minimum_items": 10, "rules": [{"metric": "failed", "test": "non_inferior", "margin": 0.4}]}
LOOP = {
    "dataset": "chat", "policy": "liked",
    "trigger": {"new_examples": 20, "every_days": 14},
    "steps": {
        "compare": {}, "approve": "none",
        "tune": {"base_model": "demo-hinglish-1", "suffix": "loop", "maximum_usd": 5, "hyperparameters": {"n_epochs": 2}},
        "gate": {"incumbent": {"route": "chat"}, "policy": GATE, "if_price_unknown": "go"},
        "canary": {"route": "chat", "plan": {"steps": [0.5, 1], "minimum_minutes": 1440}},
    },
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    from conftest import make_database

    trainer = Trainer(tmp_path_factory.mktemp("loop-trainer"))
    databases = make_database()
    running = Gleaner(
        trainer.url, next(databases), GLEANER_LOOP_INTERVAL="300ms", GLEANER_TUNING_POLL="150ms",
        GLEANER_TUNING_SETTLE="1s", GLEANER_CANARY_INTERVAL="1h")
    running.start()
    running.trainer = trainer
    running.key = running.make_key("admin")
    running.http = httpx.Client(
        base_url=running.api, headers={"Authorization": f"Bearer {running.key}"}, timeout=30)
    put(running.http.put("/routes/chat", json={"variants": [{"name": "base", "model": "demo-hinglish-1"}]}))
    put(running.http.post("/policies", json=POLICY))
    put(running.http.put(
        "/tuning/prices", json={"provider": "default", "base_model": "demo-hinglish-1", "usd": 8}))
    yield running
    running.stop()
    trainer.process.stop()
    next(databases, None)


def put(answer):
    assert answer.status_code in (200, 201, 202), answer.text
    return answer.json()


def judge(world, first, count):
    with openai.OpenAI(base_url=world.base_url, api_key=world.key, max_retries=0, timeout=30) as client:
        for number in range(first, first + count):
            words = " ".join(random.Random(number).sample(WORDS, 7))
            client.chat.completions.create(
                model="chat", messages=[{"role": "user", "content": f"Sawaal {number}: {words}?"}],
                extra_headers={"X-Gleaner-Conversation": f"c{number}", "X-Gleaner-End-User": f"u{number}"})
    wait_until("all are stored", lambda: int(world.sql("SELECT count(*) FROM gleaner.exchanges")) >= first + count)
    new = world.sql(f"SELECT id FROM gleaner.exchanges ORDER BY id OFFSET {first}").split()
    for place, exchange in enumerate(new):
        put(world.http.post("/feedback", json={"exchange_id": exchange, "thumb": "up", "rater": f"r{first + place}"}))


def rounds(world, name="chat"):
    return world.http.get(f"/loops/{name}/rounds").json()["rounds"]


def step(one, name):
    return next(step for step in one["steps"] if step["step"] == name)


def until(world, what, condition, seconds=40):
    def look():
        found = rounds(world)
        return found and condition(found[0]) and found[0]

    try:
        return wait_until(what, look, seconds)
    except AssertionError:
        raise AssertionError(f"{what}: {json.dumps(rounds(world), indent=1)}\n{world.process.text()[-3000:]}")


def test_a_loop_runs_by_itself_to_a_canary_through_a_kill(world):
    before = world.trainer.counts()
    # All is judged before the loop is there: it would begin at the twentieth.
    judge(world, 0, COUNT)
    loop = put(world.http.put("/loops/chat", json={"document": LOOP, "note": "first"}))
    assert loop["version"] == 1 and loop["round"] is None and loop["author"].startswith("key:")

    # The middle: the trainer has the job. What a killed worker held is lent again after a minute; here at once.
    until(world, "the fine-tune is under way", lambda one: step(one, "tune")["made"] is not None)
    world.stop(signal.SIGKILL)
    world.sql("UPDATE gleaner.jobs SET lease_until = now() WHERE state = 'running'")
    world.start()

    one = until(world, "the canary runs", lambda one: step(one, "canary")["made"] is not None)
    assert one["number"] == 1 and one["started_by"] == "gleaner" and one["why"].endswith("new examples.")
    assert [s["state"] for s in one["steps"]] == ["done", "skipped", "skipped", "done", "done", "running"]
    figures = step(one, "build")["figures"]
    assert figures["version"] == 1 and figures["train"] >= 20 and figures["holdout"] >= 10
    assert 0 < step(one, "tune")["usd"] < 1

    # One of each, at the provider as here, and each is where its step says.
    after = world.trainer.counts()
    assert after["jobs"] - before["jobs"] == 1
    assert after["files"] - before["files"] == 1 + (figures["validation"] > 0)
    for table in ("dataset_versions", "tuning_jobs", "evaluations", "canaries"):
        assert world.sql(f"SELECT count(*) FROM gleaner.{table}") == "1", table
    job = world.http.get(f"/tuning/jobs/{step(one, 'tune')['made']}").json()
    assert job["confirmed_by"] == "loop:chat, agreed ahead by key:" + loop["author"].removeprefix("key:")
    canary = world.http.get(f"/canaries/{step(one, 'canary')['made']}").json()
    assert canary["candidate"] == "chat-1" and canary["incumbent"] == "base" and canary["state"] == "running"
    assert canary["evaluation"] == step(one, "gate")["made"]
    variants = world.http.get("/routes/chat").json()["route"]["variants"]
    assert {v["name"]: v["model"] for v in variants} == {"base": "demo-hinglish-1", "chat-1": job["fine_tuned_model"]}

    # What the canary comes to is what the round comes to.
    put(world.http.post(f"/canaries/{canary['id']}/rollback", json={"note": "enough"}))
    done = until(world, "the round is over", lambda one: one["state"] != "running")
    assert done["state"] == "failed" and done["reason"].startswith("canary: Rolled back")
    # The same judgements begin no other round.
    assert len(rounds(world)) == 1
    kinds = [event["kind"] for event in world.http.get("/loops/chat/events").json()["events"]]
    assert kinds[0] == "end" and kinds[-2:] == ["start", "put"]


def test_people_steer_by_the_command_line(world):
    file = world.directory / "loop.json"
    wrong = {**LOOP, "trigger": {"new_example": 20}}
    file.write_text(json.dumps(wrong))
    refused = world.run("loops", "check", str(file), check=False)
    assert refused.returncode == 1 and "`trigger.new_example`" in refused.stderr and "Did you mean `new_examples`?" in refused.stderr
    file.write_text(json.dumps({**LOOP, "policy": {"name": "x", "minimum_reviewz": 2}}))
    assert "policy_member_unknown" in world.run("loops", "check", str(file), check=False).stderr

    manual = {"dataset": "chat", "policy": "liked", "steps": {"approve": "required", "tune": {"base_model": "demo-hinglish-1"}}}
    file.write_text(json.dumps(manual))
    world.run("loops", "put", "manual", str(file))
    assert "waits for somebody to start it" in world.run("loops", "list").stdout
    world.run("loops", "pause", "manual", "--why", "holiday")
    assert "loop_paused" in world.run("loops", "start", "manual", check=False).stderr
    world.run("loops", "resume", "manual")
    # Nothing was judged since: the version that there is, is taken.
    versions = world.sql("SELECT count(*) FROM gleaner.dataset_versions")
    world.run("loops", "start", "manual", "--why", "a trial")

    def newest():
        return rounds(world, "manual")[0]

    wait_until("it waits for approval", lambda: step(newest(), "approve")["state"] == "running")
    assert step(newest(), "build")["reason"] == "Nothing is new: version 1 is taken."
    assert world.sql("SELECT count(*) FROM gleaner.dataset_versions") == versions
    put(world.http.post("/datasets/chat/versions/1/approvals", json={"note": "looked at it"}))
    # Without a limit the owner is asked, with the estimate at hand.
    wait_until("it asks for the money", lambda: step(newest(), "tune")["state"] == "holding")
    held = step(newest(), "tune")
    assert held["code"] == "above_limit" and held["usd"] > 0
    jobs = world.trainer.counts()["jobs"]
    assert "holding" in world.run("loops", "rounds", "manual").stdout
    world.run("loops", "cancel", "manual", "--why", "too dear")
    wait_until("it is over", lambda: newest()["state"] == "cancelled")
    assert world.trainer.counts()["jobs"] == jobs
    assert "cancel" in world.run("loops", "events", "manual").stdout
    audited = world.sql("SELECT string_agg(action, ' ' ORDER BY id) FROM gleaner.audit_events WHERE subject = 'manual'")
    assert audited == "loop.put loop.pause loop.resume loop.start loop.cancel"


def test_words_and_scopes_of_the_api(world):
    reader = world.make_key("read")
    with httpx.Client(base_url=world.api, headers={"Authorization": f"Bearer {reader}"}, timeout=30) as http:
        assert http.get("/loops").status_code == 200
        assert http.put("/loops/other", json={"document": LOOP}).status_code == 403
        assert http.post("/loops/chat/pause", json={}).status_code == 403
    builder = world.make_key("datasets")
    with httpx.Client(base_url=world.api, headers={"Authorization": f"Bearer {builder}"}, timeout=30) as http:
        assert http.post("/loops/chat/pause", json={"why": "stop"}).json()["paused_by"].startswith("key:")
        assert http.post("/loops/chat/resume", json={}).status_code == 403
    assert world.http.post("/loops/chat/rounds", json={}).json()["error"]["code"] == "loop_paused"
    assert put(world.http.post("/loops/chat/resume", json={}))["paused_by"] is None
    checked = put(world.http.post("/loops/check", json={"document": LOOP}))["document"]
    assert checked["steps"]["compare"]["maximum_surges"] == 0 and checked["trigger"]["at_least"] == 10
    for document, code in [
        ({**LOOP, "dataset": "Chat"}, "loop_member_invalid"), ({**LOOP, "policy": "none such"}, "policy_unknown"),
        ({**LOOP, "steps": {"gate": LOOP["steps"]["gate"]}}, "loop_step_missing"),
        ({**LOOP, "steps": {**LOOP["steps"], "canary": {"route": "chat", "plan": {"stepz": []}}}}, "evaluation_document_invalid"),
        ({**LOOP, "steps": {**LOOP["steps"], "tune": {"base_model": "m", "provider": "nobody"}}}, "tuning_provider_unknown"),
        ({**LOOP, "steps": {**LOOP["steps"], "gate": {"incumbent": {"model": "m"}, "policy": {"alpha": "x"}}}}, "loop_member_invalid"),
    ]:
        refused = world.http.post("/loops/check", json={"document": document})
        assert refused.json()["error"]["code"] == code, refused.text
    done = rounds(world)[0]["id"]
    assert world.http.post(f"/loops/rounds/{done}/continue", json={}).json()["error"]["code"] == "loop_round_over"
    assert world.http.get("/loops/rounds/nonsense").json()["error"]["code"] == "loop_round_unknown"
    assert world.http.get("/loops/none").json()["error"]["code"] == "loop_unknown"
