"""Exports as another program sees them: every format of every kind, killed half way, on a full disk, over HTTP."""

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from openai.types.chat import ChatCompletionFunctionToolParam, ChatCompletionMessageParam
from pydantic import TypeAdapter

import export_corpus
from gleaner import BINARY


@pytest.fixture(scope="module")
def exports(gleaner):
    """Datasets sft, preference and unpaired, and a directory to export into."""
    gleaner.project = gleaner.sql("SELECT id FROM gleaner.projects WHERE name = 'default'")
    for kind in ("sft", "preference", "unpaired"):
        export_corpus.fill(gleaner.conninfo(), gleaner.project, f"formats-{kind}", kind)
    directory = Path(tempfile.mkdtemp(prefix="gleaner-export-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def export(gleaner, kind, format, place, *more):
    done = gleaner.run("dataset", "export", f"formats-{kind}", "--format", format, "--output", str(place), "--json", *more)
    return json.loads(done.stdout)


def files(place):
    return {path.name: path.read_bytes() for path in Path(place).iterdir()}


def lines(place, name="train.jsonl"):
    return [json.loads(line) for line in (Path(place) / name).read_bytes().split(b"\n")[:-1]]


@pytest.mark.parametrize("format", sorted(export_corpus.KINDS))
def test_every_kind_is_exported_verified_and_downloaded_alike(gleaner, http, exports, format):
    for kind in export_corpus.KINDS[format]:
        place = exports / f"{format}-{kind}"
        result = export(gleaner, kind, format, place)
        assert result["format"] == format
        written = files(place)
        assert set(written) == {"train.jsonl", "validation.jsonl", "lineage.jsonl", "README.md", "manifest.json"}
        for name, sha256 in result["files"].items():
            assert hashlib.sha256(written[name]).hexdigest() == sha256
        for name in ("train.jsonl", "validation.jsonl", "lineage.jsonl"):
            text = written[name]
            assert text.endswith(b"\n") and b"\r" not in text and not text.startswith(b"\xef\xbb\xbf")
            assert "\u2028" not in text.decode() and b"NaN" not in text
        for row in lines(place):
            text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("\u2028", "\\u2028")
            assert text.encode() in written["train.jsonl"], "members are sorted"
        verified = json.loads(gleaner.run("dataset", "verify", str(place), "--json").stdout)
        assert verified["format"] == format and verified["errors"] == 0, verified["findings"][:3]
        lineage = lines(place, "lineage.jsonl")
        rows = {name: len(lines(place, name)) for name in ("train.jsonl", "validation.jsonl")}
        for name, count in rows.items():
            assert [row["line"] for row in lineage if row["file"] == name] == list(range(1, count + 1))
        manifest = json.loads(written["manifest.json"])
        each = 2 if format == "trl-kto" and kind == "preference" else 1
        left = sum(sum(split["reasons"].values()) for split in manifest["left_out"])
        assert sum(rows.values()) == (72 - left) * each
        assert result["train"] == rows["train.jsonl"]
        for name in written:
            response = http.get(f"/api/datasets/formats-{kind}/versions/1/files/{name}", params={"format": format})
            assert response.status_code == 200 and response.content == written[name], name


def test_chat_lines_are_what_the_sdk_sends(gleaner, exports):
    messages = TypeAdapter(list[ChatCompletionMessageParam])
    tools = TypeAdapter(list[ChatCompletionFunctionToolParam])
    for format, kind in (("openai-sft", "sft"), ("openai-sft", "preference"), ("openai-preference", "preference")):
        place = exports / f"typed-{format}-{kind}"
        export(gleaner, kind, format, place)
        for row in lines(place) + lines(place, "validation.jsonl"):
            head = row.get("input", row)
            said = head["messages"] + row.get("preferred_output", []) + row.get("non_preferred_output", [])
            messages.validate_python(said, strict=False)
            tools.validate_python(head.get("tools", []))
            assert set(head) <= {"messages", "tools", "parallel_tool_calls"}


def test_trainers_of_one_schema_get_the_same_members_in_every_line(gleaner, exports):
    place = exports / "schema"
    export(gleaner, "sft", "trl-prompt-completion", place)
    rows = lines(place)
    assert {tuple(sorted(row)) for row in rows} == {("completion", "prompt", "tools")}
    members = {tuple(sorted(message)) for row in rows for message in row["prompt"] + row["completion"]}
    assert members == {("content", "name", "role", "tool_call_id", "tool_calls")}
    assert all(isinstance(message["content"], str) for row in rows for message in row["prompt"] + row["completion"])
    assert any(json.loads(row["tools"]) for row in rows) and any(json.loads(row["tools"]) == [] for row in rows)


def test_a_format_that_does_not_fit_is_refused_with_those_that_do(gleaner, http, exports):
    done = gleaner.run("dataset", "export", "formats-sft", "--format", "trl-kto", "--output", str(exports / "no"), check=False)
    assert done.returncode == 1 and "[export_format_unfit]" in done.stderr and "trl-prompt-completion" in done.stderr
    done = gleaner.run("dataset", "export", "formats-sft", "--format", "csv", "--output", str(exports / "no"), check=False)
    assert done.returncode == 1 and "[export_format_unknown]" in done.stderr and "alpaca" in done.stderr
    path = "/api/datasets/formats-sft/versions/1/files/train.jsonl"
    assert http.get(path, params={"format": "trl-kto"}).json()["error"]["code"] == "export_format_unfit"
    assert http.get(path, params={"format": "csv"}).json()["error"]["code"] == "export_format_unknown"


def test_the_holdout_leaves_only_by_name(gleaner, http, exports):
    place = exports / "holdout"
    export(gleaner, "sft", "alpaca", place, "--holdout")
    held = lines(place, "holdout.jsonl")
    assert held and not any(row in lines(place) + lines(place, "validation.jsonl") for row in held)
    assert http.get("/api/datasets/formats-sft/versions/1/files/holdout.jsonl",
                    params={"format": "alpaca"}).content == files(place)["holdout.jsonl"]
    export(gleaner, "sft", "alpaca", place)
    assert "holdout.jsonl" not in files(place)


def test_what_is_not_approved_or_was_withdrawn_does_not_leave(gleaner, http, exports):
    version = export_corpus.fill(gleaner.conninfo(), gleaner.project, "guarded", "sft", approvals=1, holdout=0, start=1000)
    path = "/api/datasets/guarded/versions/1/files/"
    for name in ("train.jsonl", "lineage.jsonl", "manifest.json", "README.md"):
        assert http.get(path + name).json()["error"]["code"] == "dataset_not_approved"
    gleaner.sql(f"INSERT INTO gleaner.dataset_approvals VALUES ('{version}', 'asha', '', now())")
    assert http.get(path + "train.jsonl").status_code == 200
    gleaner.sql(f"UPDATE gleaner.dataset_versions SET withdrawn_at = now(), withdrawn_reason = 'erased' WHERE id = '{version}'")
    done = gleaner.run("dataset", "export", "guarded", "--output", str(exports / "guarded"), check=False)
    assert done.returncode == 1 and "[dataset_withdrawn]" in done.stderr


def process(gleaner, place, dataset="large", limit=None):
    """An export as a process of its own, which may write files of `limit` bytes at most."""
    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GLEANER_") and k != "DATABASE_URL"}
    return subprocess.Popen(
        [str(BINARY), "dataset", "export", dataset, "--format", "sharegpt", "--output", str(place), "--json"],
        env={**inherited, **gleaner.environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, cwd=gleaner.directory, preexec_fn=small if limit else None)


@pytest.fixture(scope="module")
def large(gleaner, exports):
    export_corpus.fill(gleaner.conninfo(), gleaner.project, "large", "sft", count=2000, validation=500, holdout=0, start=10_000)
    place = exports / "whole"
    child = process(gleaner, place)
    out, complaint = child.communicate(timeout=100)
    assert child.returncode == 0, complaint
    return files(place)


def test_an_export_killed_anywhere_goes_on_to_the_same_bytes(gleaner, exports, large):
    place = exports / "killed"
    killed = resumed = 0
    began = time.monotonic()
    process(gleaner, place).communicate(timeout=100)
    took = time.monotonic() - began
    shutil.rmtree(place)
    for round in range(40):
        child = process(gleaner, place)
        time.sleep(random.Random(round).uniform(0.03, took))
        child.kill()
        out, complaint = child.communicate(timeout=60)
        if child.returncode == 0:
            resumed += bool(json.loads(out)["resumed"])
            assert files(place) == large
            shutil.rmtree(place)
            continue
        killed += 1
        if (place / "manifest.json").exists():
            assert files(place) == large, "a directory with a manifest is complete"
    child = process(gleaner, place)
    out, complaint = child.communicate(timeout=100)
    assert child.returncode == 0, complaint
    assert files(place) == large, "nothing is left beside the files"
    assert killed > 5


def test_a_full_disk_is_said_and_leaves_nothing_half_done(gleaner, exports, large):
    place = exports / "full"
    child = process(gleaner, place, limit=len(large["train.jsonl"]) - 1000)
    out, complaint = child.communicate(timeout=60)
    assert child.returncode == 1 and "[file_unwritable]" in complaint
    assert not [name for name in files(place) if name.endswith(".tmp") or name in ("manifest.json", "train.jsonl")]
    child = process(gleaner, place)
    assert child.communicate(timeout=100) and child.returncode == 0
    assert files(place) == large


def test_two_exports_at_once_leave_one_whole_export(gleaner, exports, large):
    place = exports / "both"
    children = [process(gleaner, place), process(gleaner, place, "formats-sft"), process(gleaner, place)]
    for child in children:
        _, complaint = child.communicate(timeout=110)
        assert child.returncode == 0, complaint
    assert gleaner.run("dataset", "verify", str(place), check=False).returncode == 0
