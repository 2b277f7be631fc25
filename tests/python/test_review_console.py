"""The review desk in Chromium: twenty items by keyboard, drafts, undo, hostile text, leads' pages."""

import re
import time

import pytest

from browser import DESKTOP, PASSWORD, PHONE, ConsolePeople
from gleaner import Gleaner, ROOT, wait_until

HOSTILE = ("<script>alert(1)</script><img src=x onerror=alert(2)> **bold** [bank](javascript:alert(3)) "
           "[safe](https://evil.example/?leak=1) ![pixel](https://evil.example/p.png) \u202egnp.exe\u202c a\u200bb "
           "{{csrf}} ${7*7}\n\n```html\n<iframe src=https://evil.example></iframe>\n```\n\n| a | b |\n|---|---|\n| <b>1</b> | 2 |")


@pytest.fixture(scope="module")
def desk(provider):
    from conftest import make_database

    database = make_database()
    running = Gleaner(provider.url, next(database))
    running.start()
    running.key = running.make_key("admin")
    running.people = ConsolePeople(running)
    yield Desk(running)
    running.stop()
    next(database, None)


class Desk:
    def __init__(self, gleaner):
        import httpx2 as httpx

        self.gleaner, self.people = gleaner, gleaner.people
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{gleaner.port}", timeout=60, headers={"Authorization": f"Bearer {gleaner.key}"})

    def settings(self, **settings):
        document = {"double_review_share": 0, "gold_share": 0, **settings}
        assert self.http.put("/api/review-settings", json=document).status_code == 200
        time.sleep(2.1)

    def log(self, question, answer, **members):
        """An exchange that was had elsewhere, so that its text is the test's."""
        body = {"request": {"model": "m", "messages": members.pop("messages", [{"role": "user", "content": question}])},
                "response": {"id": "x", "object": "chat.completion", "model": "m", "choices": [
                    {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer, **members}}]}}
        done = self.http.post("/api/exchanges", json=body)
        assert done.status_code in (200, 201, 202), done.text
        found = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", done.text).group()
        self.gleaner.row(found)
        return found

    def pick(self, *ids):
        """To the queue, and nothing else waits."""
        wanted = ", ".join(f"'{exchange}'" for exchange in ids)
        self.gleaner.sql(f"""UPDATE gleaner.review_slots SET state = 'skipped'
            WHERE state IN ('open', 'leased') AND exchange_id NOT IN ({wanted})""")
        done = self.http.post("/api/samples/pick", json={"exchange_ids": list(ids)})
        assert done.status_code == 200, done.text

    def counted(self, reviewer):
        return int(self.gleaner.sql(f"SELECT count(*) FROM gleaner.counted_reviews WHERE reviewer = '{reviewer}'"))


def until(page, what, condition):
    """Waits by looking: the pages' policy rightly refuses code that a test would evaluate in them."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():
            return
        page.wait_for_timeout(5)
    raise AssertionError(f"waited in vain until {what}:\n{page.locator('main').inner_text()}\n{page.locator('#notices').inner_text()}")


def slot_of(page):
    return page.locator("#desk").get_attribute("data-slot")


def told(page, words):
    until(page, f"it says {words}", lambda: words in page.locator("#notices").inner_text())


def test_somebody_new_signs_in_and_finishes_twenty_items_by_keyboard(chromium, desk):
    desk.settings()
    desk.pick(*[desk.log(f"Sawaal {number}: chai kaise?", f"Jawab **{number}**") for number in range(20)])
    visitor = chromium.visitor(desk.people.base)
    page = visitor.page
    visitor.open(desk.people.invite("newcomer", "reviewer"))
    page.keyboard.press("Tab") if page.evaluate("document.activeElement.type") != "password" else None
    page.get_by_label("Password, at least").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    assert page.get_by_role("link", name="Queue").count() == 0
    # The button to begin has the focus.
    page.keyboard.press("Enter")
    seen, waits = set(), []
    for number in range(20):
        until(page, "there is an item", lambda: page.locator("#judgement").count() == 1)
        slot = page.locator("#desk").get_attribute("data-slot")
        assert slot not in seen
        seen.add(slot)
        for points in "4535":
            page.keyboard.press(points)
        if number == 3:
            page.keyboard.press("c")
            page.keyboard.type(" Aur adrak bhi.")
            until(page, "what is new is shown", lambda: page.locator("#diff ins", has_text="adrak").count() == 1)
            assert page.locator("#diff del").count() == 0
            page.keyboard.press("Escape")
        # The next one is there before it is wanted.
        page.wait_for_timeout(150)
        began = time.perf_counter()
        page.keyboard.press("Enter")
        until(page, "the next item is there", lambda: slot_of(page) != slot)
        waits.append(time.perf_counter() - began)
    page.wait_for_selector("#begin")
    assert desk.counted("newcomer") == 20
    scores = desk.gleaner.sql("SELECT DISTINCT scores::text FROM gleaner.counted_reviews WHERE reviewer = 'newcomer'")
    assert scores == '{"accuracy": 5, "relevance": 4, "appropriateness": 3, "natural_language": 5}'
    corrections = desk.gleaner.sql("SELECT correction FROM gleaner.counted_reviews WHERE correction IS NOT NULL")
    assert re.fullmatch(r"Jawab \*\*\d+\*\* Aur adrak bhi\.", corrections)
    print(f"next item: median {sorted(waits)[10] * 1000:.0f} ms, worst {max(waits) * 1000:.0f} ms")
    visitor.check()
    visitor.close()


def test_what_is_half_done_comes_back_and_undo_brings_the_last_one(chromium, desk):
    desk.settings()
    desk.pick(*[desk.log(f"Adha {number}", "Jawab") for number in range(3)])
    visitor = chromium.visitor(desk.people.base, desk.people.join("careful", "reviewer"))
    page = visitor.page
    visitor.open("/review")
    page.keyboard.press("b")
    page.wait_for_selector("#judgement")
    first = slot_of(page)
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.type("likh raha hoon")
    until(page, "it is kept", lambda: page.locator("#kept").inner_text() == "kept")
    visitor.open("/review")
    assert page.locator("#desk").get_attribute("data-slot") == first
    assert page.locator("input[name='score.relevance']:checked").get_attribute("value") == "2"
    assert page.get_by_label("Comment").input_value() == "likh raha hoon"
    # It goes on where it was left.
    assert page.locator(".question[data-at]").get_attribute("data-question") == "accuracy"
    page.keyboard.press("Enter")
    told(page, "no answer yet")
    for points in "333":
        page.keyboard.press(points)
    page.keyboard.press("Enter")
    told(page, "Submitted")
    until(page, "the next item is there", lambda: slot_of(page) != first)
    page.keyboard.press("u")
    until(page, "the last one is back", lambda: slot_of(page) == first)
    assert page.locator("input[name='score.relevance']:checked").get_attribute("value") == "2"
    assert desk.counted("careful") == 0
    page.keyboard.press("s")
    page.keyboard.type("garbled")
    page.keyboard.press("Enter")
    until(page, "the next item is there", lambda: slot_of(page) != first)
    page.keyboard.press("d")
    page.keyboard.type("not my language")
    page.keyboard.press("Enter")
    wait_until("it is declined", lambda: desk.gleaner.sql(
        "SELECT reason FROM gleaner.review_declines WHERE reviewer = 'careful'") == "not my language", 10)
    assert "garbled" in desk.gleaner.sql("SELECT skip_reason FROM gleaner.review_slots WHERE skip_reason IS NOT NULL")
    # Undo takes the decline back, and after it the skip: what was done last comes first.
    page.keyboard.press("u")
    wait_until("the decline is taken back", lambda: desk.gleaner.sql(
        "SELECT count(*) FROM gleaner.review_declines WHERE reviewer = 'careful'") == "0", 10)
    page.keyboard.press("u")
    until(page, "the skipped one is back", lambda: slot_of(page) == first)
    assert desk.gleaner.sql("SELECT count(*) FROM gleaner.review_slots WHERE skip_reason = 'garbled'") == "0"
    visitor.check()
    visitor.close()


def test_a_review_without_javascript(chromium, desk):
    desk.settings()
    desk.pick(desk.log("Bina script", "Jawab"), desk.log("Bina script 2", "Jawab"))
    visitor = chromium.visitor(desk.people.base, desk.people.join("plain", "reviewer"), javascript=False)
    page = visitor.page
    visitor.open("/review")
    page.get_by_role("button", name="Begin").click()
    for question in ["relevance", "accuracy", "appropriateness", "natural_language"]:
        page.locator(f"input[name='score.{question}'][value='4']").check(force=True)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/review")
    assert desk.counted("plain") == 1
    assert page.locator("#judgement").count() == 1
    page.locator("#skipping > summary").click()
    page.locator("#skipping input[name=reason]").fill("empty")
    page.get_by_role("button", name="Skip it").click()
    assert "Ready when you are" in page.content()
    visitor.close()


def test_a_conversation_in_hindi_says_so_to_fonts_and_voices(chromium, desk):
    desk.settings()
    desk.pick(desk.log("मुझे चाय बनाने का तरीका विस्तार से बताओ, मैं पहली बार बना रहा हूँ।", "पहले पानी उबालो, फिर पत्ती डालो।"))
    visitor = chromium.visitor(desk.people.base, desk.people.join("hindi", "reviewer"))
    visitor.open("/review")
    visitor.page.keyboard.press("b")
    visitor.page.wait_for_selector("#judgement")
    assert visitor.page.locator("section[aria-label=Conversation]").get_attribute("lang") == "hi"
    visitor.check()
    visitor.close()


def test_hostile_text_is_text_and_hidden_characters_are_seen(chromium, desk):
    desk.settings()
    desk.pick(desk.log(HOSTILE, HOSTILE, messages=[
        {"role": "system", "content": HOSTILE}, {"role": "user", "content": HOSTILE},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": {
            "name": HOSTILE, "arguments": HOSTILE}}]},
        {"role": "tool", "tool_call_id": "1", "content": HOSTILE}, {"role": "user", "content": "मुझे चाय के बारे में बताओ। \u0645\u0631\u062d\u0628\u0627"}]))
    visitor = chromium.visitor(desk.people.base, desk.people.join("brave", "reviewer"))
    page = visitor.page
    visitor.open("/review")
    page.keyboard.press("b")
    page.wait_for_selector("#judgement")
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    assert page.locator(".talk script, .talk img, .talk iframe").count() == 0
    assert page.locator(".hidden-mark", has_text="U+202E").count() >= 3
    assert page.locator(".hidden-mark", has_text="U+200B").count() >= 3
    links = page.locator(".talk a")
    assert links.count() >= 1
    for link in links.all():
        assert link.get_attribute("href").startswith("https://evil.example/")
        assert link.get_attribute("rel") == "noopener noreferrer"
    assert "(evil.example)" in page.locator(".turn.answer").inner_text()
    assert "{{csrf}}" in page.locator(".turn.answer").inner_text()
    assert page.locator(".turn.user [dir=auto]").count() >= 1
    page.wait_for_timeout(300)
    visitor.check()
    visitor.close()


LEAD_PAGES = ["/review", "/compare", "/queue", "/queue/disputes", "/queue/gold", "/queue/rubrics", "/quality",
              "/quality?by=rule", "/quality/rules"]


def test_a_disagreement_is_decided_and_a_check_is_hidden_by_a_lead(chromium, desk):
    desk.settings(slots=2)
    exchange = desk.log("Kya yeh sahi hai?", "Haan, bilkul sahi.")
    desk.pick(exchange)
    for reviewer, score in [("r1", 1), ("r2", 3), ("r3", 5)]:
        item = desk.http.post("/api/reviews/next", json={"reviewer": reviewer}).json()
        done = desk.http.post("/api/reviews", json={
            "slot": item["slot"]["id"], "lease_token": item["slot"]["lease_token"], "correction": "Nahi, bilkul galat.",
            "scores": {question: score for question in item["questions"]}})
        assert done.status_code == 200
    visitor = chromium.visitor(desk.people.base, desk.people.join("leader", "lead"))
    page = visitor.page
    visitor.open("/queue/disputes")
    assert page.locator(".voice").count() == 3
    assert page.locator("del", has_text="Haan").count() == 3 and page.locator("ins", has_text="Nahi").count() == 3
    for question in ["relevance", "accuracy", "appropriateness", "natural_language"]:
        page.locator(f"input[name='score.{question}'][value='2']").check(force=True)
    page.get_by_label("Why").fill("It is made up.")
    page.get_by_role("button", name="Decide").click()
    page.wait_for_selector("text=No disagreement waits")
    assert desk.gleaner.sql(
        f"SELECT reviewer, reason FROM gleaner.reviews WHERE kind = 'final' AND exchange_id = '{exchange}'"
    ) == "leader|It is made up."
    visitor.open("/queue/gold")
    page.get_by_role("textbox", name="Exchange").fill(exchange)
    page.locator("input[name='score.accuracy'][value='2']").check(force=True)
    page.get_by_role("button", name="Mark it").click()
    page.wait_for_selector(f"text={exchange}")
    visitor.check()
    visitor.close()


def test_two_answers_are_compared_by_keyboard(chromium, desk):
    first, second = desk.log("Kaun sa?", "Pehla"), desk.log("Kaun sa?", "Doosra")
    assert desk.http.post(
        "/api/comparisons", json={"kind": "variants", "exchange_a": first, "exchange_b": second}).status_code == 201
    visitor = chromium.visitor(desk.people.base, desk.people.join("judge", "reviewer"))
    page = visitor.page
    visitor.open("/compare")
    page.keyboard.press("b")
    page.wait_for_selector("#left-better")
    left = page.locator(".pair section").first.inner_text()
    # Looking again finds the pair that is at hand.
    visitor.open("/compare")
    assert page.locator(".pair section").first.inner_text() == left
    page.keyboard.press("1")
    page.wait_for_selector("#take-pair")
    verdict = desk.gleaner.sql("SELECT preferred, left_side FROM gleaner.comparison_verdicts").split("|")
    assert verdict[0] == verdict[1] == ("a" if "Pehla" in left else "b")
    assert "Who wins" not in page.content()
    visitor.check()
    visitor.close()


def test_reviewers_see_their_own_desk_only(desk):
    client, csrf = desk.people.session(desk.people.join("narrow", "reviewer"))
    with client:
        assert client.get("/review").status_code == 200
        for path in LEAD_PAGES[2:]:
            assert client.get(path).status_code == 403, path
        for path in ["queue/settings", "queue/gold/mark", "queue/disputes/decide", "queue/rubrics/add", "quality/rules/set"]:
            assert client.post(f"/{path}", data={"csrf": csrf}).status_code == 403, path
    viewer, csrf = desk.people.session(desk.people.join("looker", "viewer"))
    with viewer:
        assert viewer.get("/quality").status_code == 200 and viewer.get("/review").status_code == 403
        assert viewer.post("/quality/rules/set", data={"csrf": csrf}).status_code == 403


def test_rules_and_rubrics_are_set_on_their_pages_and_mistakes_are_told(chromium, desk):
    visitor = chromium.visitor(desk.people.base, desk.people.admin)
    page = visitor.page
    visitor.open("/quality/rules")
    page.get_by_label("Name").fill("flagged")
    page.get_by_label("Document").fill('{"match": {"flagged": true}, "probability": 2}')
    page.get_by_role("button", name="Set it").click()
    assert "This probability cannot be used." in page.get_by_role("alert").inner_text()
    page.get_by_label("Document").fill('{"match": {"flagged": true}, "probability": 0.5}')
    page.get_by_role("button", name="Set it").click()
    page.wait_for_selector("th:has-text('flagged')")
    visitor.open("/queue/rubrics")
    page.get_by_label("Document").fill("{}")
    page.get_by_role("button", name="Add").click()
    assert "questions" in page.get_by_role("alert").inner_text()
    visitor.check()
    visitor.close()


def judge(desk, reviewer, score, **more):
    item = desk.http.post("/api/reviews/next", json={"reviewer": reviewer})
    if item.status_code == 204:
        return False
    item = item.json()
    done = desk.http.post("/api/reviews", json={
        "slot": item["slot"]["id"], "lease_token": item["slot"]["lease_token"],
        "scores": {question: score for question in item["questions"]}, **more})
    assert done.status_code == 200, done.text
    return True


@pytest.fixture(scope="module")
def lived_in(desk):
    """Pages with something on them: estimates, agreement, a dispute, a hidden check, a pair."""
    desk.settings(slots=2)
    rule = desk.http.post("/api/sampling-rules", json={"name": "seen", "probability": 0.9, "match": {"source": ["api"]}})
    assert rule.status_code == 200
    time.sleep(2.1)
    seen = [desk.log(f"Lambi baat {number}?", f"Jawab {number}") for number in range(24)]
    for reviewer, shift in [("asha", 0), ("ravi", 1)]:
        for number in range(30):
            if not judge(desk, reviewer, min(5, 3 + number % 3 + shift * (number % 2))):
                break
    disputed = desk.log("Kya main 10 goli le sakta hoon?", "Haan, koi baat nahi.")
    desk.pick(disputed)
    for reviewer, score, correction in [("asha", 1, "Nahi. Turant doctor se baat karo."), ("ravi", 3, None), ("mira", 5, None)]:
        assert judge(desk, reviewer, score, **({"correction": correction} if correction else {}))
    desk.http.put("/api/reviews/gold", json={"exchange_id": seen[0], "scores": {"accuracy": 4}, "note": "settled by two leads"})
    desk.http.post("/api/comparisons", json={"kind": "regenerated", "exchange_a": seen[1], "exchange_b": seen[2]})
    desk.http.delete("/api/sampling-rules/seen")
    return desk


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_can_be_used_by_everybody_and_fit_a_phone(chromium, lived_in, scheme):
    desk = lived_in
    desk.settings()
    desk.pick(desk.log("Chai kaise banate hain? क्या अदरक डालूँ?", "Haan, *adrak* daalo:\n\n1. Paani ubaalo\n2. Patti daalo\n\n> Dheere"),
              desk.log("Aur?", "Bas."))
    for name, viewport in [("desktop", DESKTOP), ("phone", PHONE)]:
        visitor = chromium.visitor(
            desk.people.base, desk.people.join(f"seer-{scheme}-{name}", "admin"), viewport=viewport, scheme=scheme)
        visitor.open("/review")
        visitor.page.keyboard.press("b")
        visitor.page.wait_for_selector("#judgement")
        for path in LEAD_PAGES:
            visitor.open(path)
            if path == "/compare" and visitor.page.locator("#take-pair").count():
                with visitor.page.expect_navigation():
                    visitor.page.keyboard.press("b")
            assert visitor.accessibility() == [], (path, name, scheme)
            assert visitor.overflow() <= 0, (path, name)
            shot = path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-")
            visitor.shoot(ROOT / f".build/screenshots/{shot}-{name}-{scheme}.png")
        visitor.check()
        visitor.close()
        desk.gleaner.sql("UPDATE gleaner.review_slots SET state = 'open', leased_by = NULL WHERE state = 'leased'")
        desk.gleaner.sql("UPDATE gleaner.comparisons SET state = 'open' WHERE state = 'leased'")
