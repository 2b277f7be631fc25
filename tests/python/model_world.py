"""What the pages of datasets, evaluations and canaries show: judged exchanges, a verdict, a canary with its points."""

import json
import random
import uuid

import httpx2 as httpx
import openai

from browser import ConsolePeople
from gleaner import wait_until

WORDS = (
    "chai kahani bukhar mausam gaadi dawai kitab paani bijli bazaar doodh cricket film gaana shaadi safar hotel ticket school "
    "exam naukri paisa bank loan ghar kiraya baarish garmi sardi neend khana roti sabzi masala mirchi namak cheeni ghee dahi "
    "phone laptop internet battery camera khel doctor aspatal pet sir kamar ghutna aankh daant baal twacha vitamin").split()
EVIL = "<img src=x onerror=alert(1)>"


class ModelWorld:
    """Signs people in once per role; a browser or a plain client is theirs from then on."""

    def __init__(self, gleaner):
        self.gleaner = gleaner
        self.people = ConsolePeople(gleaner)
        self.base = self.people.base
        self.cookies = {"root": self.people.admin}

    def joined(self, handle, role):
        if handle not in self.cookies:
            self.cookies[handle] = self.people.join(handle, role)
        return self.cookies[handle]

    def session(self, handle, role):
        return self.people.session(self.joined(handle, role))


def judge(gleaner, count=40):
    """Answers that a user liked, and some that nobody did, one of them with markup in it."""
    key = gleaner.make_key()
    with openai.OpenAI(base_url=gleaner.base_url, api_key=key, max_retries=0, timeout=30) as client:
        for number in range(count):
            # Prompts that are nearly the same would count as one.
            words = " ".join(random.Random(number).sample(WORDS, 7))
            text = f"Sawaal {number}: {words}? {EVIL if number % 7 == 0 else ''}"
            client.chat.completions.create(
                model="demo-hinglish-1", messages=[{"role": "user", "content": text}],
                extra_headers={"X-Gleaner-Conversation": f"c{number}", "X-Gleaner-End-User": f"u{number}"})
    wait_until("all are stored", lambda: gleaner.sql("SELECT count(*) FROM gleaner.exchanges") == str(count))
    with httpx.Client(base_url=gleaner.api, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        for place, exchange in enumerate(gleaner.sql("SELECT id FROM gleaner.exchanges ORDER BY id").split()):
            thumb = "down" if place % 8 == 1 else "up"
            # Different people: a rater's cap would leave the rest out.
            answer = http.post(
                "/feedback", json={"exchange_id": exchange, "thumb": thumb, "rater": f"rater-{place}"})
            assert answer.status_code == 202, answer.text


POLICY = {"name": "likes", "minimum_rating": {"net_thumbs": 1}, "approvals": 1, "moderation": "ignored",
          "near_duplicates": {"answer": {"keep": None}}}


def evaluate(gleaner, project="default", note=EVIL):
    """A verdict as the gate stores it, by its own columns. Returns its id."""
    evaluation = str(uuid.uuid4())

    def rule(metric, outcome, estimate, low, high, test="non_inferior", margin=0.05):
        return {"metric": metric, "test": test, "margin": margin, "outcome": outcome, "items": 70, "conversations": 70,
                "candidate_mean": 0.5, "incumbent_mean": 0.4, "estimate": estimate, "low": low, "high": high,
                "why": f"{estimate}, between {low} and {high}. {note}"}

    report = {
        "verdict": "fail", "summary": f"It fails by flagged. {note}", "holdout": 90, "items": 70, "alpha": 0.05,
        "rules": [rule("chrf", "pass", 12.5, 8, 17, "superior", 0), rule("flagged", "fail", -0.2, -0.3, -0.1),
                  rule("refusal", "not_enough_data", 0.01, -0.07, 0.09)],
        "answer_sources": {"reviewer_correction": 70}, "references": "edited", "candidate": {"chrf": 50},
        "incumbent": {"chrf": 37.5}, "notes": ["Answers that were approved as they were favour the incumbent."]}
    version = gleaner.sql("SELECT id FROM gleaner.dataset_versions ORDER BY created_at DESC LIMIT 1")
    candidate, incumbent = (json.dumps({"provider": "default", "model": m}) for m in ("ft:new", "old"))
    quoted = json.dumps(report).replace("'", "''")
    gleaner.sql(
        "INSERT INTO gleaner.evaluations (id, project_id, version_id, candidate, incumbent, policy, salt, state, holdout, items, "
        "estimate, verdict, report, author, created_at, finished_at) VALUES "
        f"('{evaluation}', (SELECT id FROM gleaner.projects WHERE name = '{project}'), '{version}', '{candidate}', '{incumbent}', '{{}}', 's', 'done', 90, 70, "
        "'{\"items\": 70, \"requests\": 140, \"input_tokens\": 1000, \"output_tokens\": 500, \"unpriced\": [\"ft:new\"]}', "
        f"'fail', '{quoted}', 'ravi', now(), now())")
    return evaluation


def start_canary(gleaner, route="chat", project="default"):
    """A canary without a gate, by the API. Returns its id."""
    key = gleaner.run("keys", "create", "--project", project, "--scope", "routes", "--scope", "read").stdout.strip()
    with httpx.Client(base_url=gleaner.api, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        variants = [{"name": "old", "model": "demo-health-1"}, {"name": "new", "model": "demo-hinglish-1", "weight": 0}]
        assert http.put(f"/routes/{route}", json={"variants": variants}).status_code == 200
        started = http.post("/canaries", json={
            "route": route, "candidate": "new", "incumbent": "old", "skip_gate": True,
            "plan": {"steps": [0.1, 0.5, 1], "minimum_minutes": 1440}})
        assert started.status_code == 201, started.text
        return started.json()["id"]


def look_often(gleaner, canary, times=30):
    """Points as the keeper would have written them over a day: bands that narrow, errors that rise above their margin."""
    for metric, at_end in [("rating", 0.04), ("errors", 0.03), ("latency", -0.1)]:
        gleaner.sql(
            "INSERT INTO gleaner.canary_points (canary_id, step, at, metric, candidate, incumbent, candidate_mean, incumbent_mean, "
            f"estimate, low, high, p) SELECT '{canary}', 0, now() - interval '1 hour' * ({times} - n), '{metric}', n * 10, n * 90, "
            f"0.5 + {at_end}, 0.5, {at_end} * n / {times}, {at_end} * n / {times} - 0.6 / sqrt(n), "
            f"{at_end} * n / {times} + 0.6 / sqrt(n), 1.0 / n FROM generate_series(1, {times}) n ON CONFLICT DO NOTHING")


def fill_rollups(gleaner, project, name):
    """Three weeks of traffic that only rollups know of, by the hour and by the day: variant `base` and one of that name, which is
    liked more, costs more and fails more; and an edit of the routes three days ago."""
    slices = "r.project_id, r.minutes, r.at, r.source, r.route, r.variant, r.provider, r.model, r.language, r.prompt"
    ours = f"r.variant IN ('base', '{name}') AND r.minutes > 5 AND r.project_id = (SELECT id FROM gleaner.projects WHERE name = '{project}')"
    # More by day than by night, and not quite the same each day.
    many = "(30 + 20 * sin(extract(hour FROM h.at) / 24.0 * 6.283) + extract(day FROM h.at)::int % 7 * 2)::int"
    gleaner.sql(f"""
        INSERT INTO gleaner.rollups
        SELECT p.id, m.minutes, date_bin(make_interval(mins => m.minutes), h.at, '2000-01-01 00:00:00+00'), 'gateway', 'chat', v.name,
               'openai', v.model, 'hi-Latn', '', sum(n), sum(n - 2), sum(2), 0, 0, 0, sum(v.errors), 0, sum(n - 3), sum(n), 0, 0, 0, sum(n),
               sum(n * 100), 0, 0, sum(n * 190), 0, sum(n), sum(n * v.cost), 0, 0, sum(n), 0, '{{72,80,88}}'::smallint[],
               ARRAY[sum(n - n / 2 - 3), sum(n / 2), sum(3)]::bigint[], sum(n), 0, '{{64,72}}'::smallint[],
               ARRAY[sum(n - n / 3), sum(n / 3)]::bigint[]
        FROM gleaner.projects p, (VALUES (60), (1440)) AS m (minutes),
             generate_series(now() - interval '21 days', now() - interval '2 hours', interval '1 hour') AS h (at),
             LATERAL (SELECT {many} AS n) c,
             (VALUES ('base', 'demo-1', 1, 0.0004), ('{name}', 'demo-2', 3, 0.001)) AS v (name, model, errors, cost)
        WHERE p.name = '{project}' GROUP BY 1, 2, 3, v.name, v.model;
        INSERT INTO gleaner.rollup_judgements
        SELECT {slices}, r.answered / 8, CASE r.variant WHEN 'base' THEN r.answered / 20 ELSE r.answered / 12 END, r.answered / 30,
               0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, r.answered / 25, 0, 0, 0, 0
        FROM gleaner.rollups r WHERE {ours};
        SELECT gleaner.slice_rollups(NULL, 60::smallint, NULL), gleaner.slice_rollups(NULL, 1440::smallint, NULL),
               gleaner.slice_judgements(NULL, NULL, NULL);
        INSERT INTO gleaner.rollup_reviews
        SELECT {slices}, 'floor', false, m.name, k, k, 2, 5, k * 20, k * 20 * m.value, k * 20 * (m.value * m.value + m.value / 4.0),
               k * 400, k * 400 * m.value, k * 400 * (m.value * m.value + m.value / 4.0)
        FROM gleaner.rollups r, LATERAL (SELECT r.answered / 20 AS k) c, (VALUES ('', 0), ('accuracy', 4.1), ('relevance', 3.4)) AS m (name, value)
        WHERE {ours} AND k > 0;
        INSERT INTO gleaner.route_versions (project_id, version, created_at, author, note, document)
        SELECT p.id, coalesce(max(v.version), 0) + 1, now() - interval '3 days', 'root', 'gave {name} half of the traffic',
               coalesce((array_agg(v.document ORDER BY v.version DESC) FILTER (WHERE v.version IS NOT NULL))[1], '{{"routes": []}}')
        FROM gleaner.projects p LEFT JOIN gleaner.route_versions v ON v.project_id = p.id WHERE p.name = '{project}' GROUP BY p.id""")
