"""The exchanges pages in Chromium: finding by form and by keyboard, one exchange with its history, live news, colours, phone."""

import json
import os
import re
import time
import uuid

import httpx2 as httpx
import pytest

from browser import DESKTOP, PHONE
from gleaner import wait_until
from test_search import logged


@pytest.fixture(scope="module")
def talk(gleaner, key):
    """A conversation of three turns, one with a tool call; returns its name, the ids in order, and a client of the API."""
    conversation = "page-" + uuid.uuid4().hex[:12]
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": json.dumps({"city": "दिल्ली"}, ensure_ascii=False)}}
    tool = logged("Dilli me aaj mausam kaisa hai?", "Aaj dhoop rahegi, shaam ko halki baarish.", conversation=conversation,
                  end_user="asha", tags=["beta"])
    tool["request"]["messages"] = [
        {"role": "system", "content": "You answer in Hinglish."}, *tool["request"]["messages"],
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "<b>35°C</b>, clear"},
        {"role": "user", "content": [{"type": "text", "text": "aur kal?"},
                                     {"type": "image_url", "image_url": {"url": "https://evil.example/pixel.png"}}]},
    ]
    with httpx.Client(base_url=gleaner.api, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        ids = []
        for body in [
            logged("Namaste, kaise ho?", "Main theek hoon!", conversation=conversation, end_user="asha"), tool,
            logged("میرا آرڈر کہاں ہے؟", "آپ کا آرڈر کل پہنچ جائے گا۔", conversation=conversation, http_status=503, end_user="asha"),
        ]:
            answer = client.post("/exchanges", json={**body, "received_at": time.time()})
            assert answer.status_code == 202, answer.text
            ids.append(answer.json()["exchanges"][0]["id"])
            time.sleep(0.003)
        wait_until("all are stored", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 20)
        for thumb, rater in [("down", "asha"), ("up", "ravi")]:
            assert client.post("/feedback", json={
                "exchange_id": ids[1], "thumb": thumb, "rater": rater, "comment": "bahut lamba jawab <i>hai</i>"}).status_code == 202
        yield conversation, ids, client


@pytest.fixture
def viewer(chromium, people):
    cookies = getattr(people, "exchange_viewer", None) or people.join("exchange-viewer", "viewer")
    people.exchange_viewer = cookies
    visitor = chromium.visitor(people.base, cookies)
    yield visitor
    visitor.close()


def links(page):
    return [link.get_attribute("href") for link in page.locator("table.found tbody td:first-child a").all()]


def test_a_search_by_form_finds_and_a_chip_takes_a_filter_away(viewer, talk):
    conversation, ids, _ = talk
    page = viewer.page
    viewer.open("/exchanges")
    page.get_by_text("More filters").click()
    page.get_by_label("Conversation", exact=True).fill(conversation)
    page.get_by_label("Rating").select_option("down")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/exchanges?*rating=down*")
    assert links(page) == [f"/exchanges/{ids[1]}"]
    page.get_by_role("link", name="Search without rating: down").click()
    page.wait_for_url(lambda url: "rating" not in url)
    assert links(page) == [f"/exchanges/{id}" for id in reversed(ids)]
    viewer.check()


def test_what_a_link_asks_for_beyond_the_form_stays_in_force(viewer, talk):
    conversation, ids, _ = talk
    page = viewer.page
    viewer.open(f"/exchanges?conversation={conversation}&served_model=nobody&source=api,gateway")
    assert links(page) == []
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**served_model=nobody*")
    assert "source=api%2Cgateway" in page.url and links(page) == []
    page.get_by_role("link", name="Search without served model: nobody").click()
    page.wait_for_url(lambda url: "served_model" not in url)
    assert links(page) == [f"/exchanges/{id}" for id in reversed(ids)]
    viewer.check()


def test_text_is_found_and_marked(viewer, talk):
    conversation, ids, _ = talk
    viewer.open(f"/exchanges?conversation={conversation}&text=SHAAM+ko")
    assert links(viewer.page) == [f"/exchanges/{ids[1]}"]
    assert viewer.page.locator("mark").inner_text() == "shaam ko"
    viewer.check()


def test_a_filter_that_cannot_be_meant_says_so_and_keeps_the_form(viewer):
    viewer.open("/exchanges?since=soon&tag=kept")
    assert "`since` is neither a time" in viewer.page.get_by_role("alert").inner_text()
    assert viewer.page.locator("input[name=tag]").input_value() == "kept"
    viewer.open("/exchanges?before=nonsense")
    assert "`before` is not an id" in viewer.page.get_by_role("alert").inner_text()
    viewer.check()


def test_the_keyboard_is_enough(viewer, talk):
    conversation, ids, _ = talk
    page = viewer.page
    viewer.open(f"/exchanges?conversation={conversation}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/exchanges/{ids[1]}")
    page.keyboard.press("]")
    page.wait_for_url(f"**/exchanges/{ids[2]}")
    page.keyboard.press("[")
    page.wait_for_url(f"**/exchanges/{ids[1]}")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog").inner_text()
    assert "next turn" in sheet and "back to the list" in sheet
    page.keyboard.press("Escape")
    viewer.open("/exchanges")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "text"
    viewer.check()


def test_one_exchange_shows_its_talk_its_tools_and_its_history_as_text(viewer, talk):
    _, ids, _ = talk
    page = viewer.page
    viewer.open(f"/exchanges/{ids[1]}")
    turns = page.locator(".talk .turn")
    assert [turn.split("\n")[0].split()[0] for turn in turns.all_inner_texts()] == [
        "system", "user", "assistant", "tool", "user", "assistant"]
    assert page.locator(".turn.answer").inner_text().endswith("Aaj dhoop rahegi, shaam ko halki baarish.")
    folded = page.locator(".turn.tool details")
    assert not folded.locator("p").is_visible()
    folded.locator("summary").click()
    assert folded.locator("p").inner_text() == "<b>35°C</b>, clear"
    call = page.locator(".turn.assistant details")
    call.locator("summary").click()
    assert "दिल्ली" in call.locator("pre").inner_text()
    assert "https://evil.example/pixel.png" in page.locator(".talk").inner_text()
    timeline = page.locator(".timeline").inner_text()
    for said in ["received", "asha: thumb down, by api", "ravi: thumb up, by api", "bahut lamba jawab <i>hai</i>"]:
        assert said in timeline, timeline
    viewer.check()


def test_right_to_left_text_stands_right(viewer, talk):
    _, ids, _ = talk
    viewer.open(f"/exchanges/{ids[2]}")
    said = viewer.page.locator(".turn.user .said")
    assert said.evaluate("element => getComputedStyle(element).direction") == "rtl"
    assert viewer.page.locator(".badge.bad").first.inner_text().endswith("HTTP 503")
    viewer.check()


def test_downloads_are_files_without_rights(viewer, talk, people):
    _, ids, _ = talk
    viewer.open(f"/exchanges/{ids[1]}")
    with viewer.page.expect_download() as waiting:
        viewer.page.get_by_role("link", name=re.compile("^Request")).click()
    assert waiting.value.suggested_filename == f"{ids[1]}-request.txt"
    client, _ = people.session(people.exchange_viewer)
    with client:
        answer = client.get(f"/exchanges/{ids[1]}/bytes/response")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_lead_puts_one_at_the_head_of_the_review_queue_and_a_viewer_cannot(chromium, people, talk, viewer):
    _, ids, _ = talk
    viewer.open(f"/exchanges/{ids[0]}")
    assert viewer.page.get_by_text("Have it reviewed").count() == 0
    client, csrf = people.session(people.exchange_viewer)
    with client:
        assert client.post(f"/exchanges/{ids[0]}/pick", data={"csrf": csrf, "reason": "mine"}).status_code == 403
    lead = chromium.visitor(people.base, people.join("exchange-lead", "lead"))
    lead.open(f"/exchanges/{ids[0]}")
    lead.page.get_by_label("Why").fill("<b>odd</b> tone")
    with lead.page.expect_navigation():
        lead.page.get_by_role("button", name="Put it at the head of the queue").click()
    timeline = lead.page.locator(".timeline").inner_text()
    assert "exchange-lead: picked for review" in timeline and "<b>odd</b> tone" in timeline
    lead.check()
    lead.close()


def test_what_comes_in_is_told_on_the_open_page(viewer, talk):
    conversation, ids, client = talk
    page = viewer.page
    viewer.open(f"/exchanges?conversation={conversation}")
    before = links(page)
    answer = client.post("/exchanges", json=logged("ek aur sawal", conversation=conversation))
    new = answer.json()["exchanges"][0]["id"]
    link = page.get_by_role("link", name="1 new exchange: show")
    link.wait_for(timeout=15_000)
    page.keyboard.press("r")
    page.wait_for_function("count => document.querySelectorAll('table.found tbody tr').length > count", arg=len(before))
    assert links(page)[0] == f"/exchanges/{new}"
    viewer.check()


def test_reviewers_and_strangers_see_none_of_it(chromium, people, talk, gleaner):
    _, ids, _ = talk
    reviewer, _ = people.session(people.join("exchange-reviewer", "reviewer"))
    with reviewer:
        for path in ["/exchanges", f"/exchanges/{ids[0]}", f"/exchanges/{ids[0]}/bytes/request", "/exchanges/new"]:
            assert reviewer.get(path).status_code == 403, path
    viewer, _ = people.session(people.exchange_viewer)
    with viewer:
        for id in [str(uuid.uuid4()), "0190a0b0-0000-7000-8000-000000000000", "x", "%00", "'--"]:
            assert viewer.get(f"/exchanges/{id}").status_code == 404, id


def test_lists_and_pages_read_without_javascript(chromium, people, talk):
    conversation, ids, _ = talk
    visitor = chromium.visitor(people.base, people.admin, javascript=False)
    visitor.open(f"/exchanges?conversation={conversation}")
    assert f"/exchanges/{ids[1]}" in links(visitor.page)
    visitor.page.locator("input[type=search]").fill("shaam")
    visitor.page.get_by_role("button", name="Search").click()
    visitor.open(f"/exchanges/{ids[1]}")
    assert "Aaj dhoop rahegi" in visitor.page.locator(".turn.answer").inner_text()
    visitor.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_exchanges_pages_are_accessible_and_fit(chromium, people, talk, viewport, scheme):
    conversation, ids, _ = talk
    visitor = chromium.visitor(people.base, people.admin, viewport=viewport, scheme=scheme)
    shots = os.environ.get("GLEANER_SCREENSHOTS")
    for name, path in [("exchanges", f"/exchanges?conversation={conversation}"), ("exchanges-none", "/exchanges?tag=none"),
                       ("exchange", f"/exchanges/{ids[1]}"), ("exchange-rtl", f"/exchanges/{ids[2]}")]:
        visitor.open(path)
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
        if shots:
            visitor.shoot(f"{shots}/{name}-{'phone' if viewport == PHONE else 'desktop'}-{scheme}.png")
    visitor.check()
    visitor.close()
