"""The console's doors and frame: signing in, roles, forged requests, headers, keyboard, colours."""

import re
import time

import httpx2 as httpx
import pytest

from browser import DESKTOP, PASSWORD, PHONE

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                               "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture
def door(gleaner):
    """Plain HTTP as a browser of this console sends it."""
    base = f"http://127.0.0.1:{gleaner.port}"
    with httpx.Client(base_url=base, headers={"Origin": base, "Accept": "text/html"}, timeout=30) as client:
        yield client


def test_somebody_new_signs_in_by_keyboard_and_out_again(chromium, people):
    link = people.invite("asha", "lead")
    visitor = chromium.visitor(people.base)
    page = visitor.page
    visitor.open(link)
    page.get_by_label("Password, at least").fill(PASSWORD)
    page.get_by_label("Again").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "welcome" not in url)
    assert page.locator(".who .handle").inner_text() == "asha"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert visitor.open("/account").url.endswith("/sign-in?next=%2Faccount")
    page.locator("input[name=name]:focus").wait_for()
    page.keyboard.type("asha")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    visitor.check()
    visitor.close()


def test_a_wrong_password_says_so_and_keeps_the_name(chromium, people):
    visitor = chromium.visitor(people.base)
    visitor.open("/sign-in")
    visitor.page.get_by_label("Name").fill("nobody")
    visitor.page.get_by_label("Password").fill("wrong wrong wrong")
    visitor.page.keyboard.press("Enter")
    assert "This did not work." in visitor.page.get_by_role("alert").inner_text()
    assert visitor.page.get_by_label("Name").input_value() == "nobody"
    visitor.check()
    visitor.close()


def test_unknown_names_and_wrong_passwords_get_one_answer_in_one_time(people, gleaner):
    people.join("timed", "viewer")

    def refused(name):
        began = time.perf_counter()
        answer = people.sign_in(name, "wrong wrong wrong")
        assert answer.status_code == 401
        return time.perf_counter() - began, answer.text.replace(name, "NAME")

    refused("timed"), refused("unheard")
    known, unknown = [refused("timed") for _ in range(4)], [refused("unheard") for _ in range(4)]
    assert {text for _, text in known} == {text for _, text in unknown}
    a, b = min(t for t, _ in known), min(t for t, _ in unknown)
    assert 0.5 < a / b < 2, (a, b)


def test_guessing_is_slowed_down(people):
    people.join("guessed", "viewer")
    answers = [people.sign_in("guessed", f"guess number {n}").status_code for n in range(12)]
    assert answers[:10] == [401] * 10 and answers[10:] == [429] * 2
    assert people.sign_in("guessed").status_code == 429


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": None},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://127.0.0.1.evil.example"},
])
def test_requests_from_elsewhere_are_refused(people, headers):
    client, csrf = people.session(people.join(f"forged{abs(hash(str(headers)))}", "admin"))
    with client:
        for name, value in headers.items():
            if value is None:
                del client.headers[name]
            else:
                client.headers[name] = value
        answer = client.post("/people/invite", data={"csrf": csrf, "handle": "victim", "role": "admin"})
        assert answer.status_code == 403, answer.text


def test_only_this_sessions_token_counts(people):
    client, csrf = people.session(people.admin)
    other_client, other_csrf = people.session(people.join("othersession", "admin"))
    with client, other_client:
        for token in ["", "0" * 64, other_csrf, csrf[:-1] + ("0" if csrf[-1] != "0" else "1")]:
            answer = client.post("/people/invite", data={"csrf": token, "handle": "victim", "role": "admin"})
            assert answer.status_code == 403
        without = client.post("/people/invite", data={"handle": "victim", "role": "admin"})
        assert without.status_code == 403
        for kind in ["text/plain", "multipart/form-data; boundary=x", "application/xml"]:
            answer = client.post(
                "/people/invite", content=f"csrf={csrf}&handle=victim&role=admin", headers={"Content-Type": kind})
            assert answer.status_code == 415, kind
        assert client.get(f"/people/invite?csrf={csrf}&handle=victim&role=admin").status_code in (404, 405)
        override = client.get("/people/invite", headers={"X-HTTP-Method-Override": "POST"})
        assert override.status_code in (404, 405)
        assert "victim" not in client.get("/people").text


def test_a_form_sets_nothing_but_its_own_fields(people):
    client, csrf = people.session(people.admin)
    with client:
        for extra in ["project_id", "is_admin", "person_id", "password"]:
            answer = client.post(
                "/people/invite", data={"csrf": csrf, "handle": "massassign", "role": "viewer", extra: "1"})
            assert answer.status_code == 400 and extra in answer.text


def test_cookies_are_for_this_host_alone_and_change_with_every_sign_in(people):
    people.join("cookied", "viewer")
    first, second = people.sign_in("cookied"), people.sign_in("cookied")
    pattern = r"__Host-gleaner=([0-9a-f]{64}); Path=/; Max-Age=\d+; Secure; HttpOnly; SameSite=Lax"
    values = [re.fullmatch(pattern, answer.headers["set-cookie"]).group(1) for answer in (first, second)]
    assert values[0] != values[1]
    client, csrf = people.session([{"value": values[0]}])
    with client:
        assert client.get("/account").status_code == 200
        assert client.post("/sign-out", data={"csrf": csrf}).status_code == 303
        assert client.get("/account").headers["location"].startswith("/sign-in")


def test_a_new_role_ends_old_sessions_and_the_last_admin_stays(people):
    cookies = people.join("promoted", "reviewer")
    client, _ = people.session(cookies)
    admin, csrf = people.session(people.admin)
    with client, admin:
        assert client.get("/people").status_code == 403
        assert admin.post("/people/role", data={"csrf": csrf, "handle": "promoted", "role": "lead"}).status_code == 303
        assert client.get("/account").status_code == 303
        unknown = admin.post("/people/role", data={"csrf": csrf, "handle": "not.there", "role": "lead"})
        assert unknown.status_code == 404


def test_every_answer_carries_the_headers(door, people, key):
    client, _ = people.session(people.admin)
    with client:
        answers = [
            door.get("/sign-in"), door.get("/welcome?token=x"), door.get("/nothing/here"), door.get("/assets/console.css"),
            door.get("/assets/absent.js"), door.get("/"), door.post("/sign-in", content="x"), client.get("/people"),
            client.get("/account"), door.get("/api/exchanges"),
            door.get("/api/exchanges", headers={"Authorization": f"Bearer {key}"}),
            door.post("/api/feedback", content="{", headers={"Authorization": f"Bearer {key}"}),
        ]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (answer.url, name)
        if "/assets/" not in str(answer.url) and "/api/" not in str(answer.url):
            assert answer.headers["cache-control"] == "no-store" or answer.status_code == 404, answer.url


def test_next_leads_nowhere_else(people):
    people.join("redirected", "viewer")
    for there in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y"]:
        with people._client() as client:
            answer = client.post("/sign-in", data={"name": "redirected", "password": PASSWORD, "next": there})
        assert answer.headers["location"] == "/", there


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_doors_and_frame_are_accessible_and_fit(chromium, people, viewport, scheme):
    cookies = people.admin
    visitor = chromium.visitor(people.base, cookies, viewport=viewport, scheme=scheme)
    for path in ["/people", "/account", "/nothing-here"]:
        visitor.open(path)
        assert visitor.accessibility() == [], path
        assert visitor.overflow() <= 0, path
    visitor.close()
    guest = chromium.visitor(people.base, viewport=viewport, scheme=scheme)
    for path in ["/sign-in", people.invite("unused", "viewer"), "/welcome?token=none"]:
        guest.open(path)
        assert guest.accessibility() == [], path
        assert guest.overflow() <= 0, path
    guest.close()


@pytest.mark.parametrize("width, rows", [(1280, 1), (900, 2), (390, 3), (320, 4)])
def test_all_entries_of_the_frame_are_seen_at_once(chromium, people, width, rows):
    visitor = chromium.visitor(people.base, people.admin, viewport={"width": width, "height": 800})
    visitor.open("/people")
    boxes = visitor.page.locator(".top nav a").evaluate_all("""all => all.map((entry) => {
        const box = entry.getBoundingClientRect();
        return [box.left, box.top, box.right, document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2) === entry];
    })""")
    assert len(boxes) == 15 and all(left >= 0 and right <= width and seen for left, _, right, seen in boxes)
    assert len({top for _, top, _, _ in boxes}) <= rows and visitor.overflow() <= 0
    visitor.close()


def test_keys_lead_to_pages_and_the_sheet_shows_them(chromium, people):
    visitor = chromium.visitor(people.base, people.admin)
    page = visitor.page
    visitor.open("/people")
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/account")
    visitor.check()
    visitor.close()


def test_colours_stay_chosen(chromium, people):
    visitor = chromium.visitor(people.base, people.admin)
    visitor.open("/account")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Dark").click()
    assert visitor.page.locator("html").get_attribute("data-theme") == "dark"
    visitor.open("/people")
    assert visitor.page.locator("html").get_attribute("data-theme") == "dark"
    visitor.check()
    visitor.close()


def test_pages_can_be_read_and_forms_sent_without_javascript(chromium, people):
    visitor = chromium.visitor(people.base, people.admin, javascript=False)
    visitor.open("/people")
    form = visitor.page.locator("form[action='/people/invite']")
    form.get_by_label("Name to sign in with").fill("scriptless")
    form.get_by_text("viewer", exact=True).click()
    form.get_by_role("button", name="Invite").click()
    assert "A link for scriptless" in visitor.page.content()
    visitor.close()
