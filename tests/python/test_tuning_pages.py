"""The console's pages of fine-tunes, evaluations and canaries in Chromium: what it costs, the word, the curve; verdicts; a pin."""

import json
import tempfile

import pytest

from browser import DESKTOP, PHONE
from gleaner import Gleaner, Process, free_port, wait_until
from model_world import EVIL, POLICY, ModelWorld, evaluate, judge, look_often, start_canary


@pytest.fixture(scope="module")
def trainer():
    """The demo provider; each stage of its jobs takes half a second."""
    directory = tempfile.mkdtemp(prefix="gleaner-trainer-")
    port = free_port()
    process = Process(
        ["provider", "--demo", "--listen", f"127.0.0.1:{port}", "--tuning-stage", "500"], {}, f"{directory}/trainer.log")
    wait_until("the trainer listens", lambda: "listening on" in process.text())
    yield f"http://127.0.0.1:{port}/v1"
    process.stop()


@pytest.fixture(scope="module")
def world(trainer):
    from conftest import make_database

    databases = make_database()
    running = Gleaner(
        trainer, next(databases), GLEANER_TUNING_POLL="200ms", GLEANER_TUNING_SETTLE="1s", GLEANER_CANARY_INTERVAL="1h")
    running.start()
    judge(running)
    policy = running.directory / "policy.json"
    policy.write_text(json.dumps({**POLICY, "approvals": 0}))
    running.run("dataset", "build", "chai", "--policy", str(policy))
    world = ModelWorld(running)
    world.evaluation = evaluate(running)
    world.canary = start_canary(running)
    look_often(running, world.canary)
    yield world
    running.stop()
    next(databases, None)


def visit(chromium, world, handle, role, **settings):
    return chromium.visitor(world.base, world.joined(handle, role), **settings)


def test_a_fine_tune_is_estimated_agreed_to_and_followed_to_its_curve(chromium, world):
    visitor = visit(chromium, world, "root", "admin")
    page = visitor.page
    visitor.open("/datasets/chai/1")
    page.get_by_role("link", name="Fine-tune on it").click()
    page.wait_for_url("**/tuning?dataset=chai&version=1**")
    assert "Nothing was tuned yet" in page.locator("main").inner_text()
    assert page.get_by_label("Dataset version").input_value() == "chai@1"
    page.get_by_label("Base model").fill("demo-hinglish-1")
    page.get_by_label("Suffix, becomes part of the model's name").fill("pages")
    page.get_by_text("How it learns").click()
    assert "learning_rate_multiplier" in page.locator("form[action='/tuning/estimate']").inner_text()
    page.get_by_label("n_epochs").fill("99")
    page.get_by_role("button", name="See what it costs").click()
    assert "n_epochs" in page.get_by_role("alert").inner_text()
    # What was typed stays, and the mistake is mended in its place.
    assert page.get_by_label("Base model").input_value() == "demo-hinglish-1"
    page.get_by_label("n_epochs").fill("2")
    page.get_by_role("button", name="See what it costs").click()
    page.wait_for_selector("[aria-labelledby=cost]")
    cost = page.locator("[aria-labelledby=cost]").inner_text()
    assert "an unknown amount" in cost and "chai, version 1" in cost
    assert "gleaner tune price" in page.locator("ul.warning").inner_text()
    assert world.gleaner.sql("SELECT count(*) FROM gleaner.tuning_jobs") == "0"

    # A price that somebody sets meanwhile makes the estimate stale: it is shown again, with the money.
    world.gleaner.run("tune", "price", "demo-hinglish-1", "8")
    page.get_by_role("button", name="Agree").click()
    assert "Look again" in page.get_by_role("alert").inner_text()
    assert "$" in page.locator("[aria-labelledby=cost]").inner_text()
    assert world.gleaner.sql("SELECT count(*) FROM gleaner.tuning_jobs") == "0"
    page.get_by_role("button", name="Agree").click()
    page.wait_for_url("**/tuning/*-*")
    assert world.gleaner.sql("SELECT confirmed_by FROM gleaner.tuning_jobs") == "root"
    page.get_by_role("status").get_by_text("succeeded").wait_for(timeout=40_000)
    page.reload()
    assert "ft:demo-hinglish-1" in page.locator("[aria-label='The model']").inner_text()
    curve = page.locator("[aria-labelledby=curve] svg path.one")
    assert curve.get_attribute("d").startswith("M0.0,") and curve.get_attribute("d").count("L") >= 2
    assert "train_loss, last 0" in page.locator(".legend").inner_text()
    assert "successfully completed" in page.locator("section[aria-labelledby=events]").inner_text()
    assert page.locator("section[aria-labelledby=checkpoints] dd").count() >= 1
    page.get_by_role("link", name="chai, version 1").click()
    assert "ft:demo-hinglish-1" in page.locator("[aria-labelledby=use]").inner_text()
    visitor.check()
    visitor.close()


def test_a_running_fine_tune_is_cancelled_only_by_who_is_sure(chromium, world):
    visitor = visit(chromium, world, "root", "admin")
    page = visitor.page
    visitor.open("/tuning")
    page.get_by_label("Base model").fill("demo-hinglish-1")
    page.get_by_label("Suffix, becomes part of the model's name").fill("nasty-forever")
    page.get_by_role("button", name="See what it costs").click()
    page.get_by_role("button", name="Agree").click()
    page.wait_for_url("**/tuning/*-*")
    path = "/tuning/" + page.url.split("/")[-1]
    client, csrf = world.session("root", "admin")
    with client:
        answer = client.post(f"{path}/cancel", data={"csrf": csrf})
        assert "say first that you are sure" in answer.text
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Cancel the fine-tune").click()
    page.wait_for_load_state("load")
    assert page.get_by_role("button", name="Cancel the fine-tune").count() == 0
    wait_until("it has ended", lambda: world.gleaner.sql(
        f"SELECT state FROM gleaner.tuning_jobs WHERE id = '{path.split('/')[-1]}'") == "cancelled")
    visitor.check()
    visitor.close()


def test_a_verdict_is_read_rule_by_rule(chromium, world):
    visitor = visit(chromium, world, "vimal", "viewer", javascript=False)
    page = visitor.page
    visitor.open("/evaluations")
    assert page.locator("tbody .badge").first.inner_text() == "fail"
    page.get_by_role("link", name="ft:new").click()
    rows = page.locator("table.rules tbody tr")
    assert [rows.nth(n).locator(".badge").inner_text() for n in range(3)] == ["pass", "fail", "not known"]
    failed = rows.nth(1)
    assert "worse by less than 0.05" in failed.inner_text() and EVIL in failed.inner_text()
    bar = failed.locator("svg.gate")

    def place(kind, name="x"):
        return float(bar.locator(f"rect.{kind}").get_attribute(name))

    # The whole interval is left of what it must not cross, and that is left of 0.
    assert place("span") + place("span", "width") < place("limit") < place("zero")
    assert place("span") < place("mark") < place("span") + place("span", "width")
    assert page.locator("main img").count() == 0
    visitor.close()


def test_a_canary_shows_its_bands_and_is_pinned_unpinned_and_rolled_back(chromium, world):
    path = f"/canaries/{world.canary}"
    visitor = visit(chromium, world, "esha", "engineer")
    page = visitor.page
    visitor.open("/canaries")
    page.get_by_role("link", name="chat").click()
    page.wait_for_url(f"**{path}")
    assert page.locator("ol.steps [aria-current]").inner_text() == "10 %"
    charts = page.locator("figure.chart")
    assert charts.count() == 3 and charts.first.locator("polygon.band").get_attribute("points").count(",") == 60
    page.get_by_label("Why, kept with the decision").fill(f"festival {EVIL}")
    page.get_by_role("button", name="Pin it here").click()
    page.wait_for_load_state("load")
    assert "Pinned by esha" in page.locator("main").inner_text() and EVIL in page.locator("main").inner_text()
    assert world.gleaner.sql(f"SELECT pinned_by FROM gleaner.canaries WHERE id = '{world.canary}'") == "esha"
    page.get_by_role("button", name="Unpin it").click()
    page.wait_for_load_state("load")
    page.get_by_role("button", name="Roll back").click()
    assert "say first that you are sure" in page.get_by_role("alert").inner_text()
    assert world.gleaner.sql(f"SELECT state FROM gleaner.canaries WHERE id = '{world.canary}'") == "running"
    page.get_by_label("Why, kept with the decision").fill("enough")
    page.get_by_label("I am sure").check()
    page.get_by_role("button", name="Roll back").click()
    page.wait_for_load_state("load")
    assert page.get_by_role("status").first.inner_text().startswith("rolled back")
    kinds = page.locator("[aria-labelledby=decisions] li > .badge").all_inner_texts()
    assert kinds == ["roll back", "unpin", "pin", "start"]
    assert "enough" in page.locator("[aria-labelledby=decisions] li").first.inner_text()
    visitor.check()
    visitor.close()


def test_who_may_not_is_refused_and_so_is_what_another_site_sent(world):
    job = world.gleaner.sql("SELECT id FROM gleaner.tuning_jobs LIMIT 1")
    canary = f"/canaries/{world.canary}"
    form = {"set": "chai@1", "base_model": "demo-hinglish-1"}
    tried = [("/tuning/estimate", form), ("/tuning/start", {**form, "confirm": "x"}), (f"/tuning/{job}/cancel", {"sure": "1"})] + [
        (f"{canary}/{word}", {"note": "", "sure": "1"}) for word in ("pin", "unpin", "promote", "rollback", "end")]
    for handle, role in [("vimal", "viewer"), ("rekha", "reviewer"), ("lena", "lead")]:
        client, csrf = world.session(handle, role)
        with client:
            for path, data in tried:
                assert client.post(path, data={"csrf": csrf, **data}).status_code == 403, (role, path)
    engineer, csrf = world.session("esha", "engineer")
    with engineer:
        shown = engineer.post("/tuning/estimate", data={"csrf": csrf, **form})
        assert "an admin starts it" in shown.text and "Agree" not in shown.text
        assert engineer.post("/tuning/start", data={"csrf": csrf, **form, "confirm": "x"}).status_code == 403
    admin, csrf = world.session("root", "admin")
    with admin:
        for path, data in tried:
            assert admin.post(path, data={"csrf": "0" * 64, **data}).status_code == 403, path
        answer = admin.post(f"{canary}/promote", data={"csrf": csrf, "sure": "1"})
        assert "is over" in answer.text
        unknown = admin.post("/tuning/estimate", data={"csrf": csrf, **form, "wish": "1"})
        assert unknown.status_code == 400
        for path in ["/tuning/nothing", "/evaluations/nothing", "/canaries/nothing"]:
            assert admin.get(path).status_code == 404, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_no_wider_than_the_window(chromium, world, shape, scheme, tmp_path):
    if not hasattr(world, "running_canary"):
        world.running_canary = start_canary(world.gleaner, "other")
        look_often(world.gleaner, world.running_canary)
    job = world.gleaner.sql("SELECT id FROM gleaner.tuning_jobs WHERE state = 'succeeded' LIMIT 1")
    visitor = visit(chromium, world, "root", "admin", viewport=shape, scheme=scheme)
    for path in ["/tuning", f"/tuning/{job}", "/evaluations", f"/evaluations/{world.evaluation}", "/canaries",
                 f"/canaries/{world.running_canary}"]:
        assert visitor.open(path).status == 200
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
        visitor.shoot(tmp_path / f"{path.strip('/').split('/')[0]}-{path.count('/')}.png")
    visitor.check()
    visitor.close()
