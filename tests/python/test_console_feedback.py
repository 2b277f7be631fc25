"""The console's feedback pages: the stream as it comes, filters, marked raters, satisfaction."""

import os
import uuid
from pathlib import Path

import httpx2 as httpx
import pytest

from browser import PHONE
from gleaner import wait_until
from hostile import ALL
from test_chat import CHAI

SHOTS = Path(os.environ["GLEANER_SHOTS"]) if "GLEANER_SHOTS" in os.environ else None


def rate(client, exchange, **said):
    answer = client.post("/api/feedback", json={"exchange_id": exchange, **said})
    assert answer.status_code == 202, answer.text


@pytest.fixture(scope="module")
def loud(gleaner, people):
    """A project in which five people rate, and one of them forty answers in a moment."""
    name = f"loud-{uuid.uuid4().hex[:8]}"
    with httpx.Client(base_url=people.base, timeout=60, headers={"Authorization": f"Bearer {gleaner.make_key()}"}) as client:
        answers = []
        for number in range(12):
            answer = client.post(
                "/v1/chat/completions", json={"model": "demo-hinglish-1", "messages": CHAI},
                headers={"X-Gleaner-End-User": f"user-{number % 5}", "X-Gleaner-Conversation": name})
            answers.append(answer.headers["x-gleaner-exchange-id"])
        for number, exchange in enumerate(answers):
            rate(client, exchange, thumb="down" if number % 4 == 3 else "up", rater=f"user-{number % 5}")
        rate(client, answers[0], comment="जवाब अच्छा था, पर थोड़ा लंबा। <b>bold</b>", tags=["लंबा", "accha"], rater="user-0")
        rate(client, answers[1], correction="Pehle paani ubaalo, phir patti daalo.", rater="user-1")
        rate(client, answers[2], flag=True, reason="galat jaankari", rater="user-2")
        rate(client, answers[3], score=2, rater="user-3")
        rate(client, answers[4], signal="copied", rater="user-4")
        rate(client, answers[5], preference={"rejected": {"text": "Doosra jawab."}}, rater="user-0")
        client.post("/api/feedback", json={"conversation": name, "thumb": "up", "rater": "user-0"})
        items = [{"exchange_id": exchange, "thumb": "up", "rater": f"{name}/ü"} for exchange in answers * 4]
        assert client.post("/api/feedback/bulk", json=items[:40]).status_code == 202
        yield client, name, answers


def shoot(visitor, name):
    if SHOTS:
        visitor.shoot(SHOTS / f"{name}.png")


def cells(visitor):
    return [row.inner_text() for row in visitor.page.locator("#feed tr").all()]


def test_the_stream_shows_what_was_said_and_what_comes_in_while_it_is_open(chromium, people, loud):
    client, name, answers = loud
    visitor = chromium.visitor(people.base, people.join(f"viewer-{uuid.uuid4().hex[:6]}", "viewer"))
    visitor.open(f"/feedback?conversation={name}")
    assert len(cells(visitor)) == 1 and "conversation" in cells(visitor)[0]
    visitor.open("/feedback")
    first = cells(visitor)
    assert any("better answer" in row and "Pehle paani ubaalo" in row for row in first)
    assert any("<b>bold</b>" in row and "comment" in row for row in first)
    assert any("लंबा" in row and "accha" in row and "tags" in row for row in first)
    link = visitor.page.get_by_role("link", name="exchange", exact=True).first
    assert link.get_attribute("href").startswith("/exchanges/")

    rate(client, answers[6], comment="live <img src=x onerror=alert(1)>", rater="user-1")
    wait_until("it appears by itself", lambda: "live <img" in cells(visitor)[0], 20)
    visitor.page.keyboard.press("f")
    assert visitor.page.get_by_role("button", name="Follow").get_attribute("aria-pressed") == "false"
    rate(client, answers[6], comment="not seen", rater="user-1")
    visitor.page.wait_for_timeout(6_000)
    assert "live <img" in cells(visitor)[0]
    visitor.page.keyboard.press("f")
    wait_until("following goes on", lambda: "not seen" in cells(visitor)[0], 20)
    visitor.check()
    visitor.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_filters_are_links_that_anybody_can_share(chromium, people, loud, javascript):
    visitor = chromium.visitor(people.base, people.admin, javascript=javascript)
    visitor.open("/feedback")
    visitor.page.get_by_label("Rating").select_option("down")
    visitor.page.get_by_role("button", name="Filter").click()
    visitor.page.wait_for_url("**rating=down**")
    rows = cells(visitor)
    assert rows and all("thumb down" in row or "2 of 5" in row or "1 of 5" in row for row in rows)
    assert visitor.page.get_by_label("Rating").input_value() == "down"
    visitor.open("/feedback?kind=flag")
    assert all("flag" in row for row in cells(visitor))
    visitor.open("/feedback?rater=user-0&since=2020-01-01")
    assert all("user-0" in row for row in cells(visitor))
    visitor.open("/feedback?until=2020-01-01")
    assert visitor.page.get_by_text("Nothing like that.").is_visible()
    visitor.page.get_by_role("link", name="All", exact=True).click()
    assert cells(visitor)
    for wrong in ["kind=nothing", "rating=sideways", "since=yesterday", "before=x"]:
        assert visitor.open(f"/feedback?{wrong}").status == 400
    visitor.close()


def test_pages_follow_each_other(chromium, people, loud):
    client, name, answers = loud
    rater = f"many-{uuid.uuid4().hex[:6]}"
    items = [{"exchange_id": answers[0], "comment": f"c{n}", "rater": rater} for n in range(120)]
    assert client.post("/api/feedback/bulk", json=items).status_code == 202
    visitor = chromium.visitor(people.base, people.admin)
    visitor.open(f"/feedback?rater={rater}")
    seen = []
    while True:
        seen += cells(visitor)
        older = visitor.page.get_by_role("link", name="Older")
        if not older.count():
            break
        older.click()
        visitor.page.wait_for_load_state("load")
        assert visitor.page.locator("#follow").count() == 0
    assert len(seen) == 120 == len({row for row in seen})
    visitor.check()
    visitor.close()


def test_a_marked_rater_is_shown_with_evidence_and_cleared_by_a_lead(chromium, people, loud, gleaner):
    client, name, answers = loud
    rater = f"{name}/ü"
    wait_until("the rater is marked", lambda: any(
        mark["rater"] == rater for mark in client.get("/api/feedback/raters").json()["raters"]), 90)
    viewer = chromium.visitor(people.base, people.join(f"viewer-{uuid.uuid4().hex[:6]}", "viewer"))
    viewer.open("/feedback/raters")
    card = viewer.page.locator("section.card", has=viewer.page.get_by_role("heading", name=rater))
    assert "More votes in one minute than anybody can read for" in card.inner_text()
    assert "most in a minute" in card.inner_text() and "40" in card.inner_text()
    assert card.get_by_role("button", name="Clear").count() == 0
    viewer.check()
    viewer.close()

    handle = f"lead-{uuid.uuid4().hex[:6]}"
    lead = chromium.visitor(people.base, people.join(handle, "lead"))
    lead.open("/feedback?marked=1")
    assert all(rater in row and "More votes" in row for row in cells(lead))
    lead.open("/feedback")
    tiles = lead.page.locator(".tiles").inner_text()
    assert "Satisfaction among raters" in tiles and "95" in tiles
    shoot(lead, "feedback")
    lead.open("/feedback/raters")
    shoot(lead, "raters")
    card = lead.page.locator("section.card", has=lead.page.get_by_role("heading", name=rater))
    card.get_by_label("Why they may count again").fill("A test of ours <i>")
    lead.page.keyboard.press("Enter")
    lead.page.get_by_text("The judgements count again.").wait_for()
    cleared = lead.page.locator("details", has_text=rater)
    cleared.locator("summary").click()
    assert handle in cleared.inner_text() and "A test of ours <i>" in cleared.inner_text()
    assert not any(mark["rater"] == rater for mark in client.get("/api/feedback/raters").json()["raters"])
    lead.check()
    lead.close()


@pytest.mark.parametrize("path", ["/feedback", "/feedback/raters"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, PHONE])
def test_the_pages_are_for_everybody(chromium, people, loud, gleaner, path, scheme, viewport):
    gleaner.sql("""
        INSERT INTO gleaner.rater_marks (id, project_id, rater, reason, since, evidence, marked_at, seen_at)
        SELECT gen_random_uuid(), id, 'asha', 'share', date_trunc('day', now()), '{"votes": 60, "of": 200, "share": 0.3, "limit": 0.2}',
               now(), now()
        FROM gleaner.projects WHERE name = 'default' ON CONFLICT DO NOTHING""")
    visitor = chromium.visitor(people.base, people.admin, viewport=viewport, scheme=scheme)
    visitor.open(path)
    assert visitor.accessibility() == []
    assert visitor.overflow() <= 0
    name = path.strip("/").replace("/", "-")
    shoot(visitor, f"{name}-{'phone' if viewport else 'desktop'}-{scheme}")
    visitor.check()
    visitor.close()


def test_characters_that_nobody_would_see_are_shown(chromium, people, loud):
    client, name, answers = loud
    visitor = chromium.visitor(people.base, people.admin)
    visitor.open("/feedback")
    rate(client, answers[8], comment="transfer \u202e0001\u202c rupees\u200b", rater="asha\u2066")
    for moment in ["live", "after a reload"]:
        wait_until(f"it is there {moment}", lambda: "U+202E" in cells(visitor)[0], 20)
        assert all(mark in cells(visitor)[0] for mark in ["U+202C", "U+200B", "U+2066"])
        visitor.open("/feedback")
    visitor.check()
    visitor.close()


def test_hostile_texts_come_in_live_and_are_text(chromium, people, loud):
    client, name, answers = loud
    visitor = chromium.visitor(people.base, people.admin)
    visitor.open("/feedback")
    before = len(cells(visitor))
    for start in range(0, 200, 40):
        items = [
            {"exchange_id": answers[7], "comment": text, "rater": text[:200], "tags": [text.replace(",", ";")[:60].strip() or "x"]}
            for text in ALL[start:start + 40] if not any(ord(c) < 32 for c in text)]
        answer = client.post("/api/feedback/bulk", json=items)
        assert answer.json()["accepted"] > 0, answer.text
        wait_until("they appear", lambda: len(cells(visitor)) > before, 20)
        before = len(cells(visitor))
    assert visitor.page.evaluate("window.pwned") is None
    visitor.check()
    visitor.close()
