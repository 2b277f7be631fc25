"""langchain-openai: chat models, streams, tools, structured output and embeddings."""

import asyncio

import langchain_openai
import openai
import pytest

from compat.conftest import MODEL, PROMPT, Recipe, said


def weather(city: str) -> str:
    """The weather of a city."""
    return f"29 C in {city}"


@pytest.fixture
def chat(gleaner, key, calls):
    def make(model=MODEL, **options):
        return langchain_openai.ChatOpenAI(
            model=model, base_url=gleaner.base_url, api_key=key, default_headers=calls.headers,
            **{"max_retries": 0, "timeout": 30, **options})

    return make


@pytest.mark.parametrize("responses, endpoint", [(False, "/v1/chat/completions"), (True, "/v1/responses")])
def test_an_answer(chat, calls, responses, endpoint):
    message = chat(use_responses_api=responses).invoke([("system", "Be kind"), ("human", PROMPT)])
    row = calls.completed(
        endpoint, prompt_tokens=message.usage_metadata["input_tokens"],
        completion_tokens=message.usage_metadata["output_tokens"])
    assert said(row)["content"] == message.text
    assert [message["role"] for message in row["messages"]] == ["system", "user"]


@pytest.mark.parametrize("responses, endpoint", [(False, "/v1/chat/completions"), (True, "/v1/responses")])
def test_a_stream(chat, calls, responses, endpoint):
    text = "".join(chunk.text for chunk in chat(use_responses_api=responses).stream(PROMPT))
    assert text and said(calls.completed(endpoint, streamed=True))["content"] == text


def test_a_tool(chat, calls):
    message = chat().bind_tools([weather]).invoke(PROMPT)
    assert message.tool_calls[0]["name"] == "weather" and "city" in message.tool_calls[0]["args"]
    assert said(calls.completed("/v1/chat/completions"))["tool_calls"][0]["id"] == message.tool_calls[0]["id"]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output(chat, calls, method):
    assert isinstance(chat().with_structured_output(Recipe, method=method).invoke(PROMPT), Recipe)
    calls.completed("/v1/chat/completions")


def test_async(chat, calls):
    async def run():
        return await asyncio.gather(*(chat().ainvoke(f"{PROMPT} {n}") for n in range(4)))

    answers = asyncio.run(run())
    assert sorted(said(row)["content"] for row in calls.stored(4)) == sorted(answer.text for answer in answers)


def test_embeddings(gleaner, key, calls):
    # The check would fetch a tokenizer from the network.
    vectors = langchain_openai.OpenAIEmbeddings(
        model="demo-embedding-1", base_url=gleaner.base_url, api_key=key, default_headers=calls.headers,
        check_embedding_ctx_length=False).embed_documents(["ek", "do"])
    assert [len(vector) for vector in vectors] == [64, 64]
    calls.completed("/v1/embeddings")


def test_an_error_is_the_sdks(chat, calls):
    with pytest.raises(openai.NotFoundError):
        chat("gpt-none").invoke(PROMPT)
    assert calls.one()["http_status"] == 404
