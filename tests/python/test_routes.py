"""Routes and providers of a running Gleaner: edited from outside, in force without a restart."""

import json
import os
import signal

import httpx2 as httpx  # what the SDK itself uses

from gleaner import Gleaner, get, wait_until

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
        report = gleaner.run("doctor").stdout
        assert "GLEANER_PROVIDER_SPARE_KEY_FILE" in report and "provider spare" in report
        for text in (report, gleaner.run("doctor", "--json").stdout, gleaner.process.text()):
            assert "canary" not in text and "two words" not in text
    finally:
        gleaner.stop()
