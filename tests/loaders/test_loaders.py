"""The real readers read what Gleaner exports: `make loaders`. Not part of `make test`: they are 700 MB.

`datasets` and TRL's data utilities, `mistral_common`'s validator in its mode for fine-tuning, the `openai` package's types.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import datasets
import pytest
from mistral_common.protocol.instruct.messages import FinetuningMessage
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.protocol.instruct.validator import (
    MistralRequestValidator, MistralRequestValidatorV3, MistralRequestValidatorV11, ValidationMode)
from openai.types.chat import ChatCompletionMessageParam
from pydantic import TypeAdapter
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from trl import data_utils

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

import export_corpus  # noqa: E402
from gleaner import Gleaner  # noqa: E402

# As templates are that know tools: a call's arguments may be text or an object.
TEMPLATE = """{% for tool in tools or [] %}<tool>{{ tool.function.name }}</tool>{% endfor %}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% for c in m.tool_calls or [] %}<call>{{ c.function.name }} {{ c.function.arguments if c.function.arguments is string else c.function.arguments | tojson }}</call>{% endfor %}</{{ m.role }}>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"""


@pytest.fixture(scope="session")
def exported():
    """Kind and format to a directory with the exported files."""
    conninfo = os.environ["GLEANER_TEST_DATABASE_URL"]
    name = f"loaders_{uuid.uuid4().hex[:12]}"
    psql = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-c"]
    subprocess.run([*psql, f"CREATE DATABASE {name}"], check=True, timeout=60)
    gleaner = Gleaner("http://127.0.0.1:9/v1", f"{conninfo} dbname={name}")
    directory = Path(tempfile.mkdtemp(prefix="gleaner-loaders-"))
    try:
        gleaner.run("migrate")
        gleaner.make_key("admin")
        project = gleaner.sql("SELECT id FROM gleaner.projects WHERE name = 'default'")
        for number, kind in enumerate(("sft", "preference", "unpaired")):
            export_corpus.fill(gleaner.conninfo(), project, kind, kind, count=600, validation=60, start=10_000 * number)
            for format, kinds in export_corpus.KINDS.items():
                if kind in kinds:
                    gleaner.run("dataset", "export", kind, "--format", format, "--output", str(directory / kind / format))
        yield directory
    finally:
        subprocess.run([*psql, f"DROP DATABASE {name} WITH (FORCE)"], check=True, timeout=60)
        shutil.rmtree(directory, ignore_errors=True)
        shutil.rmtree(gleaner.directory, ignore_errors=True)


CASES = [(kind, format) for format, kinds in export_corpus.KINDS.items() for kind in kinds]
HUGGING_FACE = [case for case in CASES if case[1].startswith(("trl-", "sharegpt", "alpaca"))]
TRL = [case for case in HUGGING_FACE if case[1].startswith("trl-")]


def rows(directory, name="train.jsonl"):
    return [json.loads(line) for line in (directory / name).read_text().split("\n") if line]


def load(directory, tmp_path, **more):
    files = {"train": str(directory / "train.jsonl"), "validation": str(directory / "validation.jsonl")}
    return datasets.load_dataset("json", data_files=files, cache_dir=str(tmp_path), **more)


@pytest.mark.parametrize("kind,format", HUGGING_FACE)
def test_datasets_reads_every_line_with_one_schema(exported, tmp_path, kind, format):
    directory = exported / kind / format
    loaded = load(directory, tmp_path)
    assert loaded["train"].features == loaded["validation"].features
    # Nothing is filled with nulls, nothing turned into another type.
    assert list(loaded["train"]) == rows(directory)
    assert list(loaded["validation"]) == rows(directory, "validation.jsonl")
    # The card says which file is which split.
    whole = datasets.load_dataset(str(directory), cache_dir=str(tmp_path / "whole"))
    assert set(whole) == {"train", "validation"} and list(whole["train"]) == rows(directory)


@pytest.mark.parametrize("kind,format", HUGGING_FACE)
def test_a_small_block_does_not_change_the_schema(exported, tmp_path, kind, format):
    """Read a few kilobytes at a time, as a large file is read ten megabytes at a time."""
    directory = exported / kind / format
    features = load(directory, tmp_path / "a")["train"].features
    loaded = load(directory, tmp_path / "b", chunksize=4096, features=features)
    assert list(loaded["train"]) == rows(directory)


def tokenizer():
    bare = Tokenizer(models.WordLevel({"<unk>": 0}, unk_token="<unk>"))
    bare.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(tokenizer_object=bare, unk_token="<unk>")
    made.chat_template = TEMPLATE
    return made


@pytest.mark.parametrize("kind,format", TRL)
def test_trl_takes_them_for_what_they_are(exported, tmp_path, kind, format):
    dataset = load(exported / kind / format, tmp_path)["train"]
    processor = tokenizer()
    for row in dataset:
        assert data_utils.is_conversational(row)
        tools = json.loads(row["tools"])  # as SFTTrainer and DPOTrainer do
        text = data_utils.apply_chat_template({k: v for k, v in row.items() if k != "tools"}, processor, tools=tools)
        answer = text.get("completion") or text.get("chosen") or text.get("text")
        assert answer and "</assistant>" in answer
        assert ("<tool>get_weather</tool>" in json.dumps(text)) == bool(tools)
    if format == "trl-preference":
        unpaired = data_utils.maybe_unpair_preference_dataset(dataset)
        assert len(unpaired) == 2 * len(dataset) and set(unpaired["label"]) == {True, False}
        # Ours for KTO are those.
        ours = load(exported / kind / "trl-kto", tmp_path / "kto")["train"]
        key = lambda row: json.dumps([row["prompt"], row["completion"], row["label"]], sort_keys=True)  # noqa: E731
        assert sorted(map(key, unpaired)) == sorted(map(key, ours))


def test_trl_converts_sharegpt(exported, tmp_path):
    for row in load(exported / "sft" / "sharegpt", tmp_path)["train"]:
        assert data_utils.is_conversational_from_value(row)
        said = data_utils.maybe_convert_to_chatml(dict(row))["messages"]
        assert said and all(set(message) == {"role", "content"} for message in said)


@pytest.mark.parametrize("kind", ["sft", "preference", "unpaired"])
@pytest.mark.parametrize("validator", [MistralRequestValidator, MistralRequestValidatorV3, MistralRequestValidatorV11])
def test_mistral_common_validates_every_line(exported, kind, validator):
    checked = validator(mode=ValidationMode.finetuning)
    directory = exported / kind / "mistral"
    lines = rows(directory) + rows(directory, "validation.jsonl")
    for line in lines:
        # Weights are of these messages alone.
        checked.validate_request(ChatCompletionRequest[FinetuningMessage](**line))
    assert len(lines) > 300 and any("tools" in line for line in lines)


def test_openai_types_take_every_message(exported):
    messages = TypeAdapter(list[ChatCompletionMessageParam])
    for kind, format in CASES:
        if format.startswith("openai-"):
            for row in rows(exported / kind / format):
                head = row.get("input", row)
                messages.validate_python(
                    head["messages"] + row.get("preferred_output", []) + row.get("non_preferred_output", []))
