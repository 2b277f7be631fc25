"""Keys and secrets: what is refused alike, what reaches no log, table, page or process list, and what no caller can choose."""

import itertools
import json
import os
import statistics
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2 as httpx
import pytest

from browser import PASSWORD
from gleaner import get, wait_until

BITS = ["'", "''", "\"", "--", ";", "/*", "*/", "\\", "$1", "%00", "%27", "\t", "()", "||", "OR 1=1", "UNION SELECT", "gln_", "NULL",
        "pg_sleep(5)", "' OR '1'='1", "{}", "[]", "<b>", "${x}", "`id`", "../..", "é", "\u202e", "0x27", "E'\\x27'"]


def injections(count=2000):
    """Deterministic: every pair, in front of, inside and after what looks like a key."""
    forms = [lambda a, b: f"gln_{a}{b}", lambda a, b: f"{a}gln_{'0' * 64}{b}", lambda a, b: f"gln_{'0' * 30}{a}{'0' * 30}{b}"]
    texts = (form(a, b) for form, a, b in itertools.product(forms, BITS, BITS))
    return [text for text in texts][:count]


def raw_get(client, value, header=b"Authorization"):
    request = client.build_request("GET", "/v1/models")
    request.headers = httpx.Headers([(b"Host", request.headers["Host"].encode()), (header, value)])
    return client.send(request)


def test_two_thousand_injections_get_the_one_answer_and_never_the_database(gleaner):
    texts = injections()
    assert len(texts) == 2000
    before = int(gleaner.sql("SELECT count(*) FROM gleaner.api_keys"))
    answers = set()
    with httpx.Client(base_url=f"http://127.0.0.1:{gleaner.port}", timeout=30) as client:
        for text in texts:
            answer = raw_get(client, b"Bearer " + text.strip().encode("utf-8").replace(b"\t", b" "))
            answers.add((answer.status_code, answer.text))
            assert len(text.strip()) < 8 or text.strip() not in answer.text
    assert len(answers) == 1 and next(iter(answers))[0] == 401, answers
    assert int(gleaner.sql("SELECT count(*) FROM gleaner.api_keys")) == before
    # What was running there meanwhile is known to the server's statistics: bound parameters, no text of ours.
    activity = gleaner.sql("SELECT string_agg(query, '\n') FROM pg_stat_activity WHERE query LIKE '%api_keys%'")
    assert "UNION" not in activity and "OR 1=1" not in activity


def test_unknown_malformed_revoked_and_expired_keys_get_the_same_bytes_in_the_same_time(gleaner):
    revoked, expired = gleaner.make_key("gateway"), gleaner.make_key("gateway")
    ids = {}
    for name, key in (("revoked", revoked), ("expired", expired)):
        ids[name] = gleaner.sql(
            f"SELECT id FROM gleaner.api_keys WHERE secret_sha256 = sha256('{key}'::bytea)")
    gleaner.run("keys", "revoke", ids["revoked"])
    gleaner.sql(f"UPDATE gleaner.api_keys SET expires_at = now() - interval '1 minute' WHERE id = '{ids['expired']}'")
    cases = {"revoked": revoked, "expired": expired, "unknown": "gln_" + "ab" * 32, "malformed": "gln_nonsense", "short": "x"}
    bodies, times = {}, {name: [] for name in cases}
    with httpx.Client(base_url=f"http://127.0.0.1:{gleaner.port}", timeout=30) as client:
        for _ in range(30):
            for name, key in cases.items():
                began = time.perf_counter()
                answer = client.get("/v1/models", headers={"Authorization": f"Bearer {key}"})
                times[name].append(time.perf_counter() - began)
                bodies.setdefault((answer.status_code, answer.content), set()).add(name)
                assert key not in answer.text or key == "x"
    assert len(bodies) == 1, bodies
    # Well-formed ones differ by what the database says, and that is asked for none of them more than for the others.
    middle = {name: statistics.median(times[name]) for name in ("revoked", "expired", "unknown")}
    assert max(middle.values()) < 3 * min(middle.values()), middle


def test_no_secret_is_in_logs_tables_metrics_files_or_the_process_list(gleaner, people):
    key = gleaner.make_key()
    link = people.invite("canary", "viewer").split("token=")[1]
    cookies = people.join("canary2", "admin")
    client, csrf = people.session(cookies)
    base = f"http://127.0.0.1:{gleaner.port}"
    # Each is shown where it belongs, and where it does not: paths, bodies, names.
    with client, httpx.Client(base_url=base, timeout=30, headers={"Authorization": f"Bearer {key}"}) as keyed:
        keyed.post("/v1/chat/completions", json={
            "model": "demo-hinglish-1", "messages": [{"role": "user", "content": "namaste"}]})
        keyed.get("/api/exchanges", params={"conversation": key})
        keyed.get(f"/api/exchanges/{key}")
        keyed.post("/api/feedback", content=json.dumps({"completion_id": "x", key: 1}))
        client.get("/people", params={"csrf": csrf, "x": PASSWORD})
        client.post("/sign-in", data={"name": PASSWORD, "password": PASSWORD})
        client.post("/people/invite", data={"csrf": csrf, "handle": PASSWORD, "role": "viewer"})
        client.get("/welcome", params={"token": link})
    wait_until("all is stored", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 30)
    secrets = {"key": key, "link": link, "cookie": cookies[0]["value"], "csrf": csrf, "password": PASSWORD,
               "provider key": "provider-secret-canary"}
    places = {
        "log": gleaner.process.text().replace(people.first_token, ""),
        "metrics": get(gleaner.admin + "/metrics")[1].decode(),
        "readyz": get(gleaner.admin + "/readyz")[1].decode(),
        "command line": Path(f"/proc/{gleaner.process.child.pid}/cmdline").read_text(),
    }
    tables = gleaner.sql("SELECT relname FROM pg_class WHERE relnamespace = 'gleaner'::regnamespace AND relkind IN ('r', 'p')"
                         " AND NOT relispartition").split()
    for table in tables:
        places[table] = gleaner.sql(f"SELECT coalesce(string_agg(t::text, '\n'), '') FROM gleaner.{table} t")
    for path in Path(gleaner.environment["GLEANER_DATA_DIR"]).rglob("*"):
        if path.is_file():
            places[str(path)] = path.read_bytes().decode("latin-1")
    for place, text in places.items():
        for name, secret in secrets.items():
            if name == "password" and place == "audit_events":
                continue  # somebody typed it into the field for the name, which is what was refused
            assert secret not in text, (name, place)


class Trap:
    """A server that nobody should ever speak to."""

    def __init__(self):
        self.seen = []
        trap = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one_request(self):
                trap.seen.append(self.rfile.readline())
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def trap():
    running = Trap()
    yield running
    running.server.shutdown()
    running.server.server_close()


SPELLINGS = [
    "api_base", "api-base", "apiBase", "API_BASE", "base_url", "base-url", "baseUrl", "baseURL", "BASE_URL", "api_url", "apiUrl", "endpoint", "url",
    "host", "proxy", "target", "target_url", "upstream", "provider_url", "openai_api_base", "azure_endpoint", "custom_llm_provider_base", "model_info",
    "litellm_params", "extra_headers", "default_headers", "headers", "extra_body", "organization_url", "api_key", "apiKey", "api-key",
]
HEADERS = [
    "X-Base-URL", "Helicone-Target-URL", "Helicone-OpenAI-Api-Base", "X-Portkey-Custom-Host", "X-Target-URL", "X-Forwarded-Host", "X-Api-Base", "Forwarded",
    "X-Host", "X-Original-Host", "X-Provider-URL", "X-Gleaner-Provider", "Proxy", "X-Rewrite-URL", "X-Original-URL", "X-Upstream", "Destination", "Host-Override",
]


def test_no_caller_chooses_where_a_call_goes_or_with_what_key(gleaner, http, trap):
    assert len(SPELLINGS) + len(HEADERS) >= 50
    body = {"model": "demo-hinglish-1", "messages": [{"role": "user", "content": "namaste"}]}
    for name in SPELLINGS:
        for value in (trap.url, {"api_base": trap.url, "Authorization": "Bearer stolen", "Host": trap.url[7:]}):
            answer = http.post("/v1/chat/completions", json={**body, name: value})
            assert answer.status_code in (200, 400), (name, answer.text)
    for name in HEADERS:
        for value in (trap.url, trap.url[7:]):
            answer = http.post("/v1/chat/completions", json=body, headers={name: value})
            assert answer.status_code == 200, (name, answer.text)
    for target in [f"/v1/{trap.url}/x", f"/v1//{trap.url[7:]}/x", f"/v1/@{trap.url[7:]}/x", f"/v1/..//{trap.url[7:]}", "/v1/%2e%2e/%2f" + trap.url[7:]]:
        http.get(target)
    http.get("/v1/models", params={"api_base": trap.url, "base_url": trap.url})
    assert trap.seen == []


def test_another_projects_things_are_as_absent_as_none(gleaner, http):
    """Whatever exists in one project, a key of another gets the same bytes for it as for what never was."""
    other = gleaner.run("keys", "create", "--project", "other-tenant", "--scope", "gateway", "feedback", "read", "review", "datasets", "routes").stdout.strip()
    answer = http.post("/v1/chat/completions", json={
        "model": "demo-hinglish-1", "messages": [{"role": "user", "content": "private canary"}]})
    mine = answer.headers["x-gleaner-exchange-id"]
    wait_until("it is stored", lambda: http.get(f"/api/exchanges/{mine}").status_code == 200)
    absent = mine[:-4] + ("0000" if mine[-4:] != "0000" else "1111")
    with httpx.Client(base_url=f"http://127.0.0.1:{gleaner.port}", headers={"Authorization": f"Bearer {other}"}, timeout=30) as client:
        for path in ["/api/exchanges/{}", "/api/exchanges/{}/feedback", "/api/exchanges/{}/history",
                     "/api/exchanges/{}/bytes/request", "/api/moderation/exchanges/{}"]:
            theirs, none = client.get(path.format(mine)), client.get(path.format(absent))
            assert theirs.status_code == none.status_code, path
            assert plain(theirs, mine) == plain(none, absent), path
        assert mine not in client.get("/api/exchanges", params={"limit": 500}).text
        assert "canary" not in client.get("/api/exchanges", params={"limit": 500}).text


def plain(answer, id):
    body = answer.json()
    if isinstance(body.get("error"), dict):
        body["error"].pop("request_id", None)
    return json.dumps(body, sort_keys=True).replace(id, "ID")


@pytest.mark.parametrize("extra", ["role", "tenant_id", "project_id", "cost", "cost_usd", "is_admin", "reviewer_id", "id", "created_at"])
def test_fields_that_a_body_does_not_have_are_refused(gleaner, extra):
    key = gleaner.run("keys", "create", "--project", "default", "--scope", "admin").stdout.strip()
    bodies = {
        ("POST", "/api/feedback"): {"completion_id": "c", "thumb": "up"},
        ("POST", "/api/reviews/next"): {"reviewer": "asha"},
        ("POST", "/api/sampling-rules"): {"name": "mass", "probability": 0.5},
        ("PUT", "/api/prices"): {"model": "mass", "input_usd": 1, "output_usd": 1},
        ("PUT", "/api/routes/mass"): {"variants": [{"name": "a"}]},
        ("POST", "/api/exchanges"): {"request": {"model": "m", "messages": []}, "response": {}},
        ("POST", "/api/datasets/mass/versions"): {},
    }
    with httpx.Client(base_url=f"http://127.0.0.1:{gleaner.port}", headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        for (method, path), body in bodies.items():
            if extra == "id" and path == "/api/exchanges":
                continue  # one of its own
            answer = client.request(method, path, json={**body, extra: "x"})
            assert answer.status_code == 400, (method, path, answer.status_code, answer.text[:200])


def test_no_route_of_the_api_takes_a_body_that_it_does_not_know(gleaner):
    """Whatever changes something, by the server's own list of routes."""
    key = gleaner.run("keys", "create", "--project", "default", "--scope", "admin").stdout.strip()
    routes = json.loads(get(gleaner.admin + "/surface")[1])["routes"]
    changing = [route["route"].split(" ", 1) for route in routes
                if route["need"].startswith("key") and route["route"].startswith(("POST /api", "PUT /api"))]
    assert len(changing) > 20
    with httpx.Client(base_url=f"http://127.0.0.1:{gleaner.port}", headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        for method, template in changing:
            path = "/".join("0190a0b0-0000-7000-8000-000000000000" if part.startswith("{") else part for part in template.split("/"))
            answer = client.request(method, path, json={"no_such_field": 1})
            assert 400 <= answer.status_code < 500, (method, template, answer.status_code, answer.text[:200])
