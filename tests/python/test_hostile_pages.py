"""Every hostile text in every field that a page shows, and every page in Chromium: nothing runs, nothing is fetched."""

import json
import uuid
import time

import httpx2 as httpx
import pytest

from browser import PHONE
from gleaner import wait_until
from hostile import ALL, EVIL, RUN

PAGES_AT_MOST = 260


def name_of(text):
    """What may stand in a name: at most 256 characters, and no U+0000."""
    return text[:200]


def printable(text):
    """What a provider, a conversation, an end user or a tag may be called: no control characters."""
    return "".join(c for c in text if c >= " " and not "\x7f" <= c <= "\x9f")[:64] or "x"


def exchange(number, text):
    """One exchange that has the text wherever a client or a provider can put it."""
    call = {"id": f"call{number}", "type": "function",
            "function": {"name": name_of(text), "arguments": json.dumps({"x": text})}}
    return {
        "external_id": f"hostile-{number}-{uuid.uuid4()}", "received_at": time.time() - number, "provider": printable(text),
        "conversation": printable(text), "end_user": printable(text), "tags": [printable(text)[:60]], "metadata": {name_of(text): text},
        "request": {"model": name_of(text), "messages": [
            {"role": "system", "content": text}, {"role": "user", "content": text, "name": name_of(text)},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"call{number}", "content": text},
            {"role": "user", "content": [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": EVIL + "/i.png"}}]},
        ]},
        "response": {"id": f"chatcmpl-hostile-{number}", "object": "chat.completion", "created": 1, "model": name_of(text),
                     "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
                     "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}},
    }


@pytest.fixture(scope="module")
def haunted(gleaner, people):
    """The shared Gleaner with every text in exchanges, feedback and names."""
    key = gleaner.make_key()
    with httpx.Client(base_url=people.base, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        ids = []
        for start in range(0, len(ALL), 50):
            answer = client.post("/api/exchanges", json=[
                exchange(start + n, text) for n, text in enumerate(ALL[start:start + 50])])
            assert answer.status_code == 202, [entry for entry in answer.json()["exchanges"] if "error" in entry]
            ids += [entry["id"] for entry in answer.json()["exchanges"]]
        for id, text in zip(ids, ALL):
            answer = client.post("/api/feedback", json={
                "exchange_id": id, "thumb": "down", "comment": text, "correction": text, "flag": True, "reason": text,
                "rater": name_of(text)})
            assert answer.status_code == 202, (text[:80], answer.text)
    wait_until("all is stored", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 60)
    admin, csrf = people.session(people.admin)
    with admin:
        for number, text in enumerate(ALL[:40]):
            admin.post("/people/invite", data={
                "csrf": csrf, "handle": f"hostile{number}", "name": text[:100], "role": "viewer"})
    return ids


def test_the_traps_catch_what_they_are_for(chromium, people):
    """A page without our headers, with the text as markup: the visitor notices all three."""
    visitor = chromium.visitor(people.base)
    visitor.page.set_content(f"<script>{RUN}</script><img src={EVIL}/pixel.gif>")
    wait_until("the dialog and the request are noticed", lambda: visitor.dialogs and visitor.off_origin, 10)
    assert visitor.page.evaluate("window.pwned") == 1
    visitor.close()


def crawl(visitor, pages):
    """Opens every page that the console's own links lead to, breadth first, and returns their paths."""
    waiting, seen = ["/"], []
    while waiting and len(seen) < pages:
        path = waiting.pop(0)
        answer = visitor.open(path)
        kind = answer.headers.get("content-type", "") if answer else ""
        seen.append(path)
        assert answer.status < 500, (path, answer.status)
        if not kind.startswith("text/html"):
            continue
        assert visitor.page.evaluate("window.pwned") is None, path
        assert not visitor.dialogs and not visitor.off_origin and not visitor.violations, (
            path, visitor.dialogs, visitor.off_origin, visitor.violations)
        links = visitor.page.eval_on_selector_all("a[href]:not([download])", "all => all.map(a => a.getAttribute('href'))")
        for link in links:
            if not link.startswith("/") or link.startswith("//"):
                # What people wrote as a link leads out, named, and without saying where from.
                rel = visitor.page.evaluate(
                    "href => [...document.querySelectorAll('a[href]')].find(a => a.getAttribute('href') === href).rel", link)
                assert link.startswith(("#", "?", "https://", "http://", "mailto:")), (path, link)
                if not link.startswith(("#", "?")):
                    assert "noopener" in rel and "noreferrer" in rel, (path, link, rel)
                continue
            if link not in seen and link not in waiting:
                waiting.append(link)
    return seen


def test_no_page_runs_or_fetches_what_people_wrote(chromium, haunted, people):
    visitor = chromium.visitor(people.base, people.admin)
    seen = crawl(visitor, PAGES_AT_MOST)
    assert len(seen) > 20, seen
    assert visitor.errors == []
    visitor.close()


def test_hostile_pages_fit_a_phone(chromium, haunted, people):
    visitor = chromium.visitor(people.base, people.admin, viewport=PHONE)
    for path in crawl(visitor, 40):
        visitor.open(path)
        assert visitor.overflow() <= 0, path
    visitor.close()
