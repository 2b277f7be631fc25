"""Pictures of every page of the console, desktop and phone, from a demo's data: `scripts/screenshots` runs this."""

import json
import sys
import tempfile
from pathlib import Path

import httpx2 as httpx

from browser import DESKTOP, PHONE, Chromium, ConsolePeople
from conftest import make_database
from gleaner import DemoProvider, Gleaner, wait_until
from model_world import evaluate, fill_rollups, look_often, start_canary

# Pages that nobody gets to by the frame's own links, or that want something chosen first.
DOORS = [("sign-in", "/sign-in")]


def quiet(path):
    """A picture of some 60 kB instead of 200: the pages have few colours."""
    from PIL import Image

    with Image.open(path) as picture:
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(path, optimize=True)


def shoot(visitor, folder, name, shape):
    path = Path(folder) / f"{name}-{shape}.png"
    visitor.shoot(path)
    quiet(path)
    print(path)


def pages(visitor):
    """Name and path of every page that the frame leads to, and of those that these lead to in turn, one of each kind."""
    visitor.open("/")
    found = {}
    entries = visitor.page.eval_on_selector_all(".top nav a", "all => all.map(a => a.getAttribute('href'))")
    for entry in [*entries, "/account"]:
        found[entry.strip("/").replace("/", "-")] = entry
        visitor.open(entry)
        links = visitor.page.eval_on_selector_all("main a[href^='/']", "all => all.map(a => a.getAttribute('href'))")
        for link in links:
            parts = link.split("?")[0].split("#")[0].strip("/").split("/")
            name = "-".join("one" if len(part) == 36 else part for part in parts)
            if parts[0] == "datasets" and len(parts) == 3:
                name = "datasets-preview" if parts[2] == "preview" else "datasets-one"
            if parts[0] == "alerts" and len(parts) == 3:
                name = "alerts-rule"
            if "?" not in link and len(parts) <= 3 and name not in found and "raw" not in parts:
                found[name] = link
    found["evaluators-one"] = "/evaluators/code_mix?by=language"
    # The one that has another before it.
    found["datasets-one"] = "/datasets/likes/2"
    found["moderation-exchanges-one"] = found["exchanges-one"].replace("/exchanges/", "/moderation/exchanges/")
    return found


def pick_some(gleaner, base):
    """The demo's reviewers leave nothing over: some of its exchanges are put into the queue again."""
    key = gleaner.run("keys", "create", "--project", "demo", "--scope", "admin").stdout.strip()
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        exchanges = client.get("/api/exchanges", params={"reviewed": "false", "status": "completed", "limit": 12}).json()
        ids = [exchange["id"] for exchange in exchanges["exchanges"]]
        answer = client.post("/api/samples/pick", json={"exchange_ids": ids, "reason": "for the pictures"})
        assert answer.status_code in (200, 201, 202), answer.text


def fill_models(gleaner):
    """Two versions of a dataset, a fine-tune, a verdict and a canary."""
    for _ in range(2):
        gleaner.run("dataset", "build", "likes", "--min-net-thumbs", "1", "--project", "demo")
    gleaner.run("tune", "price", "demo-hinglish-1", "8")
    gleaner.run(
        "tune", "start", "likes", "--model", "demo-hinglish-1", "--suffix", "likes", "--yes", "--wait", "--project", "demo")
    evaluate(gleaner, "demo", note="")
    run_loops(gleaner)
    watch(gleaner)
    look_often(gleaner, start_canary(gleaner, "helpdesk", "demo"))


def watch(gleaner):
    """The standard rules, and one that has something to say."""
    gleaner.run("alerts", "init", "--project", "demo")
    file = gleaner.directory / "rule.json"
    file.write_text(json.dumps({
        "measure": "language_share", "of": "hi-Latn", "by": "model", "line": 0.5, "minimum": 50,
        "advice": "Does the system prompt still ask for the user's own language?"}))
    gleaner.run("alerts", "put", "hinglish", str(file), "--project", "demo")
    wait_until("a rule speaks", lambda: gleaner.sql("SELECT count(*) > 0 FROM gleaner.alerts") == "t", 60)


def run_loops(gleaner):
    """A loop whose round asks about money, and one that waits for enough to be new."""
    document = {
        "dataset": "likes", "policy": {"name": "likes", "minimum_rating": {"net_thumbs": 1}},
        "trigger": {"new_examples": 500, "every_days": 14, "at_least": 50},
        "steps": {"compare": {"maximum_gone_share": 1}, "tune": {"base_model": "demo-hinglish-1", "maximum_usd": 0},
                  "gate": {"incumbent": {"route": "helpdesk"}}, "canary": {"route": "helpdesk"}}}
    file = gleaner.directory / "loop.json"
    file.write_text(json.dumps(document))
    for name in ("weekly", "likes"):
        gleaner.run("loops", "put", name, str(file), "--project", "demo", "--note", "for the pictures")
    gleaner.run("loops", "start", "weekly", "--why", "to see it once", "--project", "demo")
    wait_until("the round asks", lambda: gleaner.sql("SELECT count(*) FROM gleaner.loop_steps WHERE state = 'holding'") == "1", 60)


def main(folder):
    database = make_database()
    provider = DemoProvider(tempfile.mkdtemp())
    gleaner = Gleaner(provider.url, next(database), GLEANER_ALERT_INTERVAL="1s")
    gleaner.start()
    try:
        people = ConsolePeople(gleaner)
        gleaner.run("demo", "--gateway", f"http://127.0.0.1:{gleaner.port}", "--conversations", "120")
        wait_until("all is stored", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 60)
        pick_some(gleaner, people.base)
        fill_models(gleaner)
        # What was said of the demo's answers is counted within a minute otherwise.
        gleaner.run("rollups", "rebuild", "--project", "demo")
        fill_rollups(gleaner, "demo", "tuned")
        link = gleaner.run("people", "invite", "asha", "--role", "admin", "--name", "Asha", "--project", "demo").stdout.strip()
        cookies = people.accept(link)
        chromium = Chromium()
        scout = chromium.visitor(people.base, cookies)
        found = pages(scout)
        scout.close()
        for shape, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            guest = chromium.visitor(people.base, viewport=viewport)
            for name, path in DOORS:
                guest.open(path)
                shoot(guest, folder, name, shape)
            guest.close()
            visitor = chromium.visitor(people.base, cookies, viewport=viewport, scheme="dark" if shape == "phone" else "light")
            for name, path in found.items():
                visitor.open(path)
                if name == "review":
                    if visitor.page.locator("#begin").count():
                        visitor.page.get_by_role("button", name="Begin").click()
                    visitor.page.wait_for_selector("#skipping")
                visitor.page.wait_for_load_state("networkidle")
                shoot(visitor, folder, name, shape)
            visitor.close()
        chromium.close()
    finally:
        gleaner.stop()
        provider.stop()
        next(database, None)


if __name__ == "__main__":
    main(sys.argv[1])
