"""The review queue over HTTP: many clients at once, one that is killed, what items tell, and whose they are."""

import json
import subprocess
import sys
import threading
import time

import httpx2 as httpx
import pytest

from gleaner import Gleaner, wait_until


@pytest.fixture(scope="module")
def queue(provider):
    """A Gleaner of its own, whose queue holds what these tests put there."""
    from conftest import make_database

    database = make_database()
    running = Gleaner(provider.url, next(database))
    running.start()
    running.admin_key = running.make_key("admin")
    yield Queue(running)
    running.stop()
    next(database, None)


class Queue:
    def __init__(self, gleaner):
        self.gleaner = gleaner
        self.http = self.client()

    def client(self):
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.gleaner.port}", timeout=60,
            headers={"Authorization": f"Bearer {self.gleaner.admin_key}"})

    def settings(self, **settings):
        document = {"double_review_share": 0, "gold_share": 0, **settings}
        assert self.http.put("/api/review-settings", json=document).status_code == 200
        time.sleep(2.1)  # known for two seconds at a time

    def fill(self, number, name):
        """So many exchanges that are all drawn; nothing else waits."""
        self.gleaner.sql("UPDATE gleaner.review_slots SET state = 'skipped' WHERE state IN ('open', 'leased')")
        ids = []
        for count in range(number):
            answer = self.http.post("/v1/chat/completions", json={
                "model": "demo-health-1", "messages": [{"role": "user", "content": f"{name} {count}"}]})
            ids.append(answer.headers["x-gleaner-exchange-id"])
        for exchange in ids:
            self.gleaner.row(exchange)
        rule = self.http.post("/api/sampling-rules", json={"name": name, "probability": 1, "backlog": True})
        assert rule.status_code == 200, rule.text
        job = rule.json()["backlog_job"]
        wait_until("what was there before is drawn", lambda: self.http.get(f"/api/jobs/{job}").json()["state"] == "done", 30)
        assert self.http.delete(f"/api/sampling-rules/{name}").status_code == 204
        self.gleaner.sql(
            "UPDATE gleaner.review_slots SET state = 'skipped' WHERE state = 'open' AND exchange_id NOT IN ("
            + ", ".join(f"'{exchange}'" for exchange in ids) + ")")
        return ids

    def next(self, reviewer, client=None, **more):
        answer = (client or self.http).post("/api/reviews/next", json={"reviewer": reviewer, **more})
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.status_code == 200 else None

    def submit(self, item, score=4, client=None, **more):
        return (client or self.http).post("/api/reviews", json={
            "slot": item["slot"]["id"], "lease_token": item["slot"]["lease_token"],
            "scores": {question: score for question in item["questions"]}, **more})


def lease(item):
    return {"slot": item["slot"]["id"], "lease_token": item["slot"]["lease_token"]}


def test_fifty_clients_give_each_item_two_reviews_by_two_people(queue):
    queue.settings(slots=2, disagreement_spread=4)
    wanted = queue.fill(30, "fifty")
    seen, lock, failures = [], threading.Lock(), []

    def work(number):
        # Ten people with five windows each.
        reviewer = f"reviewer-{number % 10}"
        try:
            with queue.client() as client:
                while item := queue.next(reviewer, client):
                    assert queue.submit(item, client=client).status_code == 200
                    with lock:
                        seen.append((reviewer, item["slot"]["id"], item["exchange_id"]))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures[:3]
    assert len(seen) == 60 == len({slot for _, slot, _ in seen})
    for exchange in wanted:
        assert len({reviewer for reviewer, _, of in seen if of == exchange}) == 2
    done = queue.gleaner.sql(
        "SELECT count(*), count(DISTINCT (exchange_id, reviewer)) FROM gleaner.reviews WHERE exchange_id IN ("
        + ", ".join(f"'{exchange}'" for exchange in wanted) + ")")
    assert done == "60|60"


def test_slot_k_plus_1_cannot_exist(queue):
    queue.settings(slots=2)
    [exchange] = queue.fill(1, "limit")
    for slot, limit in [(3, 2), (3, 3)]:
        statement = f"""
            INSERT INTO gleaner.review_slots (id, project_id, exchange_id, is_gold, slot, slot_limit, position, state, created_at)
            SELECT gen_random_uuid(), project_id, exchange_id, false, {slot}, {limit}, 0, 'open', now()
            FROM gleaner.review_items WHERE exchange_id = '{exchange}'"""
        done = subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", queue.gleaner.conninfo(), "-c", statement],
            capture_output=True, text=True)
        assert done.returncode != 0 and "violates" in done.stderr, done.stderr
    assert queue.gleaner.sql(f"SELECT count(*) FROM gleaner.review_slots WHERE exchange_id = '{exchange}'") == "2"


TAKER = """
import json, sys, time, urllib.request
url, key = sys.argv[1:]
request = urllib.request.Request(url + "/api/reviews/next", json.dumps({"reviewer": "doomed"}).encode(),
                                 {"Authorization": "Bearer " + key, "Content-Type": "application/json"})
print(urllib.request.urlopen(request).read().decode(), flush=True)
time.sleep(600)
"""


def test_what_a_killed_client_held_comes_to_the_next(queue):
    queue.settings(lease_seconds=60)
    [exchange] = queue.fill(1, "killed")
    base = f"http://127.0.0.1:{queue.gleaner.port}"
    child = subprocess.Popen([sys.executable, "-c", TAKER, base, queue.gleaner.admin_key], stdout=subprocess.PIPE, text=True)
    taken = json.loads(child.stdout.readline())
    assert taken["exchange_id"] == exchange
    child.kill()
    child.wait()
    assert queue.next("heir") is None
    queue.gleaner.sql("UPDATE gleaner.review_slots SET leased_until = leased_until - interval '58 s' WHERE state = 'leased'")
    item = wait_until("the lease has run out", lambda: queue.next("heir"), 20)
    assert item["slot"]["id"] == taken["slot"]["id"] and "draft" not in item
    late = queue.submit(taken)
    assert late.status_code == 409 and late.json()["error"]["code"] == "lease_lost"
    assert queue.submit(item).status_code == 200


def test_a_heartbeat_keeps_an_item_and_a_draft_comes_back(queue):
    queue.settings(lease_seconds=60)
    queue.fill(1, "beating")
    item = queue.next("asha")
    draft = {**lease(item), "scores": {"accuracy": 2}, "correction": "Aadha"}
    assert queue.http.put("/api/reviews/draft", json=draft).status_code == 204
    for _ in range(3):
        queue.gleaner.sql("UPDATE gleaner.review_slots SET leased_until = now() + interval '2 s' WHERE state = 'leased'")
        time.sleep(1)
        assert queue.http.post("/api/reviews/heartbeat", json=lease(item)).status_code == 200
        time.sleep(1.5)
        assert queue.next("ravi") is None
    again = queue.next("asha", resume=True)
    assert lease(again) == lease(item)
    assert again["draft"] == {"answers": {}, "correction": "Aadha", "scores": {"accuracy": 2}}
    assert queue.http.post("/api/reviews/decline", json={**lease(item), "reason": "my own bot"}).status_code == 204
    assert queue.next("asha") is None and queue.next("ravi")


def test_a_submission_can_be_taken_back(queue):
    queue.settings()
    queue.fill(1, "undone")
    assert queue.submit(queue.next("asha"), 1, correction="Naya").status_code == 200
    again = queue.http.post("/api/reviews/undo", json={"reviewer": "asha"})
    assert again.status_code == 200 and again.json()["draft"]["correction"] == "Naya"
    assert queue.submit(again.json(), 5).status_code == 200
    nothing = queue.http.post("/api/reviews/undo", json={"reviewer": "nobody"})
    assert nothing.status_code == 409 and nothing.json()["error"]["code"] == "nothing_to_undo"


def test_a_key_that_reviews_is_one_reviewer_by_its_own_name(queue):
    queue.settings(slots=2)
    queue.fill(2, "own")
    own = queue.gleaner.run("keys", "create", "--project", "default", "--name", "asha", "--scope", "review").stdout.strip()
    with queue.client() as client:
        client.headers["Authorization"] = f"Bearer {own}"
        for path in ["reviews/next", "reviews/undo", "comparisons/next"]:
            refused = client.post(f"/api/{path}", json={"reviewer": "ravi"})
            assert refused.status_code == 403 and refused.json()["error"]["code"] == "reviewer_not_yours", path
        assert client.get("/api/reviews/progress", params={"reviewer": "ravi"}).status_code == 403
        item = client.post("/api/reviews/next", json={}).json()
        assert queue.submit(item, client=client).status_code == 200
        assert client.post("/api/reviews/undo", json={"reviewer": "asha"}).json()["exchange_id"] == item["exchange_id"]
        progress = client.get("/api/reviews/progress", params={"reviewer": "asha"}).json()
        assert progress["open"] in (0, 1, 10, 100) and "pace" in progress
    assert queue.gleaner.sql("SELECT DISTINCT leased_by FROM gleaner.review_slots WHERE state = 'leased'") == "asha"


def test_an_item_tells_nothing_of_models_ratings_or_others(queue):
    queue.settings(slots=2)
    [exchange] = queue.fill(1, "blind")
    queue.http.post("/api/feedback", json={"exchange_id": exchange, "thumb": "down", "rater": "canary-rater", "comment": "canary-comment"})
    assert queue.submit(queue.next("canary-reviewer"), 1, comment="canary-verdict").status_code == 200
    item = queue.next("asha")
    text = json.dumps(item)
    for canary in ["canary", "demo-health", "variant", "model", "provider", "thumb", "route"]:
        assert canary not in text.replace("blind 0", ""), canary
    assert set(item) == {"slot", "exchange_id", "rubric", "questions", "form", "messages", "answer", "readable"}


@pytest.mark.parametrize("field", ["role", "project_id", "cost", "tenant_id", "is_gold"])
def test_a_field_that_is_not_the_senders_is_refused(queue, field):
    slot = {"slot": "01a1fcb3-7a28-714e-8fb2-3fb67df7d86e", "lease_token": "01a1fcb3-7a28-714e-8fb2-3fb67df7d86f"}
    exchange = {"exchange_id": slot["slot"]}
    for method, path, body in [
        ("POST", "reviews/next", {"reviewer": "a"}), ("POST", "reviews", {**slot, "scores": {}}),
        ("POST", "reviews/skip", slot), ("POST", "reviews/decline", {**slot, "reason": "x"}),
        ("POST", "reviews/heartbeat", slot), ("PUT", "reviews/draft", slot), ("POST", "reviews/undo", {"reviewer": "a"}),
        ("POST", "reviews/adjudications", {**exchange, "reason": "x", "scores": {}}),
        ("PUT", "reviews/gold", {**exchange, "scores": {"accuracy": 3}}), ("PUT", "review-settings", {}),
        ("POST", "rubrics", {"name": "a", "questions": [{"name": "a", "kind": "scale", "text": "A?"}]}),
        ("POST", "samples/pick", {"exchange_ids": [slot["slot"]]}), ("POST", "sampling-rules", {"name": "a", "probability": 1}),
        ("POST", "comparisons", {"kind": "shadow", "exchange_a": slot["slot"], "exchange_b": slot["lease_token"]}),
        ("POST", "comparisons/find", {"kind": "shadow"}), ("POST", "comparisons/next", {"reviewer": "a"}),
        ("POST", "comparisons/verdicts", {"comparison": slot["slot"], "lease_token": slot["slot"], "preferred": "tie"}),
    ]:
        answer = queue.http.request(method, f"/api/{path}", json={**body, field: 1})
        assert answer.status_code == 400 and field in answer.text, (path, answer.text)


def test_another_projects_ids_get_the_answer_of_those_that_are_not_there(queue):
    queue.settings()
    [exchange] = queue.fill(1, "mine")
    item = queue.next("asha")
    stranger = queue.gleaner.run("keys", "create", "--project", "other", "--scope", "admin").stdout.strip()
    absent = "01a1fcb3-7a28-714e-8fb2-3fb67df7d86e"

    def answers(id_, slot):
        for method, path, body in [
            ("POST", "reviews", {**slot, "scores": {"accuracy": 1}}), ("POST", "reviews/skip", slot),
            ("POST", "reviews/decline", {**slot, "reason": "x"}), ("POST", "reviews/heartbeat", slot),
            ("PUT", "reviews/draft", slot), ("PUT", "reviews/gold", {"exchange_id": id_, "scores": {"accuracy": 3}}),
            ("DELETE", f"reviews/gold/{id_}", None), ("POST", "samples/pick", {"exchange_ids": [id_]}),
            ("POST", "reviews/adjudications", {"exchange_id": id_, "reason": "x", "scores": {
                question: 3 for question in item["questions"]}}),
        ]:
            answer = queue.http.request(
                method, f"/api/{path}", json=body, headers={"Authorization": f"Bearer {stranger}"})
            error = answer.json()["error"]
            del error["request_id"]
            yield path.split("/0")[0], answer.status_code, json.dumps(error).replace(id_, "ID")

    foreign = list(answers(exchange, lease(item)))
    unknown = list(answers(absent, {"slot": absent, "lease_token": absent}))
    assert [(a, b) for _, a, b in foreign] == [(a, b) for _, a, b in unknown]
    assert {status for _, status, _ in foreign} == {404, 409}
    assert queue.submit(item).status_code == 200


def test_estimates_and_agreement_on_the_command_line(queue):
    queue.settings(slots=2)
    queue.fill(12, "told")
    for reviewer, score in [("asha", 4), ("ravi", 5)]:
        while item := queue.next(reviewer):
            queue.submit(item, score)
    estimate = json.loads(queue.gleaner.run("review", "estimate", "--by", "rule", "--json").stdout)
    told = next(part for part in estimate["slices"] if part["value"] == "told")
    assert told["drawn"] >= 12 and 0 < told["response"] <= 1
    assert estimate == {**json.loads(queue.http.get("/api/estimates?by=rule").text), "from": estimate["from"], "to": estimate["to"]}
    shown = queue.gleaner.run("review", "estimate").stdout
    assert "accuracy: " in shown and "effective" in shown
    agreement = queue.http.get("/api/reviews/agreement").json()
    assert {"asha", "ravi"} <= {reviewer["reviewer"] for reviewer in agreement["reviewers"]}
    told = queue.gleaner.run("review", "agreement").stdout
    assert "accuracy (default@2): alpha" in told and "asha and ravi, accuracy (default@2): kappa" in told
    assert "* default@2" in queue.gleaner.run("review", "rubric").stdout
    assert queue.gleaner.run("review", "--progress").stdout.startswith("open ")
    assert queue.http.get("/api/estimates?by=colour").json()["error"]["code"] == "slice_unknown"
