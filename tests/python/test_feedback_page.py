"""Feedback from a page on another origin, which has nothing but a token: real Chromium, real gateway."""

import http.server
import json
import threading

import httpx2 as httpx
import openai
import pytest

from browser import DESKTOP, PHONE
from conftest import make_database
from gleaner import Gleaner, wait_until
from test_chat import CHAI

TOKEN = "x-gleaner-feedback-token"


class ChatPage:
    """A chat's own server, under a policy that allows Gleaner's module and nothing inline."""

    def __init__(self):
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, text = ("css", page.css) if self.path == "/page.css" else ("html", page.html)
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
                self.send_header("Content-Security-Policy", page.policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.html, self.policy = "", ""
        self.css = ":root { color-scheme: light dark } body { background: Canvas; color: CanvasText }"
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, gleaner, widget, language="en", direction="ltr"):
        self.policy = (
            f"default-src 'none'; script-src {gleaner}; connect-src {gleaner}; style-src 'self'; base-uri 'none'")
        self.html = f"""<!doctype html><html lang="{language}" dir="{direction}"><head><title>A chat</title>
            <meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css">
            <script type="module" src="{gleaner}/feedback.js"></script></head>
            <body><main><h1>A chat</h1><p id="answer">Paani ubaalo, patti daalo.</p>{widget}</main></body></html>"""

    def stop(self):
        self.server.shutdown()


@pytest.fixture(scope="module")
def chat_page():
    page = ChatPage()
    yield page
    page.stop()


@pytest.fixture(scope="module")
def gateway(provider, chat_page):
    databases = make_database()
    running = Gleaner(provider.url, next(databases), GLEANER_FEEDBACK_ORIGINS=chat_page.origin)
    running.start()
    yield running
    running.stop()
    next(databases, None)


@pytest.fixture(scope="module")
def site(gateway):
    return f"http://127.0.0.1:{gateway.port}"


@pytest.fixture(scope="module")
def backend(gateway):
    """The chat's backend, which has a key."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{gateway.port}", timeout=30,
        headers={"Authorization": f"Bearer {gateway.make_key()}"}
    ) as client:
        # The secret is read once the schema is there, and answers carry tokens from then on.
        wait_until("answers carry tokens", lambda: TOKEN in ask(client).headers)
        yield client


def ask(client, stream=False, **headers):
    answer = client.post(
        "/v1/chat/completions", json={"model": "demo-hinglish-1", "messages": CHAI, "stream": stream}, headers=headers)
    assert answer.status_code == 200
    return answer


def said(backend, exchange):
    return backend.get(f"/api/exchanges/{exchange}/feedback").json()


def voted(page, vote):
    """Waits until Gleaner has the vote. Not by a function in the page: its policy would refuse that."""
    wait_until(f"the vote is {vote}", lambda: page.evaluate("document.querySelector('gleaner-feedback').vote") == vote)


@pytest.fixture
def visitor(chromium, chat_page):
    opened = chromium.visitor(chat_page.origin)
    yield opened
    assert not opened.dialogs and not opened.violations, (opened.dialogs, opened.violations)
    opened.close()


def test_a_page_with_a_token_rates_comments_and_changes_its_vote_by_keyboard(visitor, chat_page, site, backend):
    answer = ask(backend, **{"X-Gleaner-End-User": "asha@example.com"})
    exchange, token = answer.headers["x-gleaner-exchange-id"], answer.headers[TOKEN]
    chat_page.show(site, f'<gleaner-feedback token="{token}"></gleaner-feedback>')
    page = visitor.page
    visitor.open("/")
    good, bad = page.get_by_role("button", name="Good answer"), page.get_by_role("button", name="Bad answer")
    comment, status = page.get_by_label("What could be better?"), page.get_by_role("status")
    assert good.get_attribute("aria-pressed") == "false" and comment.is_hidden()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    voted(page, "up")
    assert good.get_attribute("aria-pressed") == "true" and bad.get_attribute("aria-pressed") == "false"
    assert status.inner_text() == "Thank you."
    assert said(backend, exchange)["current"]["ups"] == 1

    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    voted(page, "down")
    assert good.get_attribute("aria-pressed") == "false" and bad.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Tab")
    text = "<img src=x onerror=alert(1)> जवाब अधूरा था, \u202eठीक करो"
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    wait_until("the comment was sent", lambda: status.inner_text() == "Your comment was sent.")

    found = said(backend, exchange)
    assert (found["current"]["ups"], found["current"]["downs"]) == (0, 1)
    assert [item["kind"] for item in found["feedback"]] == ["comment", "thumb", "thumb"]
    assert found["feedback"][0]["body"] == text
    raters = {item["rater"] for item in found["feedback"]}
    assert len(raters) == 1 and "asha" not in raters.pop()
    assert {item["proof"] for item in found["feedback"]} == {"token"}
    assert all(url.startswith((site, chat_page.origin)) for url in visitor.requests)
    assert not visitor.errors


def test_a_vote_is_for_the_answer_that_was_shown_when_it_was_given(visitor, chat_page, site, backend):
    shown, next_one = ask(backend), ask(backend)
    chat_page.show(site, f'<gleaner-feedback token="{shown.headers[TOKEN]}"></gleaner-feedback>')
    visitor.open("/")
    # Before the first of them is on its way the page shows another answer under the same widget.
    visitor.page.evaluate(
        """token => {
            const widget = document.querySelector("gleaner-feedback");
            const [up, down] = widget.shadowRoot.querySelectorAll("button");
            up.click();
            down.click();
            widget.setAttribute("token", token);
        }""", next_one.headers[TOKEN])
    first, second = (a.headers["x-gleaner-exchange-id"] for a in (shown, next_one))
    found = wait_until(
        "both votes are there", lambda: len(f := said(backend, first)["feedback"]) == 2 and f)
    assert [item["thumb"] for item in found] == ["down", "up"]
    assert said(backend, second)["feedback"] == []
    widget = "document.querySelector('gleaner-feedback').vote"
    assert visitor.page.evaluate(widget) is None
    visitor.page.get_by_role("button", name="Good answer").click()
    voted(visitor.page, "up")
    assert [item["thumb"] for item in said(backend, second)["feedback"]] == ["up"]
    assert len(said(backend, first)["feedback"]) == 2


@pytest.mark.parametrize("kind", ["forged", "of nobody", "missing"])
def test_a_forged_token_is_refused_where_the_user_sees_it(visitor, chat_page, site, backend, kind):
    token = ask(backend).headers[TOKEN]
    shown = {"forged": token[:-1] + ("A" if token[-1] != "A" else "B"), "of nobody": "x", "missing": ""}[kind]
    chat_page.show(site, f'<gleaner-feedback token="{shown}"></gleaner-feedback>')
    visitor.open("/")
    visitor.page.get_by_role("button", name="Bad answer").click()
    wait_until(
        "the page says so",
        lambda: visitor.page.get_by_role("status").inner_text() in (
            "This answer can no longer be rated.", "That did not work. Please try again."))
    bad = visitor.page.get_by_role("button", name="Bad answer")
    assert bad.get_attribute("aria-pressed") == "false"
    assert visitor.page.get_by_label("What could be better?").is_hidden()
    assert visitor.page.evaluate("document.querySelector('gleaner-feedback').vote") is None


def test_another_origin_gets_neither_the_module_nor_an_answer(chromium, site, backend):
    other = ChatPage()
    answer = ask(backend)
    token, exchange = answer.headers[TOKEN], answer.headers["x-gleaner-exchange-id"]
    other.show(site, f'<gleaner-feedback token="{token}"></gleaner-feedback>')
    visitor = chromium.visitor(other.origin)
    visitor.open("/")
    assert visitor.page.evaluate("customElements.get('gleaner-feedback') === undefined")
    for headers in ({"Content-Type": "application/json", "Authorization": f"Feedback {token}"}, {"Content-Type": "text/plain"}):
        failed = visitor.page.evaluate(
            """async ([url, headers, token]) => {
                try {
                    await fetch(url, {method: "POST", headers, body: JSON.stringify({thumb: "up", token})});
                    return false;
                } catch { return true; }
            }""", [f"{site}/api/feedback", headers, token])
        assert failed
    assert said(backend, exchange)["feedback"] == []
    visitor.close()
    other.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport,language,direction", [(DESKTOP, "en", "ltr"), (PHONE, "ar", "rtl"), (PHONE, "hi", "ltr")])
def test_the_widget_is_for_everybody(
    chromium, chat_page, site, backend, tmp_path, scheme, viewport, language, direction):
    labels = {
        "en": ["Good answer", "Send"], "ar": ["إجابة جيدة", "إرسال"], "hi": ["अच्छा जवाब", "भेजें"]}[language]
    token = ask(backend).headers[TOKEN]
    chat_page.show(
        site, f'<gleaner-feedback token="{token}" comment="always" label-up="{labels[0]}" label-send="{labels[1]}">'
              "</gleaner-feedback>", language, direction)
    visitor = chromium.visitor(chat_page.origin, viewport=viewport, scheme=scheme)
    visitor.open("/")
    good = visitor.page.get_by_role("button", name=labels[0])
    good.click()
    voted(visitor.page, "up")
    assert visitor.accessibility() == []
    assert visitor.overflow() <= 0
    box = good.bounding_box()
    assert box["width"] >= 44 and box["height"] >= 44
    other = visitor.page.locator("gleaner-feedback button[part=down]").bounding_box()
    assert (box["x"] < other["x"]) == (direction == "ltr")
    visitor.shoot(tmp_path / f"{language}-{scheme}.png")
    assert not visitor.errors and not visitor.violations
    visitor.close()


def test_on_a_page_without_dark_colours_the_widget_stays_light(chromium, chat_page, site, backend):
    both, chat_page.css = chat_page.css, "body { background: #ffffff; color: #222222 }"
    token = ask(backend).headers[TOKEN]
    chat_page.show(site, f'<gleaner-feedback token="{token}" comment="always"></gleaner-feedback>')
    visitor = chromium.visitor(chat_page.origin, scheme="dark")
    visitor.open("/")
    visitor.page.get_by_role("button", name="Good answer").click()
    voted(visitor.page, "up")
    assert visitor.accessibility() == []
    visitor.close()
    chat_page.css = both


def test_an_sdk_finds_the_token_in_the_body_and_what_is_stored_is_the_providers(gateway, backend):
    plain, asked = ask(backend), ask(backend, **{TOKEN: "body"})
    assert "gleaner_feedback_token" not in plain.json()
    assert asked.json()["gleaner_feedback_token"] == asked.headers[TOKEN]
    assert int(asked.headers["content-length"]) == len(asked.content)
    row = gateway.row(asked.headers["x-gleaner-exchange-id"])
    assert row["response_hash_is_right"]
    stored = bytes.fromhex(row["response_hex"])
    assert b"gleaner" not in stored
    assert asked.content == b'{"gleaner_feedback_token":"' + asked.headers[TOKEN].encode() + b'",' + stored[1:]
    with openai.OpenAI(base_url=gateway.base_url, api_key=gateway.make_key(), max_retries=0) as client:
        completion = client.chat.completions.create(
            model="demo-hinglish-1", messages=CHAI, extra_headers={TOKEN: "body"})
        assert len(completion.gleaner_feedback_token) == 124
        stream = client.chat.completions.create(
            model="demo-hinglish-1", messages=CHAI, stream=True, extra_headers={TOKEN: "body"})
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
        assert text


def test_a_stream_carries_the_token_ahead_of_its_first_event(gateway, backend):
    asked = ask(backend, stream=True, **{TOKEN: "body"})
    field = f"gleaner-feedback-token: {asked.headers[TOKEN]}\n\n".encode()
    assert asked.content.startswith(field)
    row = gateway.row(asked.headers["x-gleaner-exchange-id"])
    assert row["response_hash_is_right"]
    assert asked.content == field + bytes.fromhex(row["response_hex"])


def test_a_replayed_answer_brings_a_token_for_the_exchange_that_gave_it(backend):
    headers = {"Idempotency-Key": "feedback-replay", TOKEN: "body"}
    first = ask(backend, **headers)
    body = {"model": "demo-hinglish-1", "messages": CHAI, "stream": False}
    again = wait_until(
        "the answer is stored",
        lambda: (a := backend.post("/v1/chat/completions", json=body, headers=headers)).status_code == 200 and a)
    assert again.headers["x-gleaner-idempotent-replay"] == "true"
    assert again.json()["gleaner_feedback_token"] == again.headers[TOKEN]
    rated = backend.post(
        "/api/feedback", json={"thumb": "up"}, headers={"Authorization": f"Feedback {again.headers[TOKEN]}"})
    assert rated.json()["exchange_id"] == first.headers["x-gleaner-exchange-id"]


def test_a_key_that_opted_out_gets_no_tokens(gateway, site):
    token = gateway.make_key("gateway")
    key = json.loads(gateway.run("keys", "list", "--json").stdout)[-1]["id"]
    assert "feedback-tokens off" in gateway.run("keys", "limit", key, "--feedback-tokens", "off").stdout
    with httpx.Client(base_url=site, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        answer = ask(client, **{TOKEN: "body"})
        assert TOKEN not in answer.headers and b"gleaner_feedback_token" not in answer.content


def test_rotation_with_revoke_refuses_tokens_that_are_out(gateway, backend):
    old = ask(backend).headers[TOKEN]

    def rate(token):
        return backend.post("/api/feedback", json={"thumb": "up"}, headers={"Authorization": f"Feedback {token}"})

    assert rate(old).status_code == 202
    assert "secret 2" in gateway.run("keys", "rotate-feedback-secret").stdout
    assert rate(old).status_code == 202
    gateway.run("keys", "rotate-feedback-secret", "--revoke")
    refused = wait_until("the old secret is gone", lambda: (a := rate(old)).status_code == 403 and a)
    assert refused.json()["error"]["code"] == "feedback_token_invalid"
    assert rate(ask(backend).headers[TOKEN]).status_code == 202


def test_without_postgres_answers_come_without_a_token_and_without_an_error(provider, tmp_path):
    away = Gleaner(
        provider.url, "host=/nonexistent dbname=none connect_timeout=1", GLEANER_FEEDBACK_ORIGINS="https://a.example")
    away.start(until="/livez")
    with httpx.Client(base_url=f"http://127.0.0.1:{away.port}", timeout=30) as client:
        script = client.get("/feedback.js", headers={"Origin": "https://a.example"})
        assert script.status_code == 200 and script.headers["access-control-allow-origin"] == "https://a.example"
        refused = client.post(
            "/api/feedback", json={"thumb": "up"}, headers={"Authorization": "Feedback " + "A" * 124})
        assert refused.status_code in (403, 503) and refused.json()["error"]["code"].startswith("feedback_token_")
    away.stop()


@pytest.mark.parametrize("origin", ["*", "https://a.example/", "a.example", "null"])
def test_an_origin_that_is_none_stops_the_start(gateway, origin):
    done = Gleaner(gateway.environment["GLEANER_PROVIDER_URL"], gateway.database, GLEANER_FEEDBACK_ORIGINS=origin).run(
        "doctor", check=False)
    assert "GLEANER_FEEDBACK_ORIGINS" in done.stderr + done.stdout
