"""Erasure: strings that were sent through everything are nowhere afterwards, and do not come back."""

import base64
import json
import shutil
import signal
import subprocess
import threading
import time
import uuid

import httpx2 as httpx
import pytest

from gleaner import DemoProvider, Gleaner, Process, wait_until


class Marks:
    """Strings that nothing else holds: of a user, a conversation, and what was said."""

    def __init__(self):
        self.run = uuid.uuid4().hex[:8]
        self.all = []

    def __getattr__(self, name):
        mark = f"canary-{name}-{self.run}"
        if mark not in self.all:
            self.all.append(mark)
        return mark


def client(gleaner, key):
    return httpx.Client(
        base_url=f"http://127.0.0.1:{gleaner.port}", timeout=60, headers={"Authorization": f"Bearer {key}"})


def tables(gleaner):
    names = gleaner.sql(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'gleaner' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1")
    return names.splitlines()


def found_in_tables(gleaner, needle):
    """Tables with a row that holds it: as text anywhere, or in the bytes of a bytea."""
    text, hexes = needle, needle.encode().hex()
    counts = [
        f"SELECT '{table}' AS name, count(*) AS n FROM gleaner.{table} t "
        f"WHERE position('{text}' IN t::text) > 0 OR position('{hexes}' IN t::text) > 0" for table in tables(gleaner)]
    rows = gleaner.sql("SELECT name FROM (" + " UNION ALL ".join(counts) + ") f WHERE n > 0 ORDER BY 1")
    return rows.splitlines()


def found_in_files(directory, needle):
    """Files that hold it; the private cluster's own files are another matter, and there is none here."""
    needle = needle.encode()
    return [
        str(path.relative_to(directory)) for path in sorted(directory.rglob("*"))
        if path.is_file() and needle in path.read_bytes()]


def nowhere(gleaner, marks, *others):
    for mark in marks.all:
        assert found_in_tables(gleaner, mark) == [], mark
        for one in (gleaner, *others):
            assert found_in_files(one.directory / "data", mark) == [], mark


def say(http, text, **headers):
    body = {"model": "demo-hinglish-1", "messages": [{"role": "user", "content": text}], "metadata": {"note": text}}
    answer = http.post("/v1/chat/completions", json=body, headers={f"X-Gleaner-{k}": v for k, v in headers.items()})
    assert answer.status_code == 200, answer.text
    return answer.headers["x-gleaner-exchange-id"]


def erase(http, **wish):
    """Both steps over HTTP, until it is done; the receipt."""
    proposed = http.post("/api/erasures", json=wish)
    assert proposed.status_code == 201, proposed.text
    erasure = proposed.json()
    assert erasure["state"] == "proposed"
    confirmed = http.post(f"/api/erasures/{erasure['id']}/confirm")
    assert confirmed.status_code == 202, confirmed.text
    wait_until(
        "it is erased", lambda: http.get(f"/api/erasures/{erasure['id']}").json()["state"] == "done", 60)
    return http.get(f"/api/erasures/{erasure['id']}/receipt").json()


@pytest.fixture
def erasing(provider, fresh_database):
    running = Gleaner(provider.url, fresh_database)
    running.start()
    running.admin_key = running.make_key("admin")
    running.http = client(running, running.admin_key)
    yield running
    running.stop()
    shutil.rmtree(running.directory, ignore_errors=True)


def judged(gleaner, exchange, marks):
    """Everything that people can say of an exchange."""
    http = gleaner.http
    for body in [
        {"thumb": "up", "rater": "ravi"}, {"comment": marks.comment, "rater": "ravi"},
        {"correction": marks.correction, "rater": "ravi"}, {"tags": [marks.feedbacktag], "rater": "ravi"},
    ]:
        given = http.post("/api/feedback", json={"exchange_id": exchange, **body})
        assert given.status_code == 202, given.text
    assert http.post("/api/samples/pick", json={"exchange_ids": [exchange], "reason": marks.pick}).status_code == 200
    gleaner.sql(f"UPDATE gleaner.review_slots SET state = 'skipped' WHERE exchange_id <> '{exchange}'")
    item = http.post("/api/reviews/next", json={"reviewer": "asha"}).json()
    assert item["exchange_id"] == exchange
    lease = {"slot": item["slot"]["id"], "lease_token": item["slot"]["lease_token"]}
    scores = {question: 5 for question in item["questions"]}
    done = http.post("/api/reviews", json={
        **lease, "scores": scores, "correction": marks.reviewed, "comment": marks.remark})
    assert done.status_code == 200, done.text
    gold = http.put("/api/reviews/gold", json={"exchange_id": exchange, "scores": {"accuracy": 5}, "note": marks.gold})
    assert gold.status_code in (200, 204), gold.text


def by_hand(gleaner, exchange, marks):
    """What only accidents bring about: quarantine, placeholders, a pair that was compared, an audit event."""
    project = gleaner.sql("SELECT id FROM gleaner.projects WHERE name = 'default'")
    gleaner.sql(f"""
        INSERT INTO gleaner.quarantine (id, project_id, exchange_id, reason, envelope, request, response, created_at, end_user)
        VALUES (gen_random_uuid(), '{project}', gen_random_uuid(), 'refused_by_postgres', '{marks.envelope}',
                '{marks.aside}', '', now(), '{marks.user}');
        INSERT INTO gleaner.moderation_placeholders
        SELECT shard, project_id, conversation, 'phone', 1, '\\x00', now() FROM gleaner.exchanges WHERE id = '{exchange}';
        WITH c AS (
            INSERT INTO gleaner.comparisons (id, project_id, kind, exchange_a, exchange_b, correction, position, state, created_at)
            VALUES (gen_random_uuid(), '{project}', 'correction', '{exchange}', '{exchange}', '{marks.pair}', 0, 'done', now())
            ON CONFLICT (project_id, kind, exchange_a, exchange_b) DO UPDATE SET correction = excluded.correction RETURNING id)
        INSERT INTO gleaner.comparison_verdicts (id, comparison_id, project_id, reviewer, left_side, preferred, comment, created_at)
        SELECT gen_random_uuid(), id, '{project}', 'asha', 'a', 'b', '{marks.verdict}', now() FROM c;
        INSERT INTO gleaner.review_drafts
        SELECT id, '{{"correction": "{marks.draft}"}}', now() FROM gleaner.review_slots WHERE exchange_id = '{exchange}';
        INSERT INTO gleaner.audit_events (id, project_id, actor, action, subject, details, at)
        VALUES (gen_random_uuid(), '{project}', 'lead', 'rater.clear', '{marks.user}', '{{}}', now());
        INSERT INTO gleaner.early_feedback (id, project_id, completion_id, kind, body, rater, source, created_at)
        VALUES (gen_random_uuid(), '{project}', 'never', 'comment', '{marks.early}', '{marks.user}', 'api', now());""")


def test_what_was_sent_through_everything_is_nowhere_afterwards(erasing):
    http, marks = erasing.http, Marks()
    kept = [say(http, f"kept {n}", **{"End-User": f"other-{n}"}) for n in range(3)]
    exchange = say(http, marks.text, **{
        "End-User": marks.user, "Conversation": marks.conversation, "Tags": marks.tag})
    later = say(http, marks.later, **{"End-User": marks.user, "Conversation": marks.conversation})
    for one in (*kept, exchange, later):
        erasing.row(one)
    # The user also judged somebody else's exchange.
    for one in kept:
        for rater in (marks.user, "ravi"):
            up = {"exchange_id": one, "thumb": "up", "rater": rater}
            assert http.post("/api/feedback", json=up).status_code == 202
    judged(erasing, exchange, marks)
    by_hand(erasing, exchange, marks)
    policy = erasing.directory / "policy.json"
    policy.write_text(json.dumps({"minimum_rating": {"net_thumbs": 1}, "holdout_share": 0}))
    for number in (1, 2):
        erasing.run("dataset", "build", "support", "--policy", str(policy), "--json")
    exported = erasing.directory / "data/exports/support"
    erasing.run("dataset", "export", "support", "--version", "2", "--output", str(exported))
    exported_names = {path.name for path in exported.iterdir() if not path.name.startswith(".")}
    erasing.sql("""
        INSERT INTO gleaner.model_versions (id, project_id, provider, model, base_model, dataset_version_id, generation, created_at)
        SELECT gen_random_uuid(), project_id, 'openai', 'ft:support', 'base', id, 1, now() FROM gleaner.dataset_versions
        WHERE number = 2""")
    # All of that is there: else its absence would say nothing.
    before = {mark: found_in_tables(erasing, mark) for mark in marks.all}
    assert all(before.values()), before
    assert {
        "exchanges", "exchange_bodies", "feedback", "early_feedback", "picks", "reviews", "gold_items", "quarantine",
        "comparisons", "comparison_verdicts", "examples", "moderation_placeholders", "audit_events",
        "review_drafts",
    } <= {table for found in before.values() for table in found}
    assert found_in_files(erasing.directory / "data/exports", marks.reviewed)

    dry = json.loads(erasing.run("erase", "--end-user", marks.user, "--dry-run", "--json").stdout)["rows"]
    assert {mark: found_in_tables(erasing, mark) for mark in marks.all} == before, "a dry run leaves all as it is"
    receipt = erase(http, end_user=marks.user, reason="ticket 17")
    counts = receipt["erasure"]["counts"]
    assert counts["exchanges"] == counts["exchange_bodies"] == 2 and dry == counts == receipt["erasure"]["preview"]
    assert receipt["exchanges"] == 2 and receipt["erasure"].get("subject") is None
    assert [(v["version"], v["replaced_by"]) for v in receipt["versions"]] == [(1, 3), (2, 3)]
    assert [m["model"] for m in receipt["models"]] == ["ft:support"]
    assert [j["confirmed"] for j in receipt["journals"]] == [True]
    wait_until("files are gone", lambda: not found_in_files(erasing.directory / "data/exports", marks.reviewed), 10)
    def told():
        files = http.get(f"/api/erasures/{receipt['erasure']['id']}/receipt").json()["files"]
        return {file["path"].rsplit("/", 1)[1] for file in files}
    # The manifest goes last, and each file is written down once it is gone.
    wait_until("the receipt names them", lambda: told() == exported_names, 10)
    nowhere(erasing, marks)
    # Others' exchanges are as they were, and the rebuilt version has them; the rater's name is out of its lineage.
    assert all(http.get(f"/api/exchanges/{one}").status_code == 200 for one in kept)
    assert http.get(f"/api/exchanges/{exchange}").status_code == 404
    assert erasing.sql("SELECT withdrawn_reason LIKE 'erasure %', erased_examples FROM gleaner.dataset_versions WHERE number = 2") == "t|1"
    assert erasing.sql("SELECT count(*) FROM gleaner.model_versions WHERE erased_at IS NOT NULL") == "1"
    fresh = erasing.directory / "fresh"
    erasing.run("dataset", "export", "support", "--output", str(fresh), check=False)
    assert not any(found_in_files(fresh, mark) for mark in marks.all)
    # Written down, without the name.
    assert erasing.sql("SELECT actor, action FROM gleaner.audit_events WHERE action LIKE 'erasure%'").startswith("key:")
    markdown = http.get(f"/api/erasures/{receipt['erasure']['id']}/receipt", headers={"Accept": "text/markdown"}).text
    assert "version 3 was built without" in markdown and "ticket 17" in markdown and "Backups" in markdown
    assert "canary" not in markdown


@pytest.fixture
def demo(fresh_database):
    """A Gleaner with the built-in demo provider, whose trainer keeps its files in the data directory."""
    running = Gleaner(
        "", fresh_database, GLEANER_TUNING_POLL="150ms", GLEANER_TUNING_SETTLE="1s", GLEANER_CANARY_INTERVAL="200ms")
    del running.environment["GLEANER_PROVIDER_URL"], running.environment["GLEANER_PROVIDER_KEY"]
    running.start()
    running.admin_key = running.make_key("admin")
    running.http = client(running, running.admin_key)
    yield running
    running.stop()
    shutil.rmtree(running.directory, ignore_errors=True)


class Trainer:
    """What the demo's trainer keeps on disk."""

    def __init__(self, gleaner):
        self.ledger = json.loads((gleaner.directory / "data/demo-provider/tuning.json").read_text())

    def files_with(self, needle):
        return [f["id"] for f in self.ledger["files"] if needle.encode() in base64.b64decode(f["content"])]

    def forget_weights(self):
        """All that it keeps but what its models have learnt: with them, these are the prompts and answers themselves."""
        return json.dumps({**self.ledger, "jobs": [{k: v for k, v in job.items() if k != "pairs"} for job in self.ledger["jobs"]]})


def tuned(gleaner, *suffix):
    asked = ("support", "--model", "demo-hinglish-1", "--epochs", "1", *suffix)
    confirm = json.loads(gleaner.run("tune", "estimate", *asked, "--json").stdout)["confirm"]
    return json.loads(gleaner.run("tune", "start", *asked, "--confirm", confirm, "--json").stdout)["id"]


def state(gleaner, job):
    return gleaner.sql(f"SELECT state FROM gleaner.tuning_jobs WHERE id = '{job}'")


def test_what_was_trained_and_measured_with_it_is_reached_too(demo):
    http, marks = demo.http, Marks()
    words = [f"{uuid.uuid4().hex} {uuid.uuid4().hex}" for _ in range(24)]
    others = [say(http, f"other {word}", **{"End-User": f"other-{word[:6]}", "Conversation": word[:8]}) for word in words]
    project = demo.sql("SELECT id FROM gleaner.projects WHERE name = 'default'")
    # The user's second conversation is held out, their first one is trained on.
    demo.sql(f"""INSERT INTO gleaner.holdouts (project_id, key_hash, since)
        VALUES ('{project}', sha256(convert_to('{project}:conversation:{marks.held}', 'UTF8')), now())""")
    trained = say(http, f"{marks.text} {uuid.uuid4().hex}", **{"End-User": marks.user, "Conversation": marks.conversation})
    held = say(http, f"{marks.question} {uuid.uuid4().hex}", **{"End-User": marks.user, "Conversation": marks.held})
    for one in (*others, trained, held):
        demo.row(one)
        up = {"exchange_id": one, "thumb": "up", "rater": "ravi"}
        assert http.post("/api/feedback", json=up).status_code == 202
    for one, correction in ((trained, marks.learnt), (held, marks.wanted)):
        given = http.post("/api/feedback", json={"exchange_id": one, "correction": correction, "rater": "ravi"})
        assert given.status_code == 202, given.text
    policy = demo.directory / "policy.json"
    policy.write_text(json.dumps({
        "minimum_rating": {"net_thumbs": 1}, "holdout_share": 0, "validation_share": 0, "accept_user_corrections": True,
        "maximum_per_rater": None, "near_duplicates": {"prompt": {"keep": None}, "answer": {"keep": None}}}))
    demo.run("dataset", "build", "support", "--policy", str(policy))
    assert demo.sql("SELECT string_agg(split, ',' ORDER BY split) FROM gleaner.examples x JOIN gleaner.exchanges e ON e.id = x.exchange_id "
                    f"WHERE e.end_user = '{marks.user}'") == "holdout,train"

    job = tuned(demo)
    wait_until("it is trained", lambda: state(demo, job) == "succeeded", 60)
    model = demo.sql(f"SELECT fine_tuned_model FROM gleaner.tuning_jobs WHERE id = '{job}'")
    endless = tuned(demo, "--suffix", "nasty-forever")
    wait_until("another one trains", lambda: state(demo, endless) == "training", 60)
    assert len(Trainer(demo).files_with(marks.text)) == 2
    # As a training program leaves its directory, and as a trainer quotes a line it does not like.
    room = demo.directory / "data/tuning" / job
    (room / "run-1").mkdir(parents=True)
    for name in ("train.jsonl", "run-1/events.jsonl", "run-1/log.txt"):
        (room / name).write_text(marks.text)
    (room / "adapter.bin").write_text("weights")
    demo.sql(f"""INSERT INTO gleaner.tuning_events (job_id, event_id, at, level, type, message, data)
        VALUES ('{job}', 'ev-quote', now(), 'warn', 'message', 'Line 3: {marks.quoted}', '{{"line": "{marks.line}"}}')""")

    begun = http.post("/api/evaluations", json={
        "dataset": "support", "candidate": {"model": model}, "incumbent": {"model": "demo-hinglish-1"}, "confirm": True,
        "policy": {"rules": [{"metric": "chrf", "test": "superior"}]}})
    assert begun.status_code == 202, begun.text
    evaluation = begun.json()["id"]
    wait_until("it is measured", lambda: http.get(f"/api/evaluations/{evaluation}").json()["state"] == "done", 60)
    assert demo.sql(f"SELECT count(*) FROM gleaner.evaluation_items WHERE exchange_id = '{held}'") == "2"
    # What a model answered may repeat what it was asked.
    demo.sql(f"""UPDATE gleaner.evaluation_items SET answer = answer || '{marks.echo}';
        INSERT INTO gleaner.evaluation_judgements (evaluation_id, line, candidate_first, preferred, model, prompt_sha256, judged_at)
        SELECT evaluation_id, line, true, 'tie', 'judge', '', now() FROM gleaner.evaluation_items WHERE side = 'candidate'""")

    variants = [{"name": "old", "model": "demo-hinglish-1"}, {"name": "new", "model": model, "weight": 0}]
    assert http.put("/api/routes/chat", json={"variants": variants}).status_code == 200
    started = http.post("/api/canaries", json={
        "route": "chat", "candidate": "new", "incumbent": "old", "skip_gate": True, "plan": {"steps": [0.5, 1]}})
    assert started.status_code == 201, started.text
    for user in (marks.user, "somebody else"):
        http.post("/v1/chat/completions", json={"model": "chat", "messages": [{"role": "user", "content": "Namaste"}]},
                  headers={"X-Gleaner-End-User": user}).raise_for_status()
    wait_until("both are counted", lambda: demo.sql("SELECT count(*) FROM gleaner.canary_units") == "2", 20)
    before = {mark: found_in_tables(demo, mark) for mark in marks.all}
    assert all(before.values()), before
    assert {"canary_units", "evaluation_items", "tuning_events", "examples"} <= {t for found in before.values() for t in found}

    receipt = erase(http, end_user=marks.user, reason="ticket 18")
    for mark in marks.all:
        assert found_in_tables(demo, mark) == [], mark
    assert state(demo, endless) == "cancelled"
    assert demo.sql("SELECT count(*) FROM gleaner.evaluation_items") == "0"
    assert demo.sql("SELECT count(*) FROM gleaner.evaluation_judgements") == "0"
    assert demo.sql("SELECT unit FROM gleaner.canary_units") == "user:somebody else"
    # At the trainer: the files are gone. The model stays, and the receipt says that it has learnt from them.
    trainer = Trainer(demo)
    assert [f for f in trainer.ledger["files"] if f["purpose"] == "fine-tune"] == []
    assert not any(trainer.files_with(mark) or mark in trainer.forget_weights() for mark in marks.all)
    files = receipt["provider_files"]
    assert len(files) == 2 and not any(file.get("failure") for file in files), files
    assert {file["provider"] for file in files} == {"gleaner-demo"}
    assert [(one["id"], one["state"]) for one in receipt["trainings"]] == [(job, "succeeded"), (endless, "cancelled")]
    assert [one["model"] for one in receipt["models"]] == [model]
    assert demo.sql("SELECT count(*) FROM gleaner.model_versions WHERE erased_at IS NOT NULL") == "1"
    # On disk: only the trainer's weights have it; what a program kept for itself is left alone.
    wait_until("files are gone", lambda: all(
        found_in_files(demo.directory / "data", mark) in ([], ["demo-provider/tuning.json"]) for mark in marks.all), 20)
    assert (room / "adapter.bin").read_text() == "weights"
    page = http.get(f"/api/erasures/{receipt['erasure']['id']}/receipt", headers={"Accept": "text/markdown"}).text
    for word in (model, job, endless, *(file["file"] for file in files), "list of holdouts", "Fine-tunes that were given"):
        assert word in page, word
    assert "canary-" not in page


def test_an_erasure_by_command_names_files_it_could_not_delete(demo):
    """The command does not know the built-in trainer's address; what it leaves is named, and a server takes it up."""
    http, marks = demo.http, Marks()
    for number in range(12):
        user = {"End-User": marks.user if number == 0 else f"u{number}", "Conversation": f"c{number}"}
        one = say(http, f"{marks.text if number == 0 else ''} {uuid.uuid4().hex}", **user)
        demo.row(one)
        assert http.post("/api/feedback", json={"exchange_id": one, "thumb": "up", "rater": "ravi"}).status_code == 202
        # What has not been judged yet is in no dataset.
        judged = f"SELECT count(*) FROM gleaner.moderation_decisions WHERE exchange_id = '{one}'"
        wait_until(f"{one} is judged", lambda: demo.sql(judged) != "0", 30)
    policy = demo.directory / "policy.json"
    policy.write_text(json.dumps({
        "minimum_rating": {"net_thumbs": 1}, "holdout_share": 0, "validation_share": 0, "maximum_per_rater": None,
        "near_duplicates": {"prompt": {"keep": None}, "answer": {"keep": None}}}))
    demo.run("dataset", "build", "support", "--policy", str(policy))
    job = tuned(demo)
    wait_until("it is trained", lambda: state(demo, job) == "succeeded", 60)
    demo.stop()
    receipt = json.loads(demo.run("erase", "--end-user", marks.user, "--yes", "--json").stdout)
    assert [file["provider"] for file in receipt["provider_files"]] == ["gleaner-demo"]
    assert "could not be deleted" in receipt["provider_files"][0]["failure"]
    assert any("tune delete-files" in sentence for sentence in receipt["not_reached"])
    assert len(Trainer(demo).files_with(marks.text)) == 1
    demo.start()
    demo.sql("UPDATE gleaner.jobs SET run_at = now() WHERE kind = 'erasure.again'")
    wait_until("the file is gone", lambda: Trainer(demo).files_with(marks.text) == [], 30)
    again = f"/api/erasures/{receipt['erasure']['id']}/receipt"
    wait_until("the receipt says so", lambda: not http.get(again).json()["provider_files"][0].get("failure"), 10)


def test_what_was_erased_does_not_come_back(erasing):
    http, marks = erasing.http, Marks()
    line = {
        "external_id": "call-1", "received_at": "2026-01-11T10:00:00Z", "provider": "openai",
        "conversation": marks.conversation, "end_user": marks.user,
        "request": {"model": "m", "messages": [{"role": "user", "content": marks.text}], "user": marks.user},
        "response": {"id": "c1", "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}]}}
    logged = http.post("/api/exchanges", json=line).json()["exchanges"][0]["id"]
    erasing.row(logged)
    log = erasing.directory / "old.jsonl"
    log.write_text("".join(json.dumps({**line, "external_id": f"call-{n}"}) + "\n" for n in range(1, 4))
                   + json.dumps({**line, "external_id": "other", "end_user": "other", "conversation": "c", "request": {
                       "model": "m", "messages": [{"role": "user", "content": "kept"}]}}) + "\n")
    assert erase(http, end_user=marks.user)["exchanges"] == 1
    nowhere(erasing, marks)
    # The same record, under the same name and a new one, and one that brings the erased id with another user.
    for again in (line, {**line, "external_id": "call-9"},
                  {**{k: v for k, v in line.items() if k != "external_id"}, "id": logged, "end_user": "x", "conversation": "y"}):
        assert http.post("/api/exchanges", json=again).status_code == 202
    report = json.loads(erasing.run("import", "auto", str(log), "--json", check=False).stdout)[0]
    assert (report["added"], report["skipped"]) == (1, 3), report
    wait_until("the journal is empty", lambda: erasing.ledger()["ledger"]["journaled"] == 0)
    assert erasing.ledger()["gap"] == 0
    assert all(found_in_tables(erasing, mark) == [] for mark in marks.all)
    # What the user says from now on is another matter; unless it is forbidden.
    new = say(http, "a new day", **{"End-User": marks.user})
    erasing.row(new)
    receipt = erase(http, end_user=marks.user, forbid=True)
    assert receipt["exchanges"] == 1
    say(http, "one more", **{"End-User": marks.user})
    wait_until("the journal is empty", lambda: erasing.ledger()["ledger"]["journaled"] == 0)
    assert erasing.sql(f"SELECT count(*) FROM gleaner.exchanges WHERE end_user = '{marks.user}'") == "0"


def test_one_exchange_and_what_its_receipt_says_of_later_turns(erasing):
    http, marks = erasing.http, Marks()
    first = say(http, marks.text, Conversation="c")
    second = say(http, "and then?", Conversation="c")
    for one in (first, second):
        erasing.row(one)
    done = erasing.run("erase", "--exchange", first, "--yes").stdout
    assert "Later turns of the same conversation: 1 exchanges" in done
    assert http.get(f"/api/exchanges/{second}").status_code == 200
    nowhere(erasing, marks)
    refused = erasing.run("erase", "--exchange", second, check=False)
    assert refused.returncode == 1 and "--dry-run" in refused.stderr
    for wish, code in [({}, "erasure_subject_wanted"), ({"end_user": "a", "exchange": first}, "erasure_subject_wanted"),
                       ({"exchange": "x"}, "erasure_subject_invalid"), ({"end_user": "a\n"}, "erasure_subject_invalid"),
                       ({"end_user": "a", "reason": "r" * 501}, "erasure_reason_invalid")]:
        answer = http.post("/api/erasures", json=wish)
        assert answer.status_code == 400 and answer.json()["error"]["code"] == code, answer.text
    assert http.get(f"/api/erasures/{first}").status_code == 404


def test_a_journal_that_was_away_is_emptied_when_it_is_back(provider, fresh_database):
    """Two instances; one dies with the exchange in its journal only, and the erasure happens without it."""
    here, away = Gleaner(provider.url, fresh_database), Gleaner(provider.url, fresh_database)
    outside = Gleaner(provider.url, fresh_database.rsplit(" ", 1)[0])
    name = fresh_database.rsplit("dbname=", 1)[1]
    marks = Marks()
    here.start()
    away.start()
    try:
        key = here.make_key("admin")
        http = client(away, key)
        say(http, "known key", **{"End-User": "warm"})
        outside.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        outside.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        say(http, marks.text, **{"End-User": marks.user, "Conversation": marks.conversation})
        away.stop(signal.SIGKILL)
        outside.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert found_in_files(away.directory / "data", marks.text), "it waits in the journal"
        wait_until("the other is ready again", lambda: here.ledger().get("status", "ready") == "ready", 30)
        # An instance is away when nothing was heard of it for 30 seconds.
        here.sql("UPDATE gleaner.journals SET seen_at = seen_at - interval '1 minute'")
        http = client(here, key)
        wait_until("this one is seen", lambda: here.sql(
            "SELECT count(*) FROM gleaner.journals WHERE seen_at > now() - interval '20 s'") == "1", 20)
        receipt = erase(http, conversation=marks.conversation)
        assert sorted(j["confirmed"] for j in receipt["journals"]) == [False, True]
        assert any(str(away.directory / "data") in sentence for sentence in receipt["not_reached"])
        assert found_in_files(away.directory / "data", marks.text)
        away.start()
        id_ = receipt["erasure"]["id"]
        wait_until("it has confirmed", lambda: all(
            j["confirmed"] for j in http.get(f"/api/erasures/{id_}/receipt").json()["journals"]), 30)
        assert away.ledger()["gap"] == 0 and away.ledger()["ledger"]["journaled"] == 0
        nowhere(here, marks, away)
    finally:
        outside.sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        here.stop()
        away.stop()


def test_an_answer_that_is_still_on_its_way_goes_too(fresh_database, tmp_path):
    slow = DemoProvider.__new__(DemoProvider)
    from gleaner import free_port
    slow.port = free_port()
    slow.process = Process(
        ["provider", "--demo", "--chunk-delay", "150", "--listen", f"127.0.0.1:{slow.port}"], {}, tmp_path / "provider.log")
    slow.url = f"http://127.0.0.1:{slow.port}/v1"
    wait_until("the provider listens", lambda: "listening on" in slow.process.text())
    gleaner = Gleaner(slow.url, fresh_database)
    gleaner.start()
    try:
        key, marks = gleaner.make_key("admin"), Marks()
        http = client(gleaner, key)
        body = {"model": "demo-hinglish-1", "stream": True, "messages": [{"role": "user", "content": marks.text}]}
        headers = {"X-Gleaner-Conversation": marks.conversation, "X-Gleaner-End-User": marks.user}
        with http.stream("POST", "/v1/chat/completions", json=body, headers=headers) as answer:
            pieces = answer.iter_raw()
            next(pieces)
            receipt, erasing = [], None
            erasing = threading.Thread(target=lambda: receipt.append(erase(client(gleaner, key), conversation=marks.conversation)))
            erasing.start()
            rest = b"".join(pieces)
        assert rest.rstrip().endswith(b"[DONE]"), "the client has its answer all the same"
        erasing.join()
        assert [j["confirmed"] for j in receipt[0]["journals"]] == [True]
        nowhere(gleaner, marks)
        assert gleaner.ledger()["gap"] == 0
    finally:
        gleaner.stop()
        slow.process.stop()


def test_an_erasure_that_is_killed_again_and_again_is_whole_in_the_end(erasing):
    http, marks = erasing.http, Marks()
    kinds = [{"external_id": f"k-{n}", "received_at": f"2026-02-{1 + n % 27:02}T10:00:00.{n % 1000:03}Z",
              "end_user": marks.user if n % 2 else "other", "conversation": f"c{n % 40}",
              "request": {"model": "m", "messages": [{"role": "user", "content": marks.text if n % 2 else "kept"}]},
              "response": {"id": f"c{n}", "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}]}}
             for n in range(6000)]
    (erasing.directory / "many.jsonl").write_text("".join(json.dumps(kind) + "\n" for kind in kinds))
    erasing.run("import", "auto", str(erasing.directory / "many.jsonl"))
    of_user = f"SELECT count(*) FROM gleaner.exchanges WHERE end_user = '{marks.user}'"
    assert erasing.sql(of_user) == "3000"
    erasure = http.post("/api/erasures", json={"end_user": marks.user}).json()["id"]
    assert http.post(f"/api/erasures/{erasure}/confirm").status_code == 202
    kills = 0
    for limit in (2800, 1800, 800):
        # A killed worker's lease runs out after a minute; here it is made to.
        erasing.sql("UPDATE gleaner.jobs SET lease_until = now() WHERE kind = 'erasure.run' AND state = 'running'")
        wait_until("some are gone", lambda: int(erasing.sql(of_user)) <= limit, 30)
        if int(erasing.sql(of_user)) > 0:
            kills += 1
        erasing.stop(signal.SIGKILL)
        erasing.start()
    erasing.sql("UPDATE gleaner.jobs SET lease_until = now() WHERE kind = 'erasure.run' AND state = 'running'")
    wait_until("it is done", lambda: http.get(f"/api/erasures/{erasure}").json()["state"] == "done", 60)
    assert kills >= 1, "it was quicker than the killing"
    receipt = http.get(f"/api/erasures/{erasure}/receipt").json()
    assert receipt["exchanges"] == 3000 and receipt["erasure"]["counts"]["exchanges"] == 3000
    assert erasing.sql("SELECT count(*) FROM gleaner.exchanges") == "3000"
    assert all(found_in_tables(erasing, mark) == [] for mark in marks.all)
