"""Feedback, review, promotion and export over HTTP and on the command line."""

import hashlib
import json
import time

import httpx2 as httpx  # what the SDK itself uses

from gleaner import wait_until

from test_chat import CHAI


def test_feedback_by_exchange_and_by_completion(gleaner, client, http):
    # A question of its own: the demo provider gives equal requests equal completion ids.
    messages = [*CHAI, {"role": "user", "content": f"Aur elaichi? {time.time()}"}]
    raw = client.chat.completions.with_raw_response.create(model="demo-hinglish-1", messages=messages)
    exchange, completion = raw.headers["x-gleaner-exchange-id"], raw.parse().id
    # Perhaps before it is stored: both are accepted, whichever way.
    one = http.post("/api/feedback", json={"exchange_id": exchange, "thumb": "up", "rater": "a"})
    two = http.post("/api/feedback", json={"completion_id": completion, "score": 2, "comment": "theek", "rater": "b"})
    assert (one.status_code, two.status_code) == (202, 202)
    gleaner.row(exchange)

    def joined():
        listed = http.get(f"/api/exchanges/{exchange}/feedback").json()["feedback"]
        return sorted(item["kind"] for item in listed) == ["comment", "score", "thumb"]

    wait_until("all feedback is joined", joined, 40)


def test_feedback_may_come_long_before_its_exchange(gleaner, provider, http):
    # The demo provider is deterministic: asked directly, it tells the id that the gateway's call will get.
    body = json.dumps({"model": "demo-health-1", "messages": [{"role": "user", "content": f"Sardi hai {time.time()}"}]})
    direct = httpx.post(
        provider.url + "/chat/completions", content=body, headers={"Authorization": "Bearer x"}).json()["id"]
    early = http.post("/api/feedback", json={"completion_id": direct, "thumb": "down", "rater": "early"})
    assert early.status_code == 202
    assert early.json()["state"] == "waiting" and early.json()["exchange_id"] is None
    response = http.post("/v1/chat/completions", content=body)
    assert response.json()["id"] == direct
    exchange = response.headers["x-gleaner-exchange-id"]
    gleaner.row(exchange)
    listed = wait_until(
        "the early feedback is joined", lambda: http.get(f"/api/exchanges/{exchange}/feedback").json()["feedback"], 10)
    assert [(item["kind"], item["thumb"], item["rater"]) for item in listed] == [("thumb", "down", "early")]
    assert listed[0]["id"] == early.json()["feedback"][0]["id"]


def test_feedback_that_makes_no_sense_is_refused(http):
    for body in [{}, {"thumb": "up"}, {"exchange_id": "7", "thumb": "up"}, {"completion_id": "c"},
                 {"completion_id": "c", "score": 6}, {"completion_id": "c", "thumb": "sideways"},
                 {"completion_id": "c", "thumb": "up", "surprise": 1}, {"completion_id": "c", "comment": "a\x00b"}]:
        response = http.post("/api/feedback", json=body)
        assert response.status_code == 400, body
        error = response.json()["error"]
        assert error["code"] and error["message"] and error["fix"] and error["request_id"]


def test_from_a_conversation_to_a_verified_training_file(gleaner, http, client, tmp_path):
    admin = gleaner.make_key("admin")
    rule = http.post("/api/sampling-rules", json={"name": "floor", "probability": 1.0},
                     headers={"Authorization": f"Bearer {admin}"})
    assert rule.status_code == 200
    time.sleep(2.1)  # rules are remembered for two seconds
    wanted = set()
    for number in range(12):
        raw = client.chat.completions.with_raw_response.create(
            model="demo-hinglish-1",
            messages=[{"role": "system", "content": "Old prompt."}, {"role": "user", "content": f"Sawaal {number}: chai ya coffee?"}])
        raw.parse()
        wanted.add(raw.headers["x-gleaner-exchange-id"])
    for exchange in wanted:
        gleaner.row(exchange)
    reviewed = set()
    while True:
        response = http.post("/api/reviews/next", json={"reviewer": "asha"}, headers={"Authorization": f"Bearer {admin}"})
        if response.status_code == 204:
            break
        item = response.json()
        assert set(item) == {"slot", "exchange_id", "rubric", "questions", "form", "messages", "answer", "readable"}
        mine = item["exchange_id"] in wanted
        verdict = {"slot": item["slot"]["id"], "lease_token": item["slot"]["lease_token"],
                   "scores": {question: 5 if mine else 1 for question in item["questions"]}}
        if mine:
            verdict["correction"] = f"Chai, hamesha chai. {len(reviewed)}"
            reviewed.add(item["exchange_id"])
        first = http.post("/api/reviews", json=verdict)
        assert first.status_code == 200
        assert http.post("/api/reviews", json=verdict).json() == first.json()
    assert reviewed == wanted
    policy = {"name": "python", "system_prompt": {"mode": "replace", "text": "You answer in Hinglish."}, "validation_share": 0,
              "holdout_share": 0, "near_duplicates": {"prompt": {"keep": None}, "answer": {"keep": None}}}
    built = http.post("/api/datasets/python/versions", json={"policy": policy})
    assert built.status_code == 201 and built.json()["examples"] == 12
    assert built.json()["excluded"].get("review_too_low", 0) >= 0
    first, second = tmp_path / "first", tmp_path / "second"
    for directory in (first, second):
        gleaner.run("dataset", "export", "python", "--output", str(directory))
    for file in sorted(path.name for path in first.iterdir()):
        assert (first / file).read_bytes() == (second / file).read_bytes(), file
    train = (first / "train.jsonl").read_bytes()
    assert http.get("/api/datasets/python/versions/1/files/train.jsonl").content == train
    assert http.get("/api/datasets/python/versions/1/files/manifest.json").content == (first / "manifest.json").read_bytes()
    lines = [json.loads(line) for line in train.splitlines()]
    assert len(lines) == 12
    for line in lines:
        assert set(line) == {"messages"}
        assert line["messages"][0] == {"role": "system", "content": "You answer in Hinglish."}
        assert line["messages"][-1]["role"] == "assistant"
        assert line["messages"][-1]["content"].startswith("Chai, hamesha chai.")
    manifest = json.loads((first / "manifest.json").read_bytes())
    files = {file["name"]: file for file in manifest["files"]}
    assert files["train.jsonl"]["sha256"] == hashlib.sha256(train).hexdigest()
    lineage = [json.loads(line) for line in (first / "lineage.jsonl").read_bytes().splitlines()]
    assert {entry["exchange_id"] for entry in lineage} == wanted
    for entry, line in zip(lineage, train.splitlines()):
        assert entry["sha256"] == hashlib.sha256(line).hexdigest()
    assert gleaner.run("dataset", "verify", str(first)).returncode == 0
    explained = gleaner.run("dataset", "explain", "python", "3").stdout
    assert lineage[2]["exchange_id"] in explained and "asha" in explained and "python@1" in explained
    (first / "train.jsonl").write_bytes(train[:-20])
    broken = gleaner.run("dataset", "verify", str(first), check=False)
    assert broken.returncode == 1 and "manifest_mismatch" in broken.stdout
