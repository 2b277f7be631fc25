"""The anthropic SDK: messages plain and streamed, tools, structured output, caches, errors."""

import asyncio

import anthropic
import pytest

from compat.conftest import MODEL, PROMPT, Recipe, said

ASK = [{"role": "user", "content": PROMPT}]
TOOLS = [{
    "name": "weather", "description": "Of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}]


@pytest.fixture
def client(root, key, calls):
    with anthropic.Anthropic(
        base_url=root, api_key=key, max_retries=0, timeout=30, default_headers=calls.headers
    ) as client:
        yield client


def test_a_message(client, calls):
    message = client.messages.create(model=MODEL, max_tokens=1024, system="Be kind", messages=ASK)
    row = calls.completed(
        "/v1/messages", completion_id=message.id, served_model=message.model, finish_reason="end_turn",
        prompt_tokens=message.usage.input_tokens, completion_tokens=message.usage.output_tokens)
    assert said(row) == {"role": "assistant", "content": message.content[0].text}
    assert row["messages"] == [{"role": "system", "content": "Be kind"}, *ASK]


def test_a_message_streamed(client, calls):
    with client.messages.stream(model=MODEL, max_tokens=1024, messages=ASK) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert final.content[0].text == text and final.stop_reason == "end_turn"
    row = calls.completed(
        "/v1/messages", completion_id=final.id, streamed=True, prompt_tokens=final.usage.input_tokens,
        completion_tokens=final.usage.output_tokens)
    assert said(row)["content"] == text


def test_what_a_cache_held_counts_as_prompt(client, calls):
    marked = {"cache_control": {"type": "ephemeral"}}
    message = client.messages.create(
        model=MODEL, max_tokens=1024, system=[{"type": "text", "text": "Be very kind", **marked}],
        messages=[{"role": "user", "content": [{"type": "text", "text": PROMPT, **marked}]},
                  {"role": "assistant", "content": "Aise."}, {"role": "user", "content": "Aur?"}])
    usage = message.usage
    assert usage.cache_read_input_tokens > 0 and usage.cache_creation_input_tokens > 0
    calls.completed(
        "/v1/messages", cached_tokens=usage.cache_read_input_tokens,
        cache_write_tokens=usage.cache_creation_input_tokens,
        prompt_tokens=usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens)


def test_thinking_is_kept_apart_from_the_answer(client, calls):
    with client.messages.stream(
        model=MODEL, max_tokens=4096, messages=ASK, thinking={"type": "enabled", "budget_tokens": 1024}
    ) as stream:
        final = stream.get_final_message()
    thought, text = final.content
    assert said(calls.completed("/v1/messages")) == {
        "role": "assistant", "content": text.text, "reasoning_content": thought.thinking}


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called_and_its_result_sent(client, calls, stream):
    if stream:
        with client.messages.stream(model=MODEL, max_tokens=1024, messages=ASK, tools=TOOLS) as events:
            asked = events.get_final_message()
    else:
        asked = client.messages.create(model=MODEL, max_tokens=1024, messages=ASK, tools=TOOLS)
    use = asked.content[0]
    assert asked.stop_reason == "tool_use" and use.name == "weather" and "city" in use.input
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "29 C"}]}
    history = [*ASK, {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in asked.content]}, result]
    assert client.messages.create(model=MODEL, max_tokens=1024, messages=history, tools=TOOLS).content[0].text
    first, second = calls.stored(2)
    assert first["finish_reason"] == "tool_use"
    assert said(first)["tool_calls"][0]["id"] == use.id
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "tool"]


def test_structured_output(client, calls):
    message = client.messages.parse(model=MODEL, max_tokens=1024, messages=ASK, output_format=Recipe)
    assert isinstance(message.parsed_output, Recipe)
    assert Recipe.model_validate_json(said(calls.completed("/v1/messages"))["content"]) == message.parsed_output


def test_tokens_are_counted_by_the_provider(client, calls):
    assert client.messages.count_tokens(model=MODEL, messages=ASK).input_tokens > 0
    assert calls.one()["endpoint"] == "/v1/messages/count_tokens"


def test_a_wrong_key_is_an_authentication_error(root):
    with anthropic.Anthropic(base_url=root, api_key="gln_wrong", max_retries=0) as client:
        with pytest.raises(anthropic.AuthenticationError):
            client.messages.create(model=MODEL, max_tokens=9, messages=ASK)


@pytest.mark.parametrize("model, status, error", [
    ("claude-none", 404, "NotFoundError"), ("nasty-status-500", 500, "InternalServerError"),
    ("nasty-status-529", 529, "APIStatusError")])
def test_an_error_of_the_provider_is_that_error(client, calls, model, status, error):
    with pytest.raises(getattr(anthropic, error)) as caught:
        client.messages.create(model=model, max_tokens=9, messages=ASK)
    assert caught.value.status_code == status
    row = calls.one()
    assert row["http_status"] == status and not row["complete"]


def test_a_rate_limit_is_retried_by_the_sdk_and_each_try_is_kept(client, calls):
    with pytest.raises(anthropic.RateLimitError):
        client.with_options(max_retries=1).messages.create(model="nasty-status-429", max_tokens=9, messages=ASK)
    assert [row["http_status"] for row in calls.stored(2)] == [429, 429]


def test_overloaded_in_the_middle_of_a_stream_reaches_the_client(client, calls):
    with pytest.raises(anthropic.APIStatusError) as caught:
        with client.messages.stream(model="nasty-error-event", max_tokens=99, messages=ASK) as stream:
            stream.until_done()
    assert "overloaded_error" in str(caught.value)
    assert not calls.one()["complete"]


@pytest.mark.parametrize("model", ["nasty-cut-6", "nasty-no-done"])
def test_a_stream_that_breaks_off_is_an_error_and_not_a_short_answer(client, calls, model):
    with pytest.raises(anthropic.APIStatusError, match="provider"):
        with client.messages.stream(model=model, max_tokens=99, messages=ASK) as stream:
            stream.until_done()
    row = calls.one()
    assert row["status"] == "upstream_failed" and not row["complete"]
    assert said(row)["content"]


def test_a_client_that_times_out_has_left(client, calls):
    with pytest.raises(anthropic.APITimeoutError):
        client.with_options(timeout=0.5).messages.create(model="nasty-silent", max_tokens=9, messages=ASK)
    assert calls.one()["status"] == "client_gone"


def test_a_cancelled_stream_is_kept_as_far_as_it_came(root, key, calls):
    async def run():
        async with anthropic.AsyncAnthropic(base_url=root, api_key=key, default_headers=calls.headers) as client:
            async with client.messages.stream(model="nasty-slow-100", max_tokens=999, messages=ASK) as stream:
                async for text in stream.text_stream:
                    return text

    text = asyncio.run(run())
    row = calls.one()
    assert row["status"] == "client_gone" and not row["complete"]
    assert said(row)["content"].startswith(text)


def test_many_async_calls_at_once(root, key, calls):
    async def run():
        async with anthropic.AsyncAnthropic(base_url=root, api_key=key, default_headers=calls.headers) as client:
            return await asyncio.gather(*(
                client.messages.create(model=MODEL, max_tokens=100 + n, messages=ASK) for n in range(8)))

    answers = asyncio.run(run())
    assert {row["completion_id"] for row in calls.stored(8)} == {answer.id for answer in answers}
