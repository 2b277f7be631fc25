"""Alerts on the wire: signed, told at least once through kills, repeated to Alertmanager; rules, silences and who may."""

import datetime
import hashlib
import hmac
import json
import signal

import httpx2 as httpx
import pytest

from alert_world import ERRORS, Receiver, count_exchanges
from gleaner import Gleaner, get, wait_until

SECRET = "whsec-canary"


@pytest.fixture(scope="module")
def world(provider):
    from conftest import make_database

    receiver = Receiver()
    base = f"http://127.0.0.1:{receiver.port}"
    databases = make_database()
    running = Gleaner(
        provider.url, next(databases), GLEANER_ALERT_INTERVAL="300ms", GLEANER_PUBLIC_URL="https://gleaner.example",
        GLEANER_ALERT_CHANNELS=f"ops=webhook:{base}/hook;chat=slack:{base}/slack-canary;manager=alertmanager:{base};post=email:a@b.example",
        GLEANER_ALERT_SECRETS=f"ops={SECRET}")
    running.start()
    running.receiver = receiver
    running.http = httpx.Client(
        base_url=running.api, headers={"Authorization": f"Bearer {running.make_key('admin')}"}, timeout=30)
    yield running
    running.stop()
    receiver.stop()
    next(databases, None)


def good(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def alerts(world, **query):
    return good(world.http.get("/alerts", params=query))["alerts"]


def verify(headers, body):
    """As the guide tells receivers to."""
    parts = dict(part.split("=", 1) for part in headers["Gleaner-Signature"].split(","))
    wanted = hmac.new(SECRET.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(parts["v1"], wanted)
    return json.loads(body)


def restart(world):
    world.stop(signal.SIGKILL)
    # What a killed worker held is lent again after a minute, and what failed waits; here at once.
    world.sql("UPDATE gleaner.jobs SET lease_until = now() WHERE state = 'running'")
    world.sql("UPDATE gleaner.jobs SET run_at = now() WHERE state = 'waiting'")
    world.start()


def test_nothing_is_watched_before_somebody_asks(world):
    assert good(world.http.get("/alert-rules")) == {"rules": [], "channels": ["chat", "manager", "ops", "post"]}
    count_exchanges(world, 0.4)
    assert "nothing is watched yet" in world.run("alerts", "rules").stdout
    assert alerts(world) == [] and "nothing is wrong" in world.run("alerts", "list").stdout


def test_a_delivery_survives_kills_between_deciding_and_telling(world):
    world.receiver.mode = "fail"
    good(world.http.put("/alert-rules/errors", json={"document": ERRORS, "note": "first"}, headers={"If-Match": '"0"'}))
    wait_until("the channel was tried", lambda: world.receiver.at("/hook"))
    restart(world)
    # Now it hears of it, and Gleaner dies before it can write that down.
    world.receiver.mode = "hold"
    before = len(world.receiver.at("/hook"))
    world.sql("UPDATE gleaner.jobs SET run_at = now() WHERE state = 'waiting'")
    wait_until("the channel hears", lambda: len(world.receiver.at("/hook")) > before)
    world.stop(signal.SIGKILL)
    world.receiver.mode = "ok"
    world.receiver.release.set()
    restart(world)
    wait_until("it was told", lambda: world.sql("SELECT count(*) FROM gleaner.alert_deliveries WHERE sent_at IS NOT NULL") == "1")

    posts = world.receiver.at("/hook")
    documents = [verify(headers, body) for headers, body in posts]
    assert len(posts) >= 3
    assert len({headers["Gleaner-Delivery"] for headers, _ in posts}) == 1
    assert {document["delivery"] for document in documents} == {posts[0][0]["Gleaner-Delivery"]}
    one = documents[-1]
    assert one["kind"] == "firing" and one["project"] == "default" and one["alert"]["rule"] == "errors"
    assert 0.05 < one["alert"]["low"] < one["alert"]["value"] < one["alert"]["high"] and one["alert"]["advice"] == ERRORS["advice"]
    assert one["links"]["exchanges"].startswith("https://gleaner.example/exchanges?since=")
    # One alert, one row, however often it was decided and told.
    assert [alert["rule"] for alert in alerts(world)] == ["errors"]
    assert world.sql("SELECT count(*) FROM gleaner.alert_deliveries") == "1"
    assert one["alert"]["id"] == alerts(world)[0]["id"]
    # Told, it is not told again.
    count = len(world.receiver.at("/hook"))
    world.sql("UPDATE gleaner.jobs SET run_at = now() WHERE state = 'waiting'")
    restart(world)
    assert len(world.receiver.at("/hook")) == count


def test_people_end_it_and_the_channel_hears_that_too(world):
    id = alerts(world)[0]["id"]
    assert "looks after it" in world.run("alerts", "ack", id, "--why", "on it").stdout
    shown = world.run("alerts", "show", id).stdout
    assert "to ops  firing  sent" in shown and "Look at the provider." in shown
    over = good(world.http.post(f"/alerts/{id}/resolve", json={"why": "restarted"}))
    assert over["alert"]["resolution"] == "by_hand"
    assert [event["kind"] for event in over["events"]] == ["open", "notify", "acknowledge", "resolve"]
    wait_until("it heard", lambda: world.receiver.documents("/hook")[-1]["kind"] == "resolved")
    assert world.http.post(f"/alerts/{id}/resolve", json={}).json()["error"]["code"] == "alert_over"
    assert world.http.get("/alerts/nonsense").json()["error"]["code"] == "alert_unknown"
    assert world.http.get("/alerts", params={"state": "odd"}).status_code == 400


def test_slack_alertmanager_and_mail(world):
    document = {**ERRORS, "channels": ["chat", "manager", "post"], "by": "variant", "line": 0.06}
    count_exchanges(world, 0.4, variant="b")
    good(world.http.put("/alert-rules/by-variant", json={"document": document}))
    text = wait_until("Slack hears", lambda: world.receiver.documents("/slack-canary"))[0]["text"]
    assert text.startswith("*[warning] default: by-variant (") and "|the exchanges>" in text
    # Alertmanager hears of it again and again, and believes it for five minutes each time.
    told = wait_until("Alertmanager hears again", lambda: len(d := world.receiver.documents("/api/v2/alerts")) > 3 and d)
    one = next(entry for entry in told[-1] if entry["labels"]["alertname"] == "by-variant")
    assert one["labels"]["severity"] == "warning" and one["labels"]["gleaner_project"] == "default"
    end = datetime.datetime.fromisoformat(one["endsAt"])
    assert end > datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=3)
    wait_until("mail could not go", lambda: world.sql(
        "SELECT DISTINCT failure FROM gleaner.alert_deliveries WHERE channel = 'post'") == "no_mail_server")
    good(world.http.delete("/alert-rules/by-variant"), 204)
    assert {alert["resolution"] for alert in alerts(world, rule="by-variant")} == {"rule_removed"}
    wait_until("Alertmanager hears the end", lambda: any(
        datetime.datetime.fromisoformat(entry["endsAt"]) < datetime.datetime.now(datetime.timezone.utc)
        for told in world.receiver.documents("/api/v2/alerts") for entry in told))
    # Addresses and secrets are written nowhere.
    metrics = get(world.admin + "/metrics")[1].decode()
    assert 'gleaner_alert_deliveries_total{kind="slack",outcome="sent"}' in metrics
    everything = world.process.text() + metrics + world.run("doctor", check=False).stdout + world.sql(
        "SELECT string_agg(d::text, ' ') FROM gleaner.alert_deliveries d") + world.sql("SELECT string_agg(j::text, ' ') FROM gleaner.jobs j")
    for canary in (SECRET, "slack-canary"):
        assert canary not in everything


def test_silences_and_rules_by_command(world):
    file = world.directory / "rule.json"
    file.write_text(json.dumps({**ERRORS, "channels": [], "line": 0.07}))
    world.run("alerts", "silence", "--for", "2h", "--why", "holiday")
    assert "all rules" in world.run("alerts", "silences").stdout
    world.run("alerts", "put", "quiet", str(file), "--note", "a trial")
    wait_until("it is held back", lambda: world.sql("SELECT count(*) FROM gleaner.alert_events WHERE kind = 'hold'") == "1")
    silence = good(world.http.get("/alert-silences"))["silences"][0]
    world.run("alerts", "unsilence", silence["id"])
    wait_until("it is told of after all", lambda: alerts(world, rule="quiet")[0].get("notified_at"))
    standing = world.run("alerts", "rule", "quiet").stdout
    assert "beyond" in standing and '"line":0.07' in standing
    replay = json.loads(world.run("alerts", "test", "quiet", "--days", "1", "--json").stdout)
    assert replay["looks"] > 200 and [found["slice"] for found in replay["alerts"]] == [""]
    assert "and still" in world.run("alerts", "test", str(file), "--days", "1").stdout
    assert "no-traffic" in world.run("alerts", "init", "--channel", "ops").stdout
    assert "all of them are there" in world.run("alerts", "init").stdout
    file.write_text(json.dumps({**ERRORS, "lin": 1}))
    refused = world.run("alerts", "check", str(file), check=False)
    assert refused.returncode != 0 and "alert_rule_member_unknown" in refused.stderr
    world.run("alerts", "remove", "quiet")
    assert "alert_rule_unknown" in world.run("alerts", "rule", "quiet", check=False).stderr


def test_who_may_what_and_what_is_refused(world):
    reader, builder = world.make_key("read"), world.make_key("datasets")
    stale = world.http.put("/alert-rules/errors", json={"document": ERRORS}, headers={"If-Match": '"7"'})
    assert stale.status_code == 409 and stale.json()["error"]["code"] == "alert_rule_conflict"
    with httpx.Client(base_url=world.api, headers={"Authorization": f"Bearer {reader}"}, timeout=30) as http:
        assert http.get("/alert-rules/errors").headers["ETag"] == '"1"'
        assert good(http.post("/alert-rules/test", json={"document": {**ERRORS, "channels": []}, "days": 1}))["looks"] > 0
        assert http.put("/alert-rules/other", json={"document": ERRORS}).status_code == 403
        assert http.post("/alert-silences", json={"until": "2100-01-01T00:00:00Z"}).status_code == 403
    with httpx.Client(base_url=world.api, headers={"Authorization": f"Bearer {builder}"}, timeout=30) as http:
        assert http.post("/alert-silences", json={"until": "2100-01-01T00:00:00Z"}).json()["error"]["code"] == "alert_silence_invalid"
        soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = good(http.post("/alert-silences", json={"until": soon, "rule": "errors", "why": "x"}), 201)
        assert http.delete("/alert-rules/errors").status_code == 403
        good(http.delete(f"/alert-silences/{made['id']}"), 204)
        assert http.delete(f"/alert-silences/{made['id']}").json()["error"]["code"] == "alert_silence_unknown"
    for body, code in [
        ({"document": {**ERRORS, "channels": ["pager"]}}, "alert_channel_unknown"), ({"document": {"measure": "x"}}, "alert_rule_member_invalid"),
        ({"document": ERRORS, "note": "a\nb"}, "alert_note_invalid"), ({"document": ERRORS, "nte": ""}, "invalid_body"),
    ]:
        refused = world.http.put("/alert-rules/errors", json=body)
        assert refused.status_code == 400 and refused.json()["error"]["code"] == code, refused.text
    assert world.http.put("/alert-rules/Errors", json={"document": ERRORS}).json()["error"]["code"] == "alert_rule_name_invalid"
    assert world.http.post("/alert-rules/test", json={"days": 1}).status_code == 400
