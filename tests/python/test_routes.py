"""Routes and providers of a running Gleaner: edited from outside, in force without a restart."""

import json
import os
import signal

import httpx2 as httpx  # what the SDK itself uses

from gleaner import Gleaner, free_port, get, wait_until

ROUTE = {"variants": [{"name": "a", "model": "demo-hinglish-1", "weight": 90}, {"name": "b", "provider": "spare", "weight": 10}]}


def spare(provider, directory):
    """Settings of a second provider whose key is in a file."""
    key_file = directory / "spare.key"
    key_file.write_text("spare-secret-canary\n")
    return key_file, {
        "GLEANER_PROVIDERS": "spare", "GLEANER_PROVIDER_SPARE_URL": provider.url,
        "GLEANER_PROVIDER_SPARE_KEY_FILE": str(key_file), "GLEANER_LOG_LEVEL": "notice"}


def test_routes_are_edited_by_http_and_by_command(provider, fresh_database, tmp_path):
    key_file, settings = spare(provider, tmp_path)
    gleaner = Gleaner(provider.url, fresh_database, **settings)
    gleaner.start()
    try:
        http = httpx.Client(base_url=gleaner.api, headers={"Authorization": f"Bearer {gleaner.make_key('routes')}"}, timeout=20)
        made = http.put("/routes/chat", json=ROUTE, params={"note": "first"})
        assert made.status_code == 200 and made.headers["etag"] == '"1"', made.text

        def in_force(version):
            return f"routes.version={version}" in gleaner.process.text()

        wait_until("the edit is in force", lambda: in_force(1), 2)
        assert json.loads(gleaner.run("routes", "show", "chat").stdout)["variants"][1]["provider"] == "spare"

        listed = json.loads(gleaner.run("routes", "weight", "chat", "b=40", "--json", "--note", "more").stdout)
        assert listed["version"] == 2
        wait_until("the command's edit is in force", lambda: in_force(2), 2)
        assert http.get("/routes/chat").json()["route"]["variants"][1]["weight"] == 40

        stale = http.put("/routes/other", json=ROUTE, headers={"If-Match": '"1"'})
        assert stale.status_code == 409 and stale.json()["error"]["code"] == "route_version_conflict"
        refused = gleaner.run("routes", "delete", "chat", "--expect", "1", check=False)
        assert refused.returncode == 1 and "[route_version_conflict]" in refused.stderr

        document = tmp_path / "bad.json"
        document.write_text(json.dumps({"name": "bad", "variants": [{"name": "a", "provider": "nobody"}]}))
        refused = gleaner.run("routes", "set", str(document), check=False)
        assert refused.returncode == 1 and "[route_provider_unknown]" in refused.stderr

        gleaner.run("routes", "delete", "chat")
        gleaner.run("routes", "rollback", "1")
        versions = json.loads(gleaner.run("routes", "versions", "--json").stdout)["versions"]
        assert [version["version"] for version in versions] == [4, 3, 2, 1]
        assert [version["note"] for version in versions] == ["back to version 1", "", "more", "first"]
        assert "90 %" in gleaner.run("routes", "list").stdout
        wait_until("the file for a start without PostgreSQL has it", lambda: '"version":4' in (gleaner.directory / "data/routes.json").read_text(), 5)
    finally:
        gleaner.stop()


def test_hangup_reads_keys_again_and_never_shows_them(provider, fresh_database, tmp_path):
    key_file, settings = spare(provider, tmp_path)
    gleaner = Gleaner(provider.url, fresh_database, **settings)
    gleaner.start()
    try:
        key_file.write_text("spare-secret-canary-2")
        os.kill(gleaner.process.child.pid, signal.SIGHUP)
        wait_until("the key is read again", lambda: "providers.changed=spare" in gleaner.process.text(), 5)
        key_file.write_text("two words")
        os.kill(gleaner.process.child.pid, signal.SIGHUP)
        wait_until("the broken file is reported", lambda: "key_file_unusable" in gleaner.process.text(), 5)
        assert get(gleaner.admin + "/readyz")[0] == 200

        key_file.write_text("spare-secret-canary-3")
        # The tests' PostgreSQL does not sync, which the doctor holds against it.
        report = gleaner.run("doctor", check=False).stdout
        assert "GLEANER_PROVIDER_SPARE_KEY_FILE" in report and "provider spare" in report
        for text in (report, gleaner.run("doctor", "--json", check=False).stdout, gleaner.process.text()):
            assert "canary" not in text and "two words" not in text
    finally:
        gleaner.stop()


def test_users_keep_their_variant_on_every_instance_and_an_edit_moves_only_who_it_must(provider, fresh_database, tmp_path):
    key_file, settings = spare(provider, tmp_path)
    pair = [Gleaner(provider.url, fresh_database, **settings) for _ in range(2)]
    for one in pair:
        one.start()
    try:
        key = pair[0].make_key("gateway", "routes", "read")
        headers = {"Authorization": f"Bearer {key}"}
        route = {"variants": [{"name": "a", "model": "demo-hinglish-1"}, {"name": "b", "provider": "spare", "model": "demo-hinglish-1"}]}

        def in_force(version):
            return all(f"routes.version={version}" in one.process.text() for one in pair)

        def ask(one, user):
            body = {"model": "chat", "user": user, "messages": [{"role": "user", "content": "Hi"}]}
            answer = httpx.post(one.base_url + "/chat/completions", json=body, headers=headers, timeout=20)
            assert answer.status_code == 200, answer.text
            return answer.headers["x-gleaner-exchange-id"]

        def variants(version):
            """The variant of each user under one version of the routes, as the stored exchanges of both instances say."""
            for n in range(20):
                for one in pair:
                    ask(one, f"u{n}")
            where = f"FROM gleaner.exchanges WHERE routes_version = {version}"
            wait_until("all are stored", lambda: pair[0].sql(f"SELECT count(*) {where}") == "40")
            rows = pair[0].sql(f"SELECT end_user, string_agg(DISTINCT variant, ',') {where} GROUP BY 1").splitlines()
            return dict(row.split("|") for row in rows)

        assert httpx.put(pair[0].api + "/routes/chat", json=route, headers=headers).status_code == 200
        wait_until("both have it", lambda: in_force(1), 1)
        before = variants(1)
        assert set(before.values()) == {"a", "b"}
        changed = httpx.post(pair[1].api + "/routes/chat/weights", json={"weights": {"b": 4}}, headers=headers)
        assert changed.json()["version"] == 2
        wait_until("both have it", lambda: in_force(2), 1)
        after = variants(2)
        assert all(after[user] == "b" for user in before if after[user] != before[user])
        assert sum(before[user] == "b" for user in before) < sum(after[user] == "b" for user in after)
        row = pair[0].row(ask(pair[0], "u0"))
        assert (row["route"], row["routes_version"], row["requested_model"]) == ("chat", 2, "chat")
    finally:
        for one in pair:
            one.stop()


def test_a_failing_variant_is_answered_by_its_fallback_and_a_shadow_answers_nobody(provider, fresh_database, tmp_path):
    key_file, settings = spare(provider, tmp_path)
    # A port that nobody listens on.
    settings["GLEANER_PROVIDERS"] = "spare,gone"
    settings["GLEANER_PROVIDER_GONE_URL"] = f"http://127.0.0.1:{free_port()}/v1"
    gleaner = Gleaner(provider.url, fresh_database, **settings)
    gleaner.start()
    try:
        headers = {"Authorization": f"Bearer {gleaner.make_key('gateway', 'routes')}"}
        route = {
            "variants": [
                {"name": "dead", "provider": "gone", "model": "x"},
                {"name": "good", "provider": "spare", "model": "demo-hinglish-1", "weight": 0},
                {"name": "candidate", "model": "demo-hinglish-1", "weight": 0}],
            "policy": {"fallbacks": ["good"], "backoff_ms": 10}, "shadows": [{"variant": "candidate", "fraction": 1}]}
        assert httpx.put(gleaner.api + "/routes/chat", json=route, headers=headers).status_code == 200
        wait_until("it is in force", lambda: "routes.version=1" in gleaner.process.text(), 2)
        answer = httpx.post(
            gleaner.base_url + "/chat/completions", headers=headers, timeout=20,
            json={"model": "chat", "messages": [{"role": "user", "content": "Hi"}]})
        assert answer.status_code == 200, answer.text
        exchange = answer.headers["x-gleaner-exchange-id"]
        row = gleaner.row(exchange)
        assert (row["variant"], row["provider"], row["status"]) == ("good", "spare", "completed")
        attempts = gleaner.sql(
            f"SELECT number, variant, provider, http_status FROM gleaner.attempts WHERE exchange_id = '{exchange}' ORDER BY number")
        assert attempts.splitlines() == ["1|dead|gone|", "2|dead|gone|", "3|good|spare|200"]
        shadow = wait_until(
            "the shadow is stored", lambda: gleaner.sql(f"SELECT id FROM gleaner.exchanges WHERE shadow_of = '{exchange}'"))
        kept = gleaner.row(shadow)
        assert (kept["source"], kept["variant"], kept["status"]) == ("shadow", "candidate", "completed")
    finally:
        gleaner.stop()
