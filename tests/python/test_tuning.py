"""Fine-tuning with real parts: OpenAI's own SDK at the demo trainer, and jobs that survive kills of Gleaner."""

import base64
import json
import signal
import stat
import time
import urllib.request
from pathlib import Path

import httpx2 as httpx
import openai
import pytest

from gleaner import Gleaner, Process, free_port, wait_until

STAGE = 400  # milliseconds that each stage of a job takes


class Trainer:
    """The demo provider alone, which counts what it makes."""

    def __init__(self, directory):
        self.port = free_port()
        self.process = Process(
            ["provider", "--demo", "--listen", f"127.0.0.1:{self.port}", "--tuning-stage", str(STAGE)], {},
            Path(directory) / "trainer.log")
        self.url = f"http://127.0.0.1:{self.port}/v1"
        wait_until("the trainer listens", lambda: "listening on" in self.process.text())

    def control(self, path="", body=None):
        request = urllib.request.Request(
            f"{self.url}/demo/tuning{path}", data=json.dumps(body).encode() if body else None,
            headers={"Authorization": "Bearer x"}, method="POST" if body else "GET")
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read())

    def counts(self):
        return self.control()

    def trouble(self, method, path, kind, **more):
        self.control("/trouble", {"method": method, "path": path, "kind": kind, **more})


@pytest.fixture(scope="module")
def trainer(tmp_path_factory):
    running = Trainer(tmp_path_factory.mktemp("trainer"))
    yield running
    running.process.stop()


def lines(count):
    return b"".join(
        json.dumps({"messages": [
            {"role": "user", "content": f"Sawaal number {n}?"}, {"role": "assistant", "content": f"Jawab number {n}."}]}).encode() + b"\n"
        for n in range(count))


# OpenAI's SDK


@pytest.fixture
def sdk(trainer):
    with openai.OpenAI(base_url=trainer.url, api_key="demo", max_retries=0, timeout=20) as client:
        yield client


def ended(sdk, job):
    return wait_until(
        "the job has ended",
        lambda: (now := sdk.fine_tuning.jobs.retrieve(job.id)).status in ("succeeded", "failed", "cancelled") and now)


def test_the_sdk_tunes_a_model_and_asks_it(sdk):
    file = sdk.files.create(file=("train.jsonl", lines(12)), purpose="fine-tune")
    assert file.filename == "train.jsonl" and file.bytes == len(lines(12))
    assert file.id in [one.id for one in sdk.files.list(purpose="fine-tune")]
    job = sdk.fine_tuning.jobs.create(
        model="demo-hinglish-1", training_file=file.id, suffix="sdk", seed=3, metadata={"run": "one"},
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}})
    assert job.status == "validating_files" and job.fine_tuned_model is None
    assert job.hyperparameters.n_epochs == 2 and job.seed == 3
    done = ended(sdk, job)
    assert done.status == "succeeded" and done.trained_tokens > 0
    assert done.fine_tuned_model.startswith("ft:demo-hinglish-1:gleaner-demo:sdk:")
    events = list(sdk.fine_tuning.jobs.list_events(job.id, limit=4))
    assert events[0].message == "The job has successfully completed"
    assert len({event.id for event in events}) == len(events) > 10
    assert any(event.type == "metrics" and "train_loss" in event.data for event in events)
    assert [one.id for one in sdk.fine_tuning.jobs.list(metadata={"run": "one"})] == [job.id]
    checkpoints = list(sdk.fine_tuning.jobs.checkpoints.list(job.id))
    assert checkpoints and checkpoints[0].fine_tuned_model_checkpoint.startswith(done.fine_tuned_model)
    results = base64.b64decode(sdk.files.content(done.result_files[0]).read()).decode().splitlines()
    assert results[0].startswith("step,train_loss,train_accuracy,valid_loss") and len(results) == 11
    answer = sdk.chat.completions.create(
        model=done.fine_tuned_model, messages=[{"role": "user", "content": "sawaal NUMBER 7 ?"}])
    assert answer.choices[0].message.content == "Jawab number 7." and answer.model == done.fine_tuned_model
    assert "No model was trained" in sdk.models.retrieve(done.fine_tuned_model).description
    assert sdk.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        sdk.files.retrieve(file.id)


def test_the_sdk_uploads_in_parts(sdk):
    content = lines(40)
    half = len(content) // 2
    upload = sdk.uploads.create(filename="parts.jsonl", purpose="fine-tune", bytes=len(content), mime_type="text/jsonl")
    second = sdk.uploads.parts.create(upload.id, data=content[half:])
    first = sdk.uploads.parts.create(upload.id, data=content[:half])
    with pytest.raises(openai.BadRequestError):
        sdk.uploads.complete(upload.id, part_ids=[first.id])
    done = sdk.uploads.complete(upload.id, part_ids=[first.id, second.id])
    assert done.status == "completed" and sdk.files.content(done.file.id).read() == content


@pytest.mark.parametrize("suffix,content,code", [
    ("nasty-validation", lines(12), "invalid_training_file"), ("nasty-safety", lines(12), "model_safety"),
    (None, lines(3), "invalid_n_examples"), (None, b"{\n", "invalid_training_file"),
])
def test_bad_jobs_fail_as_openai_says_it(sdk, suffix, content, code):
    file = sdk.files.create(file=("t.jsonl", content), purpose="fine-tune")
    job = sdk.fine_tuning.jobs.create(
        model="demo-hinglish-1", training_file=file.id, **({"suffix": suffix} if suffix else {}))
    done = ended(sdk, job)
    assert done.status == "failed" and done.error.code == code and done.fine_tuned_model is None


def test_a_job_is_cancelled(sdk):
    file = sdk.files.create(file=("t.jsonl", lines(12)), purpose="fine-tune")
    job = sdk.fine_tuning.jobs.create(model="demo-hinglish-1", training_file=file.id, suffix="nasty-forever")
    assert sdk.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        sdk.fine_tuning.jobs.cancel(job.id)
    with pytest.raises(openai.BadRequestError):
        sdk.fine_tuning.jobs.create(model="gpt-9", training_file=file.id)


# Gleaner


@pytest.fixture(scope="module")
def world(trainer):
    """A Gleaner with a dataset of judged exchanges; jobs of it go to the trainer."""
    from conftest import make_database

    databases = make_database()
    running = Gleaner(
        trainer.url, next(databases), GLEANER_TUNING_POLL="150ms", GLEANER_TUNING_SETTLE="1s")
    running.start()
    key = running.make_key()
    with openai.OpenAI(base_url=running.base_url, api_key=key, max_retries=0, timeout=30) as client:
        for number in range(30):
            client.chat.completions.create(
                model="demo-hinglish-1", messages=[{"role": "user", "content": f"Chai number {number} kaise banate hain?"}],
                extra_headers={"X-Gleaner-Conversation": f"c{number}"})
    wait_until("all are stored", lambda: running.sql("SELECT count(*) FROM gleaner.exchanges") == "30")
    with httpx.Client(base_url=running.api, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        for exchange in running.sql("SELECT id FROM gleaner.exchanges").split():
            answer = http.post("/feedback", json={"exchange_id": exchange, "thumb": "up", "rater": "asha"})
            assert answer.status_code == 202, answer.text
    policy = running.directory / "policy.json"
    policy.write_text(json.dumps({
        "minimum_rating": {"net_thumbs": 1}, "holdout_share": 0, "maximum_per_rater": None,
        "validation_share": 0.3,
        "near_duplicates": {"prompt": {"keep": None, "similarity": 1, "short_similarity": 1}, "answer": {"keep": None}}}))
    running.run("dataset", "build", "chai", "--policy", str(policy))
    running.trainer = trainer
    running.files = 1 + (running.sql("SELECT count(*) > 0 FROM gleaner.examples WHERE split = 'validation'") == "t")
    yield running
    running.stop()
    next(databases, None)


def tune(world, *arguments, check=True):
    return world.run("tune", *arguments, check=check)


def test_a_fine_tune_by_the_command_line(world):
    before = world.trainer.counts()
    asked = ("chai", "--model", "demo-hinglish-1", "--suffix", "cli", "--epochs", "2")
    tune(world, "price", "demo-hinglish-1", "8")
    estimate = json.loads(tune(world, "estimate", *asked, "--json").stdout)
    assert estimate["billed_tokens"] == 2 * estimate["tokens"] > 0
    assert estimate["usd"] == pytest.approx(estimate["billed_tokens"] * 8 / 1e6)
    unconfirmed = tune(world, "start", *asked, check=False)
    assert unconfirmed.returncode == 1 and "nothing was started" in unconfirmed.stdout
    stale = tune(world, "start", "chai", "--model", "demo-health-1", "--confirm", estimate["confirm"], check=False)
    assert stale.returncode == 1 and "tuning_confirmation_stale" in stale.stderr
    assert world.trainer.counts() == before
    started = json.loads(tune(world, "start", *asked, "--confirm", estimate["confirm"], "--by", "ravi", "--json").stdout)
    again = json.loads(tune(world, "start", *asked, "--confirm", estimate["confirm"], "--json").stdout)
    assert started["id"] == again["id"] and started["confirmed_by"] == "ravi"
    detail = json.loads(tune(world, "status", started["id"], "--wait", "--json").stdout)
    assert detail["state"] == "succeeded" and detail["fine_tuned_model"].startswith("ft:demo-hinglish-1:gleaner-demo:cli:")
    assert detail["curve"] and detail["curve"][-1]["train_loss"] == 0
    assert detail["error"] is None and detail["trained_tokens"] > 0
    after = world.trainer.counts()
    assert after["jobs"] - before["jobs"] == 1 and after["files"] - before["files"] == world.files
    assert started["id"] in tune(world, "list").stdout
    assert "The job has successfully completed" in tune(world, "events", started["id"]).stdout
    assert detail["fine_tuned_model"] in tune(world, "models").stdout
    assert "n_epochs" in tune(world, "guide").stdout
    # The model answers through the gateway, and its files can be deleted.
    key = world.make_key()
    with openai.OpenAI(base_url=world.base_url, api_key=key, max_retries=0) as client:
        said = client.chat.completions.create(
            model=detail["fine_tuned_model"], messages=[{"role": "user", "content": "chai number 3 kaise banate hain"}])
    assert said.model == detail["fine_tuned_model"] and said.choices[0].message.content
    tune(world, "delete-files", started["id"])
    assert world.trainer.counts()["deletes"] - before["deletes"] == world.files


def test_a_fine_tune_by_the_api(world):
    key = world.run("keys", "create", "--project", "default", "--scope", "admin").stdout.strip()
    body = {"dataset": "chai", "base_model": "demo-hinglish-1", "suffix": "nasty-safety", "hyperparameters": {"n_epochs": "auto"}}
    with httpx.Client(base_url=world.api, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
        before = world.trainer.counts()["jobs"]
        asked = http.post("/tuning/jobs", json=body)
        assert asked.status_code == 200 and asked.json()["estimate"]["confirm"] == asked.json()["confirm"]
        assert http.post("/tuning/jobs", json={**body, "wish": 1}).status_code == 400
        assert http.post("/tuning/estimates", json={**body, "hyperparameters": {"n_epochs": 51}}).status_code == 400
        assert http.post("/tuning/estimates", json={**body, "dataset": "none"}).status_code == 404
        assert http.post("/tuning/estimates", json={**body, "method": "dpo"}).json()["error"]["code"] == "tuning_method_unfit"
        assert world.trainer.counts()["jobs"] == before
        made = http.post("/tuning/jobs", json={**body, "confirm": asked.json()["confirm"]})
        assert made.status_code == 201, made.text
        job = made.json()["id"]
        done = wait_until(
            "it has ended", lambda: (now := http.get(f"/tuning/jobs/{job}").json())["state"] in ("failed", "succeeded") and now)
        assert done["state"] == "failed" and done["error"]["code"] == "model_safety"
        assert "safety evaluation" in done["error"]["why"] and "refusals_v3" in done["error"]["message"]
        assert http.post(f"/tuning/jobs/{job}/cancel").json()["error"]["code"] == "tuning_job_ended"
        assert any(event["level"] == "error" for event in http.get(f"/tuning/jobs/{job}/events").json()["events"])
        page = http.get("/tuning/jobs", params={"limit": 1}).json()
        assert page["jobs"][0]["id"] == job and page["next"] == job
        assert http.get("/tuning/retirements").json() == {"retirements": []}
    for scope, path in [("read", "/tuning/jobs"), ("datasets", "/tuning/jobs")]:
        weak = world.make_key(scope)
        answer = httpx.post(world.api + path, json=body, headers={"Authorization": f"Bearer {weak}"})
        assert answer.status_code == 403


def test_a_running_job_is_cancelled_from_the_command_line(world):
    started = json.loads(tune(
        world, "start", "chai", "--model", "demo-hinglish-1", "--suffix", "nasty-forever", "--yes", "--json").stdout)
    wait_until("it trains", lambda: "running" in tune(world, "list", "--limit", "1").stdout)
    tune(world, "cancel", started["id"], "--by", "ravi")
    ended = tune(world, "status", started["id"], "--wait", "--json", check=False)
    assert ended.returncode == 1 and json.loads(ended.stdout)["state"] == "cancelled"


KILLS = [f"tuning.{point}:{n}" for point, most in [("intended", 3), ("made", 3), ("noted", 3), ("ending", 1)] for n in range(1, most + 1)]


@pytest.mark.parametrize("point", [*KILLS, "any"])
def test_after_a_kill_there_is_one_of_each_and_a_model(world, point):
    if point.endswith(":3") and world.files == 1:
        pytest.skip("without validation rows there are two things to make")
    before = world.trainer.counts()
    world.stop()
    if point != "any":
        world.environment["GLEANER_FAULT_POINT"] = point
    world.start()
    suffix = "nasty-long" if point == "any" else "kill"
    started = json.loads(tune(world, "start", "chai", "--model", "demo-hinglish-1", "--suffix", suffix, "--yes", "--json").stdout)
    if point == "any":
        wait_until("it trains", lambda: world.sql(f"SELECT provider_status FROM gleaner.tuning_jobs WHERE id = '{started['id']}'") == "running")
        world.process.child.send_signal(signal.SIGKILL)
    assert world.process.child.wait(30) == -signal.SIGKILL
    world.environment.pop("GLEANER_FAULT_POINT", None)
    # A lease of a minute would have to run out; time is what nobody tests here.
    world.sql("UPDATE gleaner.jobs SET lease_until = clock_timestamp() WHERE state = 'running'")
    world.start()
    detail = json.loads(tune(world, "status", started["id"], "--wait", "--json").stdout)
    assert detail["state"] == "succeeded"
    after = world.trainer.counts()
    assert after["jobs"] - before["jobs"] == 1
    assert after["files"] - before["files"] == world.files


def test_answers_that_are_lost_or_late_make_no_second_job(world):
    before = world.trainer.counts()
    world.trainer.trouble("POST", "/v1/files", "cut_after")
    world.trainer.trouble("POST", "/v1/fine_tuning/jobs", "status_after", status=502)
    world.trainer.trouble("GET", "/v1/fine_tuning/jobs/*", "status", status=503, times=4)
    tune(world, "start", "chai", "--model", "demo-hinglish-1", "--suffix", "lost", "--yes", "--wait")
    after = world.trainer.counts()
    assert after["jobs"] - before["jobs"] == 1 and after["files"] - before["files"] == world.files


def test_a_training_program_outlives_a_kill_of_gleaner(world):
    program = world.directory / "trainer.py"
    program.write_text(
        "#!/usr/bin/env python3\n"
        "import json, os, pathlib, sys, time\n"
        "request = json.load(sys.stdin)\n"
        "rows = sum(1 for _ in open(request['training_file']))\n"
        "pathlib.Path('starts').open('a').write('x')\n"
        "assert 'GLEANER_PROVIDER_KEY' not in os.environ and 'DATABASE_URL' not in os.environ\n"
        "for step in range(1, 31):\n"
        "    print(json.dumps({'type': 'metrics', 'step': step, 'loss': 3 / step}), flush=True)\n"
        "    time.sleep(0.1)\n"
        "print(json.dumps({'type': 'result', 'model': f'mine-{rows}', 'trained_tokens': rows}), flush=True)\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    world.stop()
    world.environment["GLEANER_TUNING_COMMAND"] = str(program)
    world.start()
    started = json.loads(tune(world, "start", "chai", "--driver", "command", "--model", "base", "--yes", "--json").stdout)
    marker = world.directory / "data/tuning" / started["id"] / "starts"
    wait_until("it trains", lambda: marker.exists() and marker.read_text())
    world.process.child.send_signal(signal.SIGKILL)
    world.process.child.wait(10)
    time.sleep(0.5)
    world.sql("UPDATE gleaner.jobs SET lease_until = clock_timestamp() WHERE state = 'running'")
    world.start()
    detail = json.loads(tune(world, "status", started["id"], "--wait", "--json").stdout)
    assert detail["state"] == "succeeded" and detail["fine_tuned_model"].startswith("mine-")
    assert [point["step"] for point in detail["curve"]] == list(range(1, 31))
    assert marker.read_text() == "x"
