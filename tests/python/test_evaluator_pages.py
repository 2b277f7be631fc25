"""The console's pages of evaluators in Chromium: switching them on, what they tell, a person's edits, phone and desktop."""

import re
import urllib.request

import httpx2 as httpx
import pytest

from browser import DESKTOP, PHONE
from gleaner import Gleaner, wait_until
from model_world import EVIL, ModelWorld

TEXTS = [
    ("Mera phone hang ho raha hai", "Phone ko restart karo, phir bhi problem ho to batao."),
    ("Chai kaise banate hain?", "Pehle paani ubaalo, phir patti daalo."),
    ("What is the capital of India?", "The capital of India is New Delhi."),
    ("Ek secret batao", "I'm sorry, but I can't help with that."),
    ("Mujhe nahi pata", "Mujhe bhi nhi pata, nahi pata yaar, nahi."),
]


@pytest.fixture(scope="module")
def world(provider):
    from conftest import make_database

    databases = make_database()
    running = Gleaner(provider.url, next(databases))
    running.start()
    world = ModelWorld(running)
    key = running.make_key("admin", "gateway", "feedback", "read", "review")
    world.http = httpx.Client(base_url=running.api, headers={"Authorization": f"Bearer {key}"}, timeout=30)
    yield world
    world.http.close()
    running.stop()
    next(databases, None)


def log(world, rounds):
    """Exchanges that a backend had by itself."""
    ids = []
    for number in range(rounds):
        for user, answer in TEXTS:
            response = {"id": "c", "object": "chat.completion", "model": EVIL if number == 0 else "ours", "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}}]}
            logged = world.http.post("/exchanges", json={
                "request": {"model": "ours", "messages": [{"role": "user", "content": user}]}, "response": response,
                "duration_ms": 700 + number})
            assert logged.status_code == 202, logged.text
            ids.append(logged.json()["exchanges"][0]["id"])
    world.gleaner.row(ids[-1])
    return ids


def follow(page, what):
    """Clicks, and waits for the page that comes of it."""
    with page.expect_navigation():
        what.click()


def measured(world, evaluator):
    return int(world.gleaner.sql(
        f"SELECT count(DISTINCT exchange_id) FROM gleaner.evaluator_results WHERE evaluator = '{evaluator}'"))


def test_nothing_is_measured_until_somebody_switches_it_on_and_asks_for_what_is_stored(chromium, world):
    log(world, 4)
    visitor = chromium.visitor(world.base, world.joined("root", "admin"))
    page = visitor.page
    visitor.open("/quality")
    follow(page, page.get_by_role("link", name="Evaluators"))
    assert "Nothing is measured yet" in page.locator("main").inner_text()
    follow(page, page.get_by_role("button", name="Switch on the standard evaluators"))
    assert page.locator("main tbody tr").count() == 8
    assert world.http.get("/evaluators/policy").json()["policy"]["evaluators"][0]["kind"] == "code_mix"
    follow(page, page.get_by_role("button", name="Measure it"))
    wait_until("all is measured", lambda: measured(world, "refusal") == 20, 30)
    # What rollups count of it, asked for by hand: a server looks once a minute.
    world.gleaner.run("rollups", "rebuild")
    visitor.open("/evaluators")
    row = page.locator("tr", has=page.get_by_role("link", name="refusal"))
    assert "refused 20 %" in row.inner_text() and "runs" in row.inner_text()
    assert "nothing waits" in page.get_by_role("status").first.inner_text()
    visitor.check()
    visitor.close()


def test_shares_and_pauses_are_set_with_a_click_and_mistakes_are_told(chromium, world):
    visitor = chromium.visitor(world.base, world.joined("root", "admin"))
    page = visitor.page
    visitor.open("/evaluators")
    page.get_by_label("Share of length, percent").fill("25")
    follow(page, page.locator("tr", has=page.get_by_role("link", name="length")).get_by_role("button", name="Set"))
    follow(page, page.get_by_role("button", name="Pause repetition"))
    assert "paused" in page.locator("tr", has=page.get_by_role("link", name="repetition")).inner_text()
    policy = {e["name"]: e for e in world.http.get("/evaluators/policy").json()["policy"]["evaluators"]}
    assert policy["length"]["share"] == 0.25 and policy["repetition"]["paused"] is True
    follow(page, page.get_by_role("button", name="Go on with repetition"))
    policy = {e["name"]: e for e in world.http.get("/evaluators/policy").json()["policy"]["evaluators"]}
    assert "paused" not in policy["repetition"]
    visitor.close()
    admin, csrf = world.session("root", "admin")
    with admin:
        assert "above 0 up to 1" in admin.post("/evaluators/length/share", data={"csrf": csrf, "percent": "0"}).text
        assert admin.post("/evaluators/length/share", data={"csrf": csrf, "percent": "much"}).status_code == 400
        assert admin.post("/evaluators/nobody/pause", data={"csrf": csrf}).status_code == 404
        assert admin.get("/evaluators/nobody").status_code == 404
    engineer, csrf = world.session("esha", "engineer")
    with engineer:
        assert engineer.post("/evaluators/length/share", data={"csrf": csrf, "percent": "5"}).status_code == 403
        shown = engineer.get("/evaluators").text
        assert "Pause" in shown and 'name="percent"' not in shown and "Measure it" not in shown


def test_one_evaluator_tells_its_figures_with_intervals_by_slice_and_leads_to_exchanges(chromium, world):
    visitor = chromium.visitor(world.base, world.joined("root", "admin"))
    page = visitor.page
    visitor.open("/evaluators/code_mix?by=model")
    text = page.locator("main").inner_text()
    assert "cmi, with the 95 % interval" in text and "By model" in text and EVIL in text
    assert page.locator("main img").count() == 0
    page.get_by_text("How well the language of words is told").click()
    assert "0.998" in page.locator("details", has_text="How well").inner_text()
    page.locator("select[name=measure]").select_option("mix_distance")
    follow(page, page.get_by_role("button", name="Show"))
    assert "mix distance, with the 95 % interval" in page.locator("main").inner_text()
    follow(page, page.locator("section", has=page.get_by_role("heading", name="Highest")).get_by_role("link").first)
    own = page.locator("section", has=page.get_by_role("heading", name="Measured"))
    assert "code_mix cmi" in own.inner_text() and "refused no" in own.inner_text()
    own.get_by_text("code_mix").click()
    assert "mix distance" in own.inner_text() and "version 1" in own.inner_text()
    visitor.check()
    visitor.close()


def test_a_correction_by_api_has_the_comparison_made_again_and_the_old_one_kept(world):
    exchange = world.gleaner.sql("SELECT id FROM gleaner.exchanges ORDER BY id DESC LIMIT 1")

    def results(key="results"):
        found = world.http.get(f"/evaluators/exchanges/{exchange}").json()[key]
        return {r["measure"]: r["value"] for r in found if r["evaluator"] == "overlap"}

    world.http.post("/feedback", json={"exchange_id": exchange, "correction": "Pata nahi.", "rater": "a"})
    first = wait_until("it is compared", results, 30)
    world.http.post("/feedback", json={
        "exchange_id": exchange, "correction": "Mujhe bhi nhi pata, nahi pata yaar, nahi.", "rater": "a"})
    wait_until("it is compared again", lambda: results().get("chrf", 0) > 99, 30)
    assert results("superseded")["chrf"] == first["chrf"] < 99
    world.gleaner.run("rollups", "rebuild")
    estimates = world.http.get("/evaluators/estimates").json()["estimates"]
    chrf = next(e for e in estimates if e["measure"] == "chrf")
    assert chrf["count"] == 1 and chrf["value"] > 99
    admin, _ = world.session("root", "admin")
    with admin:
        assert "before another correction" in admin.get(f"/exchanges/{exchange}").text


def test_reports_tell_the_same_by_api_and_command_line(world):
    status = world.http.get("/evaluators/status").json()
    assert status["waiting"] == 0 and len(status["evaluators"]) == 8 and status["backfills"] == []
    corpus = world.http.get("/evaluators/corpus").json()
    assert corpus["rows"][0]["answers"] == 20 and corpus["rows"][0]["cc_paper"] >= corpus["rows"][0]["cc_code"] > 0
    assert corpus["rows"][0]["pair_agreement"] is not None
    by = world.http.get("/evaluators/corpus?by=model&every=day").json()["rows"]
    assert sum(row["answers"] for row in by) == 20 and {row["slice"] for row in by} == {EVIL, "ours"}
    assert world.http.get("/evaluators/corpus?every=year").status_code == 400
    told = world.gleaner.run("evaluators", "corpus").stdout
    assert f"cc_code {corpus['rows'][0]['cc_code']:.3f}" in told
    assert "refusal  share 1.0  measured 20" in world.gleaner.run("evaluators", "status").stdout
    sliced = world.http.get("/evaluators/estimates?by=model").json()["estimates"]
    assert sum(e["count"] for e in sliced if e["measure"] == "refused") == 20
    with urllib.request.urlopen(world.gleaner.admin + "/metrics", timeout=10) as answer:
        metrics = answer.read().decode()
    counted = re.search(r'gleaner_evaluator_results_total\{kind="refusal",outcome="measured"\} ([0-9.]+)', metrics)
    assert float(counted.group(1)) >= 20 and "gleaner_evaluator_lag_seconds" in metrics


def test_a_judge_stands_beside_people_and_is_corrected_by_them(chromium, world):
    policy = world.http.get("/evaluators/policy").json()["policy"]
    policy["evaluators"].append({"kind": "judge", "paused": True, "judge": {"model": "scorer"}})
    assert world.http.put("/evaluators/policy", json=policy).status_code == 200
    # As its jobs would have written it: the demo provider has no model that scores.
    world.gleaner.sql(
        "INSERT INTO gleaner.evaluator_results (shard, exchange_id, evaluator, evaluator_version, measure, project_id, value, "
        "probability, policy_version, created_at) SELECT shard, id, 'judge', '1-aaaa', 'score', project_id, "
        "3 + row_number() OVER (ORDER BY id) % 3, 1, 1, now() FROM gleaner.exchanges")
    scores = '{"relevance": 2, "accuracy": 3, "appropriateness": 4, "natural_language": 4}'
    for table, columns, values in [
            ("samples", "rule_id, rule_version, probability, drawn_at", "gen_random_uuid(), 1, 0.5, now()"),
            ("reviews", "id, reviewer, rubric, scores, lowest, created_at", f"id, 'asha', 'default@1', '{scores}', 2, now()")]:
        world.gleaner.sql(
            f"INSERT INTO gleaner.{table} (shard, exchange_id, project_id, {columns}) SELECT shard, id, project_id, {values} "
            "FROM gleaner.exchanges ORDER BY id LIMIT 12 ON CONFLICT DO NOTHING")
    report = world.http.get("/evaluators/judge").json()["overall"]
    assert report["raw"]["count"] == 20 and report["human"]["value"] == 2 and abs(report["corrected"]["value"] - 2) < 0.5
    visitor = chromium.visitor(world.base, world.joined("root", "admin"))
    page = visitor.page
    visitor.open("/evaluators/judge?question=relevance")
    beside = page.locator("section", has=page.get_by_role("heading", name="Beside people, and corrected by them"))
    cells = beside.locator("tbody tr").first.locator("td").all_inner_texts()
    assert cells[0].startswith(f"{report['raw']['value']:.3g}") and cells[1].startswith("2 (") and cells[2].startswith("2")
    follow(page, page.get_by_role("button", name="Show"))
    assert "question=relevance" in page.url
    for slice in ["prompt", "provider", "source"]:
        visitor.open(f"/evaluators/judge?question=relevance&by={slice}")
        assert beside.locator("tbody tr").count() > 1, slice
    visitor.check()
    visitor.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_no_wider_than_the_window(chromium, world, shape, scheme, tmp_path):
    visitor = chromium.visitor(world.base, world.joined("root", "admin"), viewport=shape, scheme=scheme)
    exchange = world.gleaner.sql("SELECT id FROM gleaner.exchanges ORDER BY id DESC LIMIT 1")
    for path in ["/evaluators", "/evaluators/code_mix?by=model", "/evaluators/overlap", "/evaluators/judge", f"/exchanges/{exchange}"]:
        assert visitor.open(path).status == 200
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
        visitor.shoot(tmp_path / (re.sub("[^a-z]", "-", path) + ".png"))
    visitor.check()
    visitor.close()
