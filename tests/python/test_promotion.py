"""Promotion by policy, by command and over HTTP: previews, differences, approvals, policies and benchmarks."""

import json
import shutil

import httpx2 as httpx  # what the SDK itself uses
import pytest

from gleaner import Gleaner, wait_until


@pytest.fixture
def promoting(provider, fresh_database):
    running = Gleaner(provider.url, fresh_database)
    running.start()
    headers = {"Authorization": f"Bearer {running.make_key('admin')}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{running.port}", headers=headers, timeout=30) as client:
        running.http = client
        yield running
    running.stop()
    shutil.rmtree(running.directory, ignore_errors=True)


def say(http, text, conversation):
    answer = http.post("/v1/chat/completions", headers={"X-Gleaner-Conversation": conversation, "X-Gleaner-End-User": conversation},
                       json={"model": "demo-hinglish-1", "messages": [{"role": "user", "content": text}]})
    assert answer.status_code == 200
    return answer.headers["x-gleaner-exchange-id"]


TEST = "the quick brown fox jumps over a lazy dog while thirteen more words follow it in a row"
OPEN = {"near_duplicates": {"prompt": {"keep": None}, "answer": {"keep": None}}, "holdout_share": 0, "validation_share": 0}


def test_from_a_preview_to_an_approved_version(promoting, tmp_path):
    gleaner, http = promoting, promoting.http
    ids = [say(http, f"sawaal number {n}: {'shabd ' * n}", f"promotion-{n}") for n in range(12)]
    ids.append(say(http, TEST, "promotion-leak"))
    for one in ids:
        gleaner.row(one)
        for rater in ("asha", "ravi", "leela", "omar"):
            assert http.post("/api/feedback", json={"exchange_id": one, "thumb": "up", "rater": rater}).status_code == 202
    # Four of four are .510 by Wilson, and no more.
    policy = {**OPEN, "name": "promotion", "minimum_rating": {"wilson_lower": 0.51}, "approvals": 1}
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy))
    document = json.loads(gleaner.run("dataset", "policy", "check", str(file)).stdout)
    assert document["maximum_per_end_user"] == 20 and document["minimum_rating"]["wilson_lower"] == 0.51
    assert gleaner.run("dataset", "policy", "save", str(file)).stdout == "promotion@1\n"
    bad = tmp_path / "bad.json"
    bad.write_text('{"minimum_rating":{"wilson":0.5}}')
    refused = gleaner.run("dataset", "policy", "check", str(bad), check=False)
    assert refused.returncode == 1 and "minimum_rating.wilson" in refused.stderr

    preview = http.post("/api/datasets/promotion/preview", json={"policy_name": "promotion"}).json()
    assert preview["statistics"]["train"] == 13 and gleaner.run("dataset", "list").stdout.count("promotion") == 0
    bench = tmp_path / "bench.jsonl"
    bench.write_text(json.dumps({"question": TEST, "id": 1}) + "\n")
    assert gleaner.run("dataset", "benchmark", "add", "foxes", str(bench)).stdout == "foxes: 1 texts\n"
    text = gleaner.run("dataset", "preview", "promotion", "--policy", str(file)).stdout
    assert "left out, contaminated: 1" in text and "benchmark foxes: 13 words in a row" in text and ids[-1] in text

    built = http.post("/api/datasets/promotion/versions", json={"policy_name": "promotion"}).json()
    assert built["examples"] == 12 and built["excluded"] == {"contaminated": 1}
    # Nobody exports it before somebody else has looked at it.
    early = gleaner.run("dataset", "export", "promotion", "--output", str(tmp_path / "out"), check=False)
    assert early.returncode == 1 and "dataset_not_approved" in early.stderr
    mine = http.post("/api/datasets/promotion/versions/1/approvals", json={})
    assert mine.status_code == 409 and mine.json()["error"]["code"] == "approval_by_builder"
    assert "1 of 1 approvals" in gleaner.run("dataset", "approve", "promotion", "--note", "read").stdout
    gleaner.run("dataset", "export", "promotion", "--output", str(tmp_path / "out"))
    assert len((tmp_path / "out" / "train.jsonl").read_text().splitlines()) == 12

    # Corrected since: the difference says so, and which policy members have changed.
    correction = {"exchange_id": ids[0], "correction": "behtar jawab", "rater": "asha"}
    assert http.post("/api/feedback", json=correction).status_code == 202
    wait_until("the correction is there", lambda: gleaner.sql(
        f"SELECT count(*) FROM gleaner.feedback WHERE exchange_id = '{ids[0]}' AND kind = 'correction'") == "1", 20)
    file.write_text(json.dumps({**policy, "accept_user_corrections": True, "approvals": 0}))
    gleaner.run("dataset", "build", "promotion", "--policy", str(file))
    diff = http.get("/api/datasets/promotion/versions/2/diff").json()
    assert (diff["added"], diff["gone"], diff["changed"], diff["same"]) == (0, 0, 1, 11)
    assert diff["policy_changes"] == ["accept_user_corrections", "approvals"]
    assert diff["changed_lines"][0]["answer"] == "behtar jawab"
    assert "1 changed" in gleaner.run("dataset", "diff", "promotion").stdout
    assert [p["version"] for p in http.get("/api/policies").json()["policies"] if p["name"] == "promotion"] == [2]
    assert http.delete("/api/benchmarks/foxes").status_code == 204
    assert http.delete("/api/benchmarks/foxes").json()["error"]["code"] == "benchmark_unknown"


def test_pairs_and_labels_from_what_people_said(promoting, tmp_path):
    gleaner, http = promoting, promoting.http
    good, bad = say(http, "pairs: kya haal hai aaj ka", "pairs-1"), say(http, "pairs: mausam kaisa hai kal", "pairs-2")
    for one in (good, bad):
        gleaner.row(one)
    assert http.post("/api/feedback", json={"exchange_id": good, "thumb": "up", "rater": "asha"}).status_code == 202
    assert http.post("/api/feedback", json={"exchange_id": bad, "thumb": "down", "rater": "asha"}).status_code == 202
    assert http.post("/api/feedback", json={"exchange_id": bad, "correction": "kal baarish hai", "rater": "asha"}).status_code == 202
    wait_until("it is all there", lambda: gleaner.sql(
        f"SELECT count(*) FROM gleaner.feedback WHERE exchange_id IN ('{good}', '{bad}')") == "3", 20)

    def lines(name, kind, **members):
        policy = {**OPEN, "name": name, "kind": kind, "accept_user_corrections": True, **members}
        assert http.post(f"/api/datasets/{name}/versions", json={"policy": policy}).status_code == 201
        gleaner.run("dataset", "export", name, "--output", str(tmp_path / name))
        return [json.loads(line) for line in (tmp_path / name / "train.jsonl").read_text().splitlines()]

    pairs = lines("pairs", "preference")
    pair = next(p for p in pairs if p["preferred_output"][0]["content"] == "kal baarish hai")
    assert pair["input"]["messages"][-1]["content"] == "pairs: mausam kaisa hai kal"
    assert pair["non_preferred_output"][0]["content"] != "kal baarish hai"
    unpaired = lines("labels", "unpaired", accept_user_corrections=False)
    # The usual format of a labelled set is TRL's.
    labels = {line["prompt"][0]["content"]: line["label"] for line in unpaired}
    assert labels["pairs: kya haal hai aaj ka"] is True and labels["pairs: mausam kaisa hai kal"] is False
    for name in ("pairs", "labels"):
        verified = json.loads(gleaner.run("dataset", "verify", str(tmp_path / name), "--json", check=False).stdout)
        assert [f["code"] for f in verified["findings"] if f["severity"] == "error"] == ["too_few_examples"]
