"""Who gets where: every route of the running server, tried by everybody who should not get there.

The list comes from the server itself (`/surface` on the admin listener), so a new route is in it without anybody adding it.
"""

import json
import urllib.request

import httpx2 as httpx
import pytest

from gleaner import SCOPES

ROLES = ["viewer", "reviewer", "lead", "engineer", "admin"]
MAY = {
    "anyone": set(ROLES), "read": {"viewer", "lead", "engineer", "admin"}, "review": {"reviewer", "lead", "admin"},
    "lead": {"lead", "admin"}, "engineer": {"engineer", "admin"}, "admin": {"admin"},
}
REFUSED = (401, 403, 404)


@pytest.fixture(scope="module")
def surface(gleaner):
    with urllib.request.urlopen(gleaner.admin + "/surface", timeout=10) as answer:
        routes = [(*entry["route"].split(" ", 1), entry["need"]) for entry in json.load(answer)["routes"]]
    assert len(routes) > 50
    return routes


def path(template):
    """An address of the route that names nothing there is."""
    parts = ["files" if part == "**" else part for part in template.split("/")]
    return "/".join("0190a0b0-0000-7000-8000-000000000000" if part.startswith("{") else part for part in parts) or "/"


def call(client, method, template, headers):
    body = {} if method == "GET" else {"content": b"{}"}
    return client.request(method, path(template), headers={"Content-Type": "application/json", **headers}, **body)


def test_keys_without_the_scope_get_nowhere(surface, gleaner):
    keys = {scope: gleaner.make_key(scope) for scope in SCOPES}
    wrong = ["", "Bearer", "Bearer gln_" + "0" * 64, "Bearer gln_short", "Basic Og=="]
    with httpx.Client(base_url=f"http://127.0.0.1:{gleaner.port}", timeout=30) as client:
        for method, template, need in surface:
            if not need.startswith("key"):
                continue
            for token in wrong:
                answer = call(client, method, template, {"Authorization": token} if token else {})
                assert answer.status_code in REFUSED, (method, template, token, answer.status_code)
            scope = need.split()[0].removeprefix("key:")
            for other, key in keys.items():
                if other == scope or need == "key":
                    continue
                answer = call(client, method, template, {"Authorization": f"Bearer {key}"})
                assert answer.status_code == 403, (method, template, other, answer.status_code, answer.text)


def test_roles_get_where_they_may_and_nowhere_else(surface, people):
    sessions = {role: people.session(people.join(f"matrix-{role}", role)) for role in ROLES}
    for method, template, need in surface:
        if not need.startswith("session:") or template == "/sign-out":
            continue
        allowed = MAY[need.removeprefix("session:")]
        with httpx.Client(base_url=people.base, timeout=30, headers={"Accept": "application/json"}) as stranger:
            answer = call(stranger, method, template, {"Origin": people.base})
            assert answer.status_code in REFUSED, (method, template, answer.status_code)
        for role, (client, csrf) in sessions.items():
            headers = {"Accept": "application/json", "X-CSRF-Token": csrf}
            answer = call(client, method, template, headers)
            if role not in allowed:
                assert answer.status_code == 403, (method, template, role, answer.status_code)
            else:
                assert answer.status_code not in (401, 403) and answer.status_code < 500, (
                    method, template, role, answer.status_code, answer.text[:300])
                if method == "POST":
                    forged = call(client, method, template, {"Accept": "application/json"})
                    assert forged.status_code == 403, (method, template, role, forged.status_code)


def test_a_key_opens_no_page_and_a_session_no_api(surface, gleaner, people):
    key = gleaner.make_key()
    client, csrf = people.session(people.admin)
    with httpx.Client(base_url=people.base, timeout=30, headers={"Accept": "application/json"}) as keyed:
        for method, template, need in surface:
            if need.startswith("session:"):
                answer = call(keyed, method, template, {"Authorization": f"Bearer {key}", "Origin": people.base})
                assert answer.status_code in REFUSED, (method, template, answer.status_code)
            elif need.startswith("key"):
                answer = call(client, method, template, {"X-CSRF-Token": csrf})
                assert answer.status_code in REFUSED, (method, template, answer.status_code)
