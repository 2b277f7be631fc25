"""The gate and canaries of a running Gleaner, over HTTP and by command."""

import json
import uuid

import httpx2 as httpx  # what the SDK itself uses
import pytest

from gleaner import Gleaner, wait_until

LINES = 70


@pytest.fixture(scope="module")
def world(provider, shared_database_of_module):
    running = Gleaner(provider.url, shared_database_of_module, GLEANER_CANARY_INTERVAL="200ms")
    running.start()
    http = httpx.Client(base_url=running.api, headers={"Authorization": f"Bearer {running.make_key()}"}, timeout=30)
    holdout(running)
    yield running, http
    running.stop()


@pytest.fixture(scope="module")
def shared_database_of_module():
    from conftest import make_database

    yield from make_database()


def holdout(gleaner):
    """A dataset version whose holdout wants what the Hinglish bot says."""
    key = gleaner.make_key()
    policy, dataset, version = (str(uuid.uuid4()) for _ in range(3))
    project = "(SELECT id FROM gleaner.projects WHERE name = 'default')"
    gleaner.sql(
        "INSERT INTO gleaner.promotion_policies (id, project_id, name, version, document, created_at) "
        f"VALUES ('{policy}', {project}, 'p', 1, '{{}}', now())")
    gleaner.sql(f"INSERT INTO gleaner.datasets (id, project_id, name, created_at) VALUES ('{dataset}', {project}, 'chat', now())")
    gleaner.sql(
        "INSERT INTO gleaner.dataset_versions (id, dataset_id, project_id, number, policy_id, policy_document, salt, statistics, "
        f"content_sha256, created_at) VALUES ('{version}', '{dataset}', {project}, 1, '{policy}', '{{}}', 's', '{{}}', '', now())")
    for line in range(1, LINES + 1):
        question = f"Kya haal hai, sawaal {line}?"
        answer = httpx.post(
            gleaner.base_url + "/chat/completions", headers={"Authorization": f"Bearer {key}"}, timeout=30,
            json={"model": "demo-hinglish-1", "messages": [{"role": "user", "content": question}]},
        ).json()["choices"][0]["message"]["content"]
        content = json.dumps({"messages": [
            {"role": "user", "content": question}, {"role": "assistant", "content": answer}]}).encode().hex()
        gleaner.sql(
            "INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage) VALUES "
            f"('{version}', 'holdout', {line}, 0, '{uuid.uuid4()}', '\\x{content}', sha256('\\x{content}'), "
            "'{\"answer_source\": \"reviewer_correction\"}')")


def body(candidate, incumbent, **more):
    # Both bots answer at once; what is measured here is not the machine's mood.
    rules = [{"metric": "chrf", "test": "superior"}, {"metric": "failed", "test": "non_inferior", "margin": 0.05},
             {"metric": "flagged", "test": "non_inferior", "margin": 0.05}]
    return {"dataset": "chat", "candidate": {"model": candidate}, "incumbent": {"model": incumbent},
            "policy": {"rules": rules}, **more}


def finished(http, evaluation):
    def done():
        return http.get(f"/evaluations/{evaluation}").json()["state"] in ("done", "failed")

    wait_until("the evaluation is done", done, 60)
    return http.get(f"/evaluations/{evaluation}").json()


def test_a_gate_is_estimated_confirmed_and_read(world):
    gleaner, http = world
    wanted = body("demo-hinglish-1", "demo-health-1")
    estimate = http.post("/evaluations", json=wanted)
    assert estimate.status_code == 200, estimate.text
    assert estimate.json()["confirmed"] is False and estimate.json()["estimate"]["requests"] == 2 * LINES
    assert http.get("/evaluations").json()["evaluations"] == []

    begun = http.post("/evaluations", json={**wanted, "confirm": True, "key": "first"})
    assert begun.status_code == 202, begun.text
    again = http.post("/evaluations", json={**wanted, "confirm": True, "key": "first"})
    assert again.json()["id"] == begun.json()["id"]
    done = finished(http, begun.json()["id"])
    assert done["verdict"] == "pass", done
    assert {rule["metric"]: rule["outcome"] for rule in done["report"]["rules"]} == {
        "chrf": "pass", "failed": "pass", "flagged": "pass"}
    page = http.get(f"/evaluations/{done['id']}/verdict")
    assert page.headers["content-type"].startswith("text/markdown") and page.text.startswith("# Passed\n")
    told = gleaner.run("evaluate", "verdict", done["id"])
    assert told.stdout == page.text
    listed = json.loads(gleaner.run("evaluate", "list", "--json").stdout)["evaluations"]
    assert [one["verdict"] for one in listed] == ["pass"]

    refused = gleaner.run(
        "evaluate", "start", "--dataset", "chat@1", "--candidate", "demo-health-1", "--incumbent", "demo-hinglish-1", "--yes", "--json")
    refused = finished(http, json.loads(refused.stdout)["id"])
    assert refused["verdict"] == "fail"
    assert gleaner.run("evaluate", "verdict", refused["id"], check=False).returncode == 1
    assert "chrf" in refused["summary"]


def test_a_canary_is_started_watched_pinned_and_rolled_back(world):
    gleaner, http = world
    variants = [{"name": "old", "model": "demo-health-1"}, {"name": "new", "model": "demo-hinglish-1", "weight": 0}]
    assert http.put("/routes/chat", json={"variants": variants}).status_code == 200
    wanted = {"route": "chat", "candidate": "new", "incumbent": "old"}
    refused = http.post("/canaries", json=wanted)
    assert refused.status_code == 409 and refused.json()["error"]["code"] == "gate_not_passed"
    passed = next(one for one in http.get("/evaluations").json()["evaluations"] if one["verdict"] == "pass")

    started = http.post("/canaries", json={**wanted, "evaluation": passed["id"], "plan": {"steps": [0.5, 1], "minimum_minutes": 0}})
    assert started.status_code == 201, started.text
    canary = started.json()["id"]
    weights = {one["name"]: one["weight"] for one in http.get("/routes/chat").json()["route"]["variants"]}
    assert weights == {"old": 0.5, "new": 0.5}

    key = gleaner.make_key()
    for user in range(20):
        httpx.post(
            gleaner.base_url + "/chat/completions", timeout=30,
            headers={"Authorization": f"Bearer {key}", "X-Gleaner-End-User": f"user-{user}"},
            json={"model": "chat", "messages": [{"role": "user", "content": "Namaste"}]}).raise_for_status()

    def seen():
        return int(gleaner.sql(f"SELECT count(*) FROM gleaner.canary_units WHERE canary_id = '{canary}'"))

    wait_until("all users are counted", lambda: seen() == 20, 20)
    points = http.get(f"/canaries/{canary}/points").json()["points"]
    assert {"errors", "latency"} <= {point["metric"] for point in points}

    pinned = json.loads(gleaner.run("canary", "pin", canary, "--note", "festival", "--json").stdout)
    assert pinned["pinned"]["note"] == "festival" and pinned["reason"] == "pinned"
    back = http.post(f"/canaries/{canary}/rollback", json={"note": "enough"})
    assert back.status_code == 200 and back.json()["state"] == "rolled_back", back.text
    weights = {one["name"]: one["weight"] for one in http.get("/routes/chat").json()["route"]["variants"]}
    assert weights == {"old": 1, "new": 0}
    kinds = [one["kind"] for one in http.get(f"/canaries/{canary}").json()["decisions"]]
    assert kinds == ["roll_back", "pin", "start"]
    assert "enough" in gleaner.run("canary", "decisions", canary).stdout
    assert [one["kind"] for one in http.get("/decisions", params={"limit": 2}).json()["decisions"]] == ["roll_back", "pin"]
    assert http.post(f"/canaries/{canary}/promote", json={}).status_code == 409


def test_what_cannot_be_used_is_refused_by_name(world):
    _, http = world
    for sent, code in [
        ({**body("a", "b"), "polcy": {}}, "invalid_body"),
        ({**body("a", "b"), "policy": {"alpha": 2}}, "evaluation_document_invalid"),
        ({**body("a", "b"), "policy": {"rules": [{"metric": "chrf", "test": "superior", "margn": 1}]}}, "evaluation_document_invalid"),
        ({**body("a", "b"), "version": 9}, "evaluation_version_unknown"),
        ({**body("a", "b"), "candidate": {"provider": "nobody", "model": "a"}}, "evaluation_provider_unknown"),
    ]:
        answer = http.post("/evaluations", json=sent)
        assert answer.json()["error"]["code"] == code, answer.text
    assert http.get("/evaluations/nothing").json()["error"]["code"] == "evaluation_unknown"
    assert http.get("/canaries", params={"limt": 3}).json()["error"]["code"] == "invalid_query"
    plan = {"route": "chat", "candidate": "new", "incumbent": "old", "skip_gate": True, "plan": {"steps": [0.5, 0.1]}}
    assert http.post("/canaries", json=plan).json()["error"]["code"] == "evaluation_document_invalid"
