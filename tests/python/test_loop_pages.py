"""The console's pages of loops in Chromium: what each waits for, a round that asks, a person's word, phone and desktop."""

import json

import pytest

from browser import DESKTOP, PHONE
from gleaner import Gleaner, wait_until
from model_world import EVIL, POLICY, ModelWorld, judge

LOOP = {
    "dataset": "chat", "policy": "likes", "trigger": {"new_examples": 500, "every_days": 14, "at_least": 50},
    "steps": {"compare": {}, "tune": {"base_model": "demo-hinglish-1"}, "gate": {"incumbent": {"model": "demo-hinglish-1"}}}}


@pytest.fixture(scope="module")
def world(provider):
    from conftest import make_database

    databases = make_database()
    running = Gleaner(provider.url, next(databases), GLEANER_LOOP_INTERVAL="300ms")
    running.start()
    judge(running, 30)
    policy = running.directory / "policy.json"
    policy.write_text(json.dumps({**POLICY, "approvals": 0}))
    running.run("dataset", "policy", "save", str(policy))
    yield ModelWorld(running)
    running.stop()
    next(databases, None)


def test_a_loop_is_written_started_asked_by_and_cancelled(chromium, world):
    visitor = chromium.visitor(world.base, world.joined("root", "admin"))
    page = visitor.page
    visitor.open("/loops")
    assert "Nothing runs by itself yet" in page.locator("main").inner_text()
    page.get_by_label("Name").fill("weekly")
    page.get_by_label("Document, as JSON").fill(json.dumps({**LOOP, "trigger": {"new_example": 5}}))
    page.get_by_role("button", name="Save it").click()
    assert "Did you mean `new_examples`?" in page.get_by_role("alert").inner_text()
    page.get_by_label("As JSON").fill(json.dumps(LOOP))
    page.get_by_role("button", name="Save a new version").click()
    page.wait_for_url("**/loops/weekly")
    wait_until("it was counted", lambda: world.gleaner.sql("SELECT material FROM gleaner.loops") == "30")
    page.reload()
    assert "about 30 of 500 new examples, or" in page.get_by_role("status").first.inner_text()

    page.get_by_label("Why, kept with the loop").fill(f"a trial {EVIL}")
    page.get_by_role("button", name="Start a round now").click()
    page.wait_for_load_state("load")
    wait_until("it asks", lambda: world.gleaner.sql(
        "SELECT count(*) FROM gleaner.loop_steps WHERE state = 'holding'") == "1")
    page.reload()
    road = page.locator("ol.road").first
    assert road.locator("li strong").all_inner_texts() == ["build", "compare", "approve", "tune", "gate", "canary"]
    assert road.locator("li .badge").all_inner_texts()[:4] == ["done", "skipped", "skipped", "holding"]
    assert "is not known" in road.locator("li[aria-current]").inner_text()
    assert EVIL in page.locator("main").inner_text() and page.locator("main img").count() == 0
    page.get_by_role("button", name="Cancel the round").click()
    assert "say first that you are sure" in page.get_by_role("alert").inner_text()
    page.get_by_role("link", name="version 1").first.click()
    page.wait_for_url("**/datasets/chat/1")
    visitor.check()
    visitor.close()


def test_who_may_not_is_refused(world):
    one = world.gleaner.sql("SELECT id FROM gleaner.loop_rounds LIMIT 1")
    stops = [("/loops/weekly/pause", {}), (f"/loops/rounds/{one}/hold", {}), (f"/loops/rounds/{one}/cancel", {})]
    spends = [("/loops/put", {"name": "x", "document": "{}"}), ("/loops/weekly/start", {}), ("/loops/weekly/resume", {}),
              (f"/loops/rounds/{one}/continue", {}), (f"/loops/rounds/{one}/skip", {})]
    for handle, role, tried in [("vimal", "viewer", stops + spends), ("lena", "lead", stops + spends),
                                ("rekha", "reviewer", stops + spends), ("esha", "engineer", spends)]:
        client, csrf = world.session(handle, role)
        with client:
            for path, data in tried:
                assert client.post(path, data={"csrf": csrf, **data}).status_code == 403, (role, path)
    engineer, csrf = world.session("esha", "engineer")
    with engineer:
        shown = engineer.get("/loops/weekly").text
        assert "Pause it" in shown and "Go on" not in shown and "Start a round" not in shown and "Save a new version" not in shown
        assert engineer.post("/loops/weekly/pause", data={"csrf": csrf, "why": "holiday"}).status_code in (200, 303)
    admin, csrf = world.session("root", "admin")
    with admin:
        assert "Paused by" in admin.get("/loops/weekly").text
        assert admin.post("/loops/weekly/resume", data={"csrf": "0" * 64}).status_code == 403
        assert admin.post("/loops/weekly/resume", data={"csrf": csrf, "wish": "1"}).status_code == 400
        for path in ["/loops/nothing", "/loops/rounds"]:
            assert admin.get(path).status_code == 404, path
        assert admin.post("/loops/weekly/resume", data={"csrf": csrf}).status_code in (200, 303)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_no_wider_than_the_window(chromium, world, shape, scheme, tmp_path):
    visitor = chromium.visitor(world.base, world.joined("root", "admin"), viewport=shape, scheme=scheme)
    for path in ["/loops", "/loops/weekly"]:
        assert visitor.open(path).status == 200
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
        visitor.shoot(tmp_path / f"{path.strip('/').replace('/', '-')}.png")
    visitor.check()
    visitor.close()
