"""The console's moderation pages in Chromium: the list, one exchange, a lead's decision, the policy."""

import json

import httpx2 as httpx
import pytest

from browser import DESKTOP, PHONE
from gleaner import wait_until


@pytest.fixture(scope="module")
def flagged(gleaner):
    """The id of an exchange that the built-in rules flag, with somebody's number and what nobody sees."""
    key = gleaner.make_key("gateway", "read")
    headers = {"Authorization": f"Bearer {key}"}
    text = "tu bewakoof chutiya hai <img src=x onerror=alert(1)>\u202e call 9876543210"
    answer = httpx.post(
        gleaner.base_url + "/chat/completions", headers=headers,
        json={"model": "demo-hinglish-1", "messages": [{"role": "user", "content": text}]})
    exchange = answer.headers["x-gleaner-exchange-id"]
    wait_until(
        "it is flagged",
        lambda: any(
            d["action"] == "flag"
            for d in httpx.get(f"{gleaner.api}/moderation/exchanges/{exchange}", headers=headers).json()["current"]), 20)
    return exchange


@pytest.fixture
def lead(chromium, people, flagged):
    visitor = chromium.visitor(people.base, people.join("lena", "lead") if not hasattr(people, "lena") else people.lena)
    people.lena = getattr(people, "lena", None) or [
        c for c in visitor.context.cookies(people.base.replace("http:", "https:")) if c["name"] == "__Host-gleaner"]
    yield visitor
    visitor.check()
    visitor.close()


def test_a_lead_finds_what_is_flagged_by_keyboard_and_decides_otherwise(lead, flagged):
    lead.open("/moderation")
    page = lead.page
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/moderation/exchanges/{flagged}")
    said = page.locator("pre.said").first
    assert "tu bewakoof chutiya hai <img src=x onerror=alert(1)>" in said.inner_text()
    assert said.locator(".hidden-mark").inner_text() == "U+202E"
    assert said.locator("strong").inner_text() == "9876543210"
    page.get_by_text("Decide otherwise").first.click()
    page.get_by_label("Why").first.fill("quoted from a film")
    page.get_by_label("Decision").first.select_option("allow")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Decide").first.click()
    page.wait_for_load_state("load")
    assert page.locator("section.card .badge").first.inner_text() == "allow"
    assert "quoted from a film" in page.locator("section.card").first.inner_text()
    assert "by lena" in page.locator("section.card").first.inner_text()
    assert page.locator("[aria-labelledby=decisions] tbody tr").count() >= 2
    lead.open("/moderation?by=person")
    assert "Nothing like that." in page.locator("main").inner_text()


def test_the_policy_is_edited_with_mistakes_named_and_tried(chromium, people, flagged):
    visitor = chromium.visitor(people.base, people.admin)
    page = visitor.page
    visitor.open("/moderation/policy?example=hinglish")
    document = page.get_by_label("Policy, as JSON")
    policy = json.loads(document.input_value())
    assert policy["classifiers"][1]["dialect"] == "qwen3guard"
    document.fill('{"mode": "after", "categories": {"hate": {"threshold": 7}}}')
    page.get_by_role("button", name="Put in force").click()
    problem = page.get_by_role("alert").inner_text()
    assert 'categories["hate"].threshold' in problem and "from 0.0 to 1.0" in problem
    assert '"threshold": 7' in page.get_by_label("Policy, as JSON").input_value()
    page.get_by_label("Policy, as JSON").fill('{"categories": {"harassment": {"threshold": 0.5, "action": "block"}}}')
    page.get_by_label("Why, kept with the version").fill("stricter")
    page.get_by_role("button", name="Put in force").click()
    page.wait_for_load_state("load")
    row = page.locator("[aria-labelledby=versions] tbody tr").first
    assert "stricter" in row.inner_text() and "root" in row.inner_text()
    page.get_by_label("A text; nothing of it is kept").fill("tu chutiya hai")
    page.get_by_role("button", name="Judge", exact=True).click()
    page.wait_for_load_state("load")
    assert page.locator("[aria-labelledby=try] [role=status]").inner_text().startswith("block")
    page.get_by_role("button", name="Decide again what was judged before").click()
    assert "is being decided again" in page.locator("p.done").inner_text()
    visitor.check()
    visitor.close()


def test_who_only_reads_sees_and_changes_nothing(chromium, people, flagged):
    cookies = people.join("vimal", "viewer")
    visitor = chromium.visitor(people.base, cookies, javascript=False)
    visitor.open(f"/moderation/exchanges/{flagged}")
    assert visitor.page.get_by_text("Decide otherwise").count() == 0
    visitor.open("/moderation/policy")
    assert visitor.page.get_by_role("button", name="Put in force").count() == 0
    visitor.close()
    client, csrf = people.session(cookies)
    with client:
        for path, data in [
            (f"/moderation/exchanges/{flagged}/decide", {"target": "prompt", "action": "allow", "reason": "x"}),
            ("/moderation/policy", {"document": "{}", "expected": "0"}), ("/moderation/policy/redecide", {}),
            ("/moderation/policy/check", {"text": "x", "target": "prompt"}),
        ]:
            assert client.post(path, data={"csrf": csrf, **data}).status_code == 403, path
    reviewer, _ = people.session(people.join("rekha", "reviewer"))
    with reviewer:
        assert reviewer.get("/moderation").status_code == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_no_wider_than_the_window(chromium, people, flagged, shape, scheme, tmp_path):
    visitor = chromium.visitor(people.base, people.admin, viewport=shape, scheme=scheme)
    for path in ["/moderation", f"/moderation/exchanges/{flagged}", "/moderation/policy"]:
        assert visitor.open(path).status == 200
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
        visitor.shoot(tmp_path / f"{path.strip('/').replace('/', '-')[:24]}.png")
    visitor.check()
    visitor.close()
