"""pydantic-ai: agents on OpenAI's and Anthropic's wire, with a tool, a typed result, and a stream."""

import asyncio

import anthropic
import openai
import pytest
from pydantic_ai import Agent, ModelHTTPError
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from compat.conftest import MODEL, PROMPT, Recipe, said


def chat(gleaner, key, calls, model=MODEL):
    return OpenAIChatModel(model, provider=provider(gleaner, key, calls))


def responses(gleaner, key, calls, model=MODEL):
    return OpenAIResponsesModel(model, provider=provider(gleaner, key, calls))


def provider(gleaner, key, calls):
    return OpenAIProvider(openai_client=openai.AsyncOpenAI(
        base_url=gleaner.base_url, api_key=key, max_retries=0, default_headers=calls.headers))


def messages(gleaner, key, calls, model=MODEL):
    return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=anthropic.AsyncAnthropic(
        base_url=f"http://127.0.0.1:{gleaner.port}", api_key=key, max_retries=0, default_headers=calls.headers)))


WIRES = pytest.mark.parametrize("wire, endpoint", [
    (chat, "/v1/chat/completions"), (responses, "/v1/responses"), (messages, "/v1/messages")])


@WIRES
def test_an_agent_answers(gleaner, key, calls, wire, endpoint):
    result = Agent(wire(gleaner, key, calls)).run_sync(PROMPT)
    row = calls.completed(endpoint, prompt_tokens=result.usage.input_tokens)
    assert said(row)["content"] == result.output


@WIRES
def test_an_agent_uses_a_tool(gleaner, key, calls, wire, endpoint):
    agent = Agent(wire(gleaner, key, calls))
    asked = []

    @agent.tool_plain
    def weather(city: str) -> str:
        asked.append(city)
        return "29 C"

    assert agent.run_sync(PROMPT).output and len(asked) == 1
    first, second = calls.stored(2)
    assert said(first)["tool_calls"][0]["function"]["name"] == "weather"
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "tool"]


@WIRES
def test_an_agent_returns_a_type(gleaner, key, calls, wire, endpoint):
    result = Agent(wire(gleaner, key, calls), output_type=Recipe).run_sync(PROMPT)
    assert isinstance(result.output, Recipe)
    calls.completed(endpoint)


@WIRES
def test_an_agent_streams(gleaner, key, calls, wire, endpoint):
    async def run():
        async with Agent(wire(gleaner, key, calls)).run_stream(PROMPT) as result:
            return await result.get_output()

    text = asyncio.run(run())
    assert text and said(calls.completed(endpoint, streamed=True))["content"] == text


@WIRES
def test_an_unknown_model_is_an_http_error(gleaner, key, calls, wire, endpoint):
    with pytest.raises(ModelHTTPError) as caught:
        Agent(wire(gleaner, key, calls, model="none")).run_sync(PROMPT)
    assert caught.value.status_code == 404
    assert calls.one()["endpoint"] == endpoint
