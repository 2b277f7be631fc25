"""Metrics, rules and reports of a real service: a real Prometheus scrapes it, promtool tests the rules."""

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import openai
import pytest

from gleaner import ROOT, Gleaner, free_port, get, wait_until

SUFFIX = re.compile(r"_(bucket|sum|count)$")


def samples(gleaner):
    """Name with labels → value."""
    status, text = get(gleaner.admin + "/metrics")
    assert status == 200
    return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", text.decode(), re.M)}, text.decode()


@pytest.fixture
def own(provider, fresh_database):
    running = Gleaner(provider.url, fresh_database)
    running.start()
    yield running
    running.stop()
    shutil.rmtree(running.directory, ignore_errors=True)


def chat(gleaner, key, count, stream=False):
    with openai.OpenAI(base_url=gleaner.base_url, api_key=key, max_retries=0, timeout=30) as client:
        for number in range(count):
            answer = client.chat.completions.create(
                model="demo-hinglish-1", messages=[{"role": "user", "content": f"Sawaal {number}"}], stream=stream)
            if stream:
                list(answer)


def test_what_is_printed_is_what_the_page_lists(own):
    chat(own, own.make_key(), 3)
    wait_until("all are stored", lambda: samples(own)[0]['gleaner_exchanges_total{outcome="stored"}'] == 3)
    _, text = samples(own)
    page = (ROOT / "docs/reference/metrics.md").read_text()
    listed = set(re.findall(r"(?:\| |, )`(gleaner_[a-z_]+)", page))
    printed = set(re.findall(r"^# TYPE (\w+) ", text, re.M))
    # Without a collector there is nothing to say of one.
    exported = {name for name in listed if name.startswith("gleaner_otlp_")}
    assert printed == listed - exported and len(exported) == 4
    # Each is of the kind that the page says, and each sample belongs to a family that was announced.
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M))
    for names, kind in re.findall(r"^\| (`gleaner_.*?) \| (\w+) \|", page, re.M):
        for name in re.findall(r"`(gleaner_[a-z_]+)", names):
            assert name in exported or kinds[name] == kind, name
    for name in re.findall(r"^(\w+)(?:\{.*\})? \S+$", text, re.M):
        assert name in kinds or SUFFIX.sub("", name) in kinds, name
    check = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    # It has opinions on names as well (3); what it cannot read is 1.
    assert check.returncode in (0, 3), check.stderr


def test_histograms_count_every_call_and_its_tokens(own):
    key = own.make_key()
    chat(own, key, 7)
    chat(own, key, 5, stream=True)
    wait_until("all are stored", lambda: samples(own)[0]['gleaner_exchanges_total{outcome="stored"}'] == 12)
    found, text = samples(own)
    assert found["gleaner_gateway_overhead_seconds_count"] == 12
    assert 'gleaner_gateway_overhead_seconds_bucket{le="0.00025"}' in found
    total = sum(value for name, value in found.items() if name.startswith("gleaner_exchange_duration_seconds_count"))
    first = sum(value for name, value in found.items() if name.startswith("gleaner_exchange_ttft_seconds_count"))
    assert (total, first) == (12, 5)
    assert found['gleaner_exchanges_ended_total{status="completed"}'] == 12
    tokens = sum(value for name, value in found.items() if name.startswith("gleaner_exchange_output_tokens_sum"))
    assert tokens == float(own.sql("SELECT coalesce(sum(completion_tokens), 0) FROM gleaner.exchanges"))
    # What Gleaner adds is less than all there was.
    whole = sum(value for name, value in found.items() if name.startswith("gleaner_exchange_duration_seconds_sum"))
    assert 0 < found["gleaner_gateway_overhead_seconds_sum"] < whole + 12


def test_reports_count_what_was_said_and_a_rebuild_says_the_same(own):
    key = own.make_key()
    chat(own, key, 20)
    wait_until("all are stored", lambda: own.sql("SELECT count(*) FROM gleaner.exchanges") == "20")
    with httpx.Client(base_url=own.api, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        for place, exchange in enumerate(own.sql("SELECT id FROM gleaner.exchanges ORDER BY id").split()[:10]):
            answer = http.post("/feedback", json={"exchange_id": exchange, "thumb": "down" if place < 3 else "up", "rater": f"r{place}"})
            assert answer.status_code == 202, answer.text
    # The service counts exchanges by itself within seconds.
    wait_until("exchanges are counted", lambda: own.sql("SELECT sum(exchanges) FROM report.exchanges_daily") == "20", 30)
    assert re.fullmatch(r"\d+ hours counted\n", own.run("rollups", "rebuild").stdout)
    figures = "SELECT sum(ups), sum(downs), sum(rated), sum(answered) FROM report.ratings_daily"
    assert own.sql(figures) == "7|3|10|20"
    everything = """SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
        SELECT t::text AS line FROM gleaner.rollups t UNION ALL SELECT t::text FROM gleaner.rollup_judgements t) x"""
    once = own.sql(everything)
    own.run("rollups", "rebuild", "--since", "2020-01-01")
    assert own.sql(everything) == once
    refused = own.run("rollups", "rebuild", "--since", "yesterday", check=False)
    assert refused.returncode != 0 and "2026-11-01" in refused.stderr


def test_dashboards_are_exported_as_they_are_in_the_repository(own, tmp_path):
    own.run("dashboards", "export", "--directory", str(own.directory / "boards"))
    exported = {path.relative_to(own.directory / "boards"): path.read_bytes()
                for path in (own.directory / "boards").rglob("*") if path.is_file()}
    committed = {path.relative_to(ROOT / "dashboards"): path.read_bytes()
                 for path in (ROOT / "dashboards").rglob("*") if path.suffix in (".json", ".yml")}
    assert exported == committed and len(exported) == 10
    assert subprocess.run([ROOT / "dashboards/generate.py", "--check"]).returncode == 0


def test_rules_say_when_and_only_when_they_should(tmp_path):
    rules = ROOT / "tests/prometheus/rules_test.yml"
    done = subprocess.run(["promtool", "test", "rules", str(rules)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    # The same file notices a rule that has lost its condition.
    for name in ("recording.yml", "alerts.yml"):
        text = (ROOT / "dashboards/prometheus" / name).read_text()
        (tmp_path / name).write_text(text.replace("gleaner_conservation_gap != 0", "gleaner_conservation_gap != 1"))
    broken = rules.read_text().replace("../../dashboards/prometheus/", "")
    (tmp_path / "rules_test.yml").write_text(broken)
    done = subprocess.run(["promtool", "test", "rules", str(tmp_path / "rules_test.yml")], capture_output=True, text=True)
    assert done.returncode != 0 and "GleanerConservationGap" in done.stdout + done.stderr


class Prometheus:
    """Debian's, scraping every second, with the shipped rules at a hundred times their pace."""

    def __init__(self, directory, target):
        self.directory, self.port = Path(directory), free_port()
        for name in ("recording.yml", "alerts.yml"):
            text = (ROOT / "dashboards/prometheus" / name).read_text()
            text = re.sub(r"for: \w+", "for: 1s", text)
            text = re.sub(r"\[(5|10|15)m\]", "[10s]", text).replace("interval: 30s", "interval: 1s")
            (self.directory / name).write_text(text)
        (self.directory / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["recording.yml", "alerts.yml"],
            "scrape_configs": [{"job_name": "gleaner", "static_configs": [{"targets": [target]}]}]}))
        self.log = open(self.directory / "prometheus.log", "wb")
        self.child = subprocess.Popen(
            ["prometheus", "--config.file", str(self.directory / "prometheus.yml"), "--storage.tsdb.path",
             str(self.directory / "data"), "--web.listen-address", f"127.0.0.1:{self.port}"],
            stdout=self.log, stderr=self.log, cwd=self.directory)
        wait_until("prometheus is ready", lambda: get(self.url("/-/ready"))[0] == 200, 60)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, expression):
        status, body = get(self.url("/api/v1/query?query=" + urllib.parse.quote(expression)))
        assert status == 200, body
        return json.loads(body)["data"]["result"]

    def firing(self):
        status, body = get(self.url("/api/v1/alerts"))
        assert status == 200, body
        return {alert["labels"]["alertname"] for alert in json.loads(body)["data"]["alerts"] if alert["state"] == "firing"}

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait(10)
        self.log.close()


def asked_of_prometheus():
    """Every expression of every panel, at the pace of the rules above."""
    for board in sorted((ROOT / "dashboards").glob("*.json")):
        for panel in json.loads(board.read_text())["panels"]:
            for target in panel["targets"]:
                if "expr" in target:
                    yield f"{board.name}: {panel['title']}", re.sub(r"\[(5|10|15)m\]", "[10s]", target["expr"])


def test_every_panel_of_prometheus_finds_series(own, tmp_path):
    key = own.make_key()
    prometheus = Prometheus(tmp_path, f"127.0.0.1:{own.admin_port}")
    try:
        # One that waits and is not done meanwhile.
        own.sql("""
            INSERT INTO gleaner.jobs (id, project_id, kind, payload, state, run_at, fence, attempts, maximum_attempts, created_at)
            SELECT gen_random_uuid(), id, 'moderate', '{}', 'waiting', now() + interval '1 hour', 0, 0, 5, now()
            FROM gleaner.projects LIMIT 1""")
        left = list(asked_of_prometheus())
        assert len(left) >= 26
        deadline = time.monotonic() + 60
        while left and time.monotonic() < deadline:
            # Rates are of what goes on.
            chat(own, key, 1)
            chat(own, key, 1, stream=True)
            assert httpx.get(own.api + "/report?colour=red", headers={"Authorization": f"Bearer {key}"}, timeout=10).status_code == 400
            left = [(place, expression) for place, expression in left if not prometheus.ask(expression)]
        assert left == []
    finally:
        prometheus.stop()


def test_a_real_prometheus_scrapes_and_its_rules_fire(own, tmp_path):
    key = own.make_key()
    prometheus = Prometheus(tmp_path, f"127.0.0.1:{own.admin_port}")
    try:
        chat(own, key, 3)
        wait_until("it is scraped", lambda: prometheus.ask('gleaner_exchanges_ended_total{status="completed"} == 3'), 30)
        # Its own view of what a dashboard shows.
        assert prometheus.ask("gleaner_conservation_gap")[0]["value"][1] == "0"
        chat(own, key, 3)
        wait_until("a quantile is recorded", lambda: [
            row for row in prometheus.ask("gleaner:exchange_duration_seconds:p95_5m") if float(row["value"][1]) > 0], 30)
        assert not prometheus.firing() & {"GleanerAnswersFail", "GleanerDown", "GleanerConservationGap"}

        # The demo provider breaks off streams of this model's name.
        with httpx.Client(base_url=own.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
            def fail(number):
                try:
                    http.post("/chat/completions", json={
                        "model": "nasty-cut-3", "stream": True, "messages": [{"role": "user", "content": f"{number}"}]})
                except httpx.HTTPError:
                    pass  # broken off, as it should be
            for _ in range(4):
                with ThreadPoolExecutor(8) as pool:
                    list(pool.map(fail, range(20)))
                time.sleep(1)
        wait_until("failing answers page", lambda: "GleanerAnswersFail" in prometheus.firing(), 60)
        own.stop()
        wait_until("a service that is gone pages", lambda: "GleanerDown" in prometheus.firing(), 60)
    finally:
        prometheus.stop()
