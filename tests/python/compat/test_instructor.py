"""instructor: typed answers through tools and through JSON, and retries of its own."""

import asyncio

import openai
import pytest

if openai.VERSION >= "3":
    pytest.skip("instructor needs the 2.x line of openai: see requirements-openai2.txt", allow_module_level=True)
import instructor  # noqa: E402

from compat.conftest import MODEL, PROMPT, Recipe, said  # noqa: E402

ASK = [{"role": "user", "content": PROMPT}]


@pytest.fixture
def plain(gleaner, key, calls):
    with openai.OpenAI(
        base_url=gleaner.base_url, api_key=key, max_retries=0, default_headers=calls.headers
    ) as client:
        yield client


@pytest.mark.parametrize("mode", [instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA])
def test_a_typed_answer(plain, calls, mode):
    client = instructor.from_openai(plain, mode=mode)
    recipe = client.chat.completions.create(model=MODEL, messages=ASK, response_model=Recipe, max_retries=0)
    assert isinstance(recipe, Recipe)
    row = calls.completed("/v1/chat/completions")
    message = said(row)
    text = message["tool_calls"][0]["function"]["arguments"] if message.get("tool_calls") else message["content"]
    assert Recipe.model_validate_json(text).model_dump() == recipe.model_dump()


def test_a_typed_answer_that_arrives_in_parts(plain, calls):
    client = instructor.from_openai(plain)
    parts = list(client.chat.completions.create_partial(
        model=MODEL, messages=ASK, response_model=Recipe, max_retries=0))
    assert len(parts) > 1 and parts[-1].title
    calls.completed("/v1/chat/completions", streamed=True)


def test_async(gleaner, key, calls):
    async def run():
        async with openai.AsyncOpenAI(
            base_url=gleaner.base_url, api_key=key, max_retries=0, default_headers=calls.headers
        ) as client:
            return await instructor.from_openai(client).chat.completions.create(
                model=MODEL, messages=ASK, response_model=Recipe, max_retries=0)

    assert isinstance(asyncio.run(run()), Recipe)
    calls.completed("/v1/chat/completions")


def test_an_unknown_model_is_an_error(plain, calls):
    with pytest.raises(Exception, match="model_not_found"):
        instructor.from_openai(plain).chat.completions.create(
            model="gpt-none", messages=ASK, response_model=Recipe, max_retries=0)
    assert calls.one()["http_status"] == 404
