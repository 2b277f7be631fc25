"""The console's pages of alerts in Chromium: what is wrong, what is watched, a person's word, phone and desktop."""

import json

import pytest

from alert_world import ERRORS, count_exchanges
from browser import DESKTOP, PHONE
from gleaner import Gleaner, wait_until
from model_world import EVIL, ModelWorld

RULE = {**ERRORS, "channels": [], "by": "variant", "advice": f"Look at {EVIL}"}


@pytest.fixture(scope="module")
def world(provider):
    from conftest import make_database

    databases = make_database()
    running = Gleaner(provider.url, next(databases), GLEANER_ALERT_INTERVAL="300ms")
    running.start()
    count_exchanges(running, 0.4, variant="worse")
    count_exchanges(running, 0, variant="fine")
    yield ModelWorld(running)
    running.stop()
    next(databases, None)


def test_a_rule_is_written_speaks_and_is_answered(chromium, world):
    visitor = chromium.visitor(world.base, world.joined("root", "admin"))
    page = visitor.page
    visitor.open("/alerts")
    assert "Nothing is watched yet." in page.locator("main").inner_text()
    page.get_by_role("button", name="Make the standard rules").click()
    page.wait_for_load_state("load")
    wait_until("they were looked at", lambda: world.gleaner.sql(
        "SELECT count(*) FROM gleaner.alert_rules WHERE looked_at IS NULL") == "0")
    page.get_by_text("Write a rule of your own").click()
    page.get_by_label("Name").fill("by-hand")
    page.get_by_label("Document, as JSON").fill(json.dumps({**RULE, "lin": 5}))
    page.get_by_role("button", name="Save it").click()
    assert "unknown member `lin`" in page.get_by_role("alert").inner_text()
    page.get_by_label("As JSON").fill(json.dumps(RULE))
    page.get_by_role("button", name="Save a new version").click()
    page.wait_for_url("**/alerts/rules/by-hand")
    wait_until("it speaks", lambda: world.gleaner.sql(
        "SELECT count(*) FROM gleaner.alerts a JOIN gleaner.alert_rules r ON r.id = a.rule_id WHERE r.name = 'by-hand'") == "1")
    page.reload()
    rows = page.locator("table.rules tbody tr")
    assert rows.count() == 2
    assert sorted(rows.locator(".badge").all_inner_texts()) == ["beyond the line", "within"]

    visitor.open("/alerts")
    card = page.locator("article", has=page.get_by_role("link", name="by-hand"))
    assert "of variant worse is 0.4" in card.inner_text() and EVIL in card.inner_text()
    assert page.locator("main img").count() == 0
    assert card.get_by_role("link", name="Its exchanges").get_attribute("href").endswith(
        "&variant=worse&source=api%2Cgateway&failed=true")
    card.get_by_role("link", name="by-hand").click()
    page.wait_for_url("**/alerts/*")
    page.get_by_label("Why, kept with the alert").fill(f"on it {EVIL}")
    page.get_by_role("button", name="I look after it").click()
    page.wait_for_load_state("load")
    assert "root looks after it" in page.locator("article").inner_text()
    assert EVIL in page.locator("ol.timeline").inner_text()
    page.get_by_role("button", name="It is over").click()
    page.wait_for_load_state("load")
    assert "somebody said so" in page.locator("article").inner_text()
    assert page.get_by_role("button", name="It is over").count() == 0

    visitor.open("/alerts")
    page.get_by_text("Silence a rule, or all").click()
    page.locator("select[name=rule]").select_option("by-hand")
    page.get_by_role("button", name="Silence").click()
    page.wait_for_load_state("load")
    assert "by-hand until" in page.locator("section[aria-labelledby=silences]").inner_text()
    page.get_by_role("button", name="End it").click()
    page.wait_for_load_state("load")
    assert page.locator("section[aria-labelledby=silences]").count() == 0
    visitor.check()
    visitor.close()


def test_who_may_not_is_refused(world):
    one = world.gleaner.sql("SELECT id FROM gleaner.alerts ORDER BY id DESC LIMIT 1")
    words = [(f"/alerts/{one}/acknowledge", {}), (f"/alerts/{one}/resolve", {}), ("/alerts/silence", {"hours": "1"}),
             (f"/alerts/silences/{one}/end", {})]
    rules = [("/alerts/put", {"name": "x", "document": "{}"}), ("/alerts/standard", {}), ("/alerts/rules/by-hand/remove", {"sure": "1"})]
    for handle, role, tried in [("vimal", "viewer", words + rules), ("rekha", "reviewer", words + rules), ("esha", "engineer", rules)]:
        client, csrf = world.session(handle, role)
        with client:
            for path, data in tried:
                assert client.post(path, data={"csrf": csrf, **data}).status_code == 403, (role, path)
            shown = client.get("/alerts/rules/by-hand").text
            assert "Save a new version" not in shown and "Watch it no longer" not in shown
    admin, csrf = world.session("root", "admin")
    with admin:
        for path in ["/alerts/nothing", "/alerts/rules/nothing", "/alerts/rules"]:
            assert admin.get(path).status_code == 404, path
        assert admin.post("/alerts/rules/by-hand/remove", data={"csrf": "0" * 64, "sure": "1"}).status_code == 403
        assert "say first that you are sure" in admin.post("/alerts/rules/by-hand/remove", data={"csrf": csrf}).text
        assert admin.post("/alerts/rules/by-hand/remove", data={"csrf": csrf, "sure": "1", "x": "1"}).status_code == 400
        stale = admin.post("/alerts/put", data={"csrf": csrf, "name": "by-hand", "document": json.dumps(RULE), "version": "9"})
        assert "has changed meanwhile" in stale.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_no_wider_than_the_window(chromium, world, shape, scheme, tmp_path):
    visitor = chromium.visitor(world.base, world.joined("root", "admin"), viewport=shape, scheme=scheme)
    one = world.gleaner.sql("SELECT id FROM gleaner.alerts ORDER BY id DESC LIMIT 1")
    for path in ["/alerts", f"/alerts/{one}", "/alerts/rules/by-hand"]:
        assert visitor.open(path).status == 200
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
        visitor.shoot(tmp_path / f"{path.strip('/').replace('/', '-')}.png")
    visitor.check()
    visitor.close()
