"""Evaluators of a running server: what lands is measured, corrected, filled in and erased."""

import json
import time

import httpx2 as httpx
import pytest

from gleaner import Gleaner, wait_until

POLICY = {
    "evaluators": [
        {"kind": "code_mix"}, {"kind": "transliteration"}, {"kind": "refusal"}, {"kind": "length"}, {"kind": "latency"},
        {"kind": "overlap"}, {"kind": "relevance", "embeddings": {"model": "demo-embedding-1"}},
        {"kind": "command", "name": "mine", "uses": "lines"},
    ]
}
PROGRAM = """#!/bin/bash
while read -r line; do
  id=$(echo "$line" | sed 's/.*"exchange":"\\([^"]*\\)".*/\\1/')
  echo "{\\"exchange\\":\\"$id\\",\\"values\\":{\\"bytes\\":${#line},\\"secrets\\":$(env | grep -c '^GLEANER_')}}"
done
"""


class World:
    def __init__(self, gleaner):
        self.gleaner = gleaner
        self.key = gleaner.make_key("admin", "gateway", "feedback", "read", "review")
        self.http = httpx.Client(base_url=gleaner.api, headers={"Authorization": f"Bearer {self.key}"}, timeout=30)

    def say(self, text, answer=None):
        """An exchange that a backend had by itself: prompt and answer are ours."""
        response = {
            "id": "c", "object": "chat.completion", "model": "ours", "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer or text}}]}
        logged = self.http.post("/exchanges", json={
            "request": {"model": "ours", "messages": [{"role": "user", "content": text}]}, "response": response,
            "duration_ms": 812})
        assert logged.status_code == 202, logged.text
        exchange = logged.json()["exchanges"][0]["id"]
        self.gleaner.row(exchange)
        return exchange

    def values(self, exchange, evaluator):
        results = self.http.get(f"/evaluators/exchanges/{exchange}").json()["results"]
        return {r["measure"]: r["value"] for r in results if r["evaluator"] == evaluator}


@pytest.fixture(scope="module")
def world(provider, tmp_path_factory):
    from conftest import make_database

    directory = tmp_path_factory.mktemp("evaluators")
    program = directory / "lines"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    directory.chmod(0o755)
    databases = make_database()
    gleaner = Gleaner(provider.url, next(databases), GLEANER_EVALUATOR_COMMANDS=f"lines={program}")
    gleaner.start()
    yield World(gleaner)
    gleaner.stop()
    next(databases, None)


def test_a_policy_is_put_in_force_and_mistakes_are_named(world):
    before = world.say("Namaste, kal milte hain")
    assert world.http.get("/evaluators/policy").json()["version"] == 0
    wrong = world.http.put("/evaluators/policy", json={"evaluators": [{"kind": "magic"}]})
    assert wrong.status_code == 400 and "`kind`" in wrong.json()["error"]["message"]
    put = world.http.put("/evaluators/policy", params={"note": "first"}, json=POLICY)
    assert put.status_code == 200 and put.json()["version"] == 1 and put.headers["etag"] == '"1"'
    again = world.http.put("/evaluators/policy", json={"evaluators": []}, headers={"If-Match": '"0"'})
    assert again.status_code == 409 and again.json()["error"]["code"] == "evaluator_policy_conflict"
    assert world.http.get(f"/evaluators/exchanges/{before}").json()["results"] == []


def test_what_lands_is_measured_by_all_of_them(world):
    time.sleep(2.1)  # whether a project has evaluators is read again after two seconds
    exchange = world.say("Mera phone hang ho raha hai, kya karun? Phone nahi chal raha.")
    wait_until("it is measured", lambda: world.values(exchange, "mine"), 20)
    assert 0 < world.values(exchange, "code_mix")["cmi"] <= 50
    assert world.values(exchange, "code_mix")["mix_distance"] == 0
    assert world.values(exchange, "length")["words"] == 12
    assert world.values(exchange, "refusal") == {"refused": 0}
    assert world.values(exchange, "latency")["duration"] == 812
    assert world.values(exchange, "relevance")["similarity"] > 0.99
    assert world.values(exchange, "mine")["secrets"] == 0
    assert world.values(exchange, "overlap") == {}


def test_a_correction_is_compared_with(world):
    exchange = world.say("mujhe nhi pata")
    wait_until("it is measured", lambda: world.values(exchange, "mine"), 20)
    world.http.post("/feedback", json={"exchange_id": exchange, "correction": "mujhe nahi pata"})
    found = wait_until("the correction is seen", lambda: world.values(exchange, "overlap"), 20)
    assert abs(found["chrf"] - 64.15067049823338) < 1e-9 and abs(found["bleu"] - 34.66806371753173) < 1e-9


def test_what_is_stored_is_filled_in_with_progress(world):
    before = world.gleaner.sql("SELECT count(*) FROM gleaner.exchanges")
    job = world.http.post("/evaluators/run", json={"evaluators": ["refusal"]}).json()["job"]

    def done():
        found = world.http.get(f"/jobs/{job}").json()
        return found["state"] == "done" and found

    progress = wait_until("it is done", done, 30)["progress"]
    assert str(progress["exchanges"]) == str(progress["of"]) == before and progress["left"] == 0
    measured = world.gleaner.sql("SELECT count(*) FROM gleaner.evaluator_results WHERE evaluator = 'refusal'")
    assert measured == before
    unknown = world.http.post("/evaluators/run", json={"evaluators": ["nobody"]})
    assert unknown.status_code == 404 and unknown.json()["error"]["code"] == "evaluator_unknown"


def test_reports_answer_and_the_command_line_tells_the_same(world):
    summary = world.http.get("/evaluators/summary").json()["measures"]
    cli = json.loads(world.gleaner.run("evaluators", "results", "--json").stdout)["measures"]
    assert {(m["evaluator"], m["measure"]) for m in summary} == {(m["evaluator"], m["measure"]) for m in cli}
    assert world.http.get("/evaluators/spelling").json()["answers"] >= 2
    assert world.http.get("/evaluators/judge").json().get("overall") is None
    assert world.http.get("/evaluators/summary?from=tomorrow").status_code == 400
    assert world.http.get("/evaluators/judge?by=mood").status_code == 400
    assert "code_mix" in world.gleaner.run("evaluators", "list").stdout
    assert "pair agreement" in world.gleaner.run("evaluators", "spelling").stdout


def test_results_go_with_their_exchange(world):
    exchange = world.say("Yeh baat bhool jao")
    wait_until("it is measured", lambda: world.values(exchange, "mine"), 20)
    proposed = world.http.post("/erasures", json={"exchange": exchange, "reason": "asked to"}).json()
    assert world.http.post(f"/erasures/{proposed['id']}/confirm").status_code == 202
    wait_until(
        "it is gone", lambda: world.gleaner.sql(
            f"SELECT count(*) FROM gleaner.evaluator_results WHERE exchange_id = '{exchange}'") == "0", 30)
