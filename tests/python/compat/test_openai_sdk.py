"""The openai SDK: every endpoint it has a method for, plain and streamed, sync and async."""

import asyncio
import json

import openai
import pytest

from compat.conftest import MODEL, PROMPT, Recipe, said

ASK = [{"role": "user", "content": PROMPT}]
WEATHER = {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}


@pytest.fixture
def client(gleaner, key, calls):
    with openai.OpenAI(
        base_url=gleaner.base_url, api_key=key, max_retries=0, timeout=30, default_headers=calls.headers
    ) as client:
        yield client


def run_async(gleaner, key, calls, body, **options):
    """Runs `body` with an async client on a loop of its own."""

    async def run():
        async with openai.AsyncOpenAI(
            base_url=gleaner.base_url, api_key=key, default_headers=calls.headers,
            **{"max_retries": 0, "timeout": 30, **options}
        ) as client:
            return await body(client)

    return asyncio.run(run())


def test_chat(client, calls):
    completion = client.chat.completions.create(model=MODEL, messages=ASK)
    row = calls.completed(
        "/v1/chat/completions", completion_id=completion.id, served_model=completion.model, finish_reason="stop",
        prompt_tokens=completion.usage.prompt_tokens, completion_tokens=completion.usage.completion_tokens)
    assert said(row)["content"] == completion.choices[0].message.content
    assert row["messages"] == ASK


def test_chat_through_the_streaming_helper(client, calls):
    with client.chat.completions.stream(model=MODEL, messages=ASK) as stream:
        text = "".join(event.delta for event in stream if event.type == "content.delta")
        final = stream.get_final_completion()
    assert final.choices[0].message.content == text
    row = calls.completed("/v1/chat/completions", completion_id=final.id, streamed=True)
    assert said(row)["content"] == text


def test_chat_calls_a_tool_and_gets_its_result(client, calls):
    tools = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
    asked = client.chat.completions.create(model=MODEL, messages=ASK, tools=tools)
    call = asked.choices[0].message.tool_calls[0]
    assert call.function.name == "weather" and "city" in json.loads(call.function.arguments)
    messages = [*ASK, asked.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "29 C"}]
    answered = client.chat.completions.create(model=MODEL, messages=messages, tools=tools)
    assert answered.choices[0].message.content
    first, second = calls.stored(2)
    assert first["finish_reason"] == "tool_calls"
    assert said(first)["tool_calls"][0]["function"]["arguments"] == call.function.arguments
    assert [message["role"] for message in second["messages"]] == ["user", "assistant", "tool"]


def test_chat_with_structured_output(client, calls):
    completion = client.chat.completions.parse(model=MODEL, messages=ASK, response_format=Recipe)
    recipe = completion.choices[0].message.parsed
    assert isinstance(recipe, Recipe)
    row = calls.completed("/v1/chat/completions")
    assert Recipe.model_validate_json(said(row)["content"]) == recipe


def test_responses(client, calls):
    response = client.responses.create(
        model=MODEL, instructions="Be kind", input=PROMPT, reasoning={"effort": "low"}, prompt_cache_key="k")
    assert response.output_text
    row = calls.completed(
        "/v1/responses", completion_id=response.id, served_model=response.model, finish_reason="completed",
        prompt_tokens=response.usage.input_tokens, completion_tokens=response.usage.output_tokens,
        cached_tokens=response.usage.input_tokens_details.cached_tokens, cache_write_tokens=0,
        reasoning_tokens=response.usage.output_tokens_details.reasoning_tokens)
    assert row["cached_tokens"] > 0 and row["reasoning_tokens"] > 0
    assert said(row)["content"] == response.output_text and said(row)["reasoning_content"]
    assert row["messages"] == [{"role": "system", "content": "Be kind"}, {"role": "user", "content": PROMPT}]


def test_responses_streamed(client, calls):
    with client.responses.stream(model=MODEL, input=PROMPT) as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        final = stream.get_final_response()
    assert final.output_text == text and final.status == "completed"
    row = calls.completed(
        "/v1/responses", completion_id=final.id, streamed=True, prompt_tokens=final.usage.input_tokens)
    assert said(row)["content"] == text


def test_responses_that_run_into_their_limit(client, calls):
    response = client.responses.create(model=MODEL, input=PROMPT, max_output_tokens=16)
    text = response.output_text
    row = calls.completed("/v1/responses", finish_reason=(
        response.incomplete_details.reason if response.incomplete_details else "completed"))
    assert said(row)["content"] == text


def test_responses_call_a_tool_and_get_its_result(client, calls):
    tools = [{"type": "function", "name": "weather", "parameters": WEATHER, "strict": True}]
    first = client.responses.create(model=MODEL, input=PROMPT, tools=tools)
    call = first.output[0]
    assert call.type == "function_call" and "city" in json.loads(call.arguments)
    history = [
        *ASK, {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments},
        {"type": "function_call_output", "call_id": call.call_id, "output": "29 C"}]
    assert client.responses.create(model=MODEL, input=history, tools=tools).output_text
    asked, answered = calls.stored(2)
    assert said(asked)["tool_calls"][0] == {
        "id": call.call_id, "type": "function", "function": {"name": "weather", "arguments": call.arguments}}
    assert [message["role"] for message in answered["messages"]] == ["user", "assistant", "tool"]


def test_responses_with_structured_output(client, calls):
    response = client.responses.parse(model=MODEL, input=PROMPT, text_format=Recipe)
    assert isinstance(response.output_parsed, Recipe)
    assert Recipe.model_validate_json(said(calls.completed("/v1/responses"))["content"]) == response.output_parsed


def test_a_response_that_goes_on_from_another_says_that_its_context_is_elsewhere(client, calls, gleaner):
    client.responses.create(model=MODEL, input="Aur?", previous_response_id="resp_0")
    row = calls.completed("/v1/responses")
    note = gleaner.sql(f"SELECT projection_note FROM gleaner.exchange_bodies WHERE id = '{row['id']}'")
    assert note == "context_incomplete"


def test_text_completions(client, calls):
    completion = client.completions.create(model=MODEL, prompt=PROMPT)
    row = calls.completed(
        "/v1/completions", completion_id=completion.id, prompt_tokens=completion.usage.prompt_tokens)
    assert said(row)["content"] == completion.choices[0].text
    assert row["messages"] == ASK


def test_text_completions_streamed(client, calls):
    text = "".join(
        chunk.choices[0].text for chunk in client.completions.create(model=MODEL, prompt=PROMPT, stream=True))
    assert text and said(calls.completed("/v1/completions", streamed=True))["content"] == text


def test_embeddings(client, calls):
    # The SDK asks for base64 on its own and hands out numbers.
    answer = client.embeddings.create(model="demo-embedding-1", input=["ek", "do"], dimensions=8)
    assert [len(item.embedding) for item in answer.data] == [8, 8]
    row = calls.completed("/v1/embeddings", prompt_tokens=answer.usage.prompt_tokens, served_model="demo-embedding-1")
    assert [message["content"] for message in row["messages"]] == ["ek", "do"]
    assert row["answer"] is None


def test_moderations(client, calls):
    answer = client.moderations.create(input=["chai", "I will kill you"])
    assert [result.flagged for result in answer.results] == [False, True]
    row = calls.completed("/v1/moderations", completion_id=answer.id, served_model=answer.model)
    assert len(row["messages"]) == 2


def test_what_has_no_reader_passes_and_is_kept(client, calls):
    client.files.list()
    row = calls.one()
    assert row["endpoint"] == "GET /v1/files" and row["http_status"] == 200


def ask_chat(client, model):
    return client.chat.completions.create(model=model, messages=ASK)


def ask_responses(client, model):
    return client.responses.create(model=model, input=PROMPT)


def ask_embeddings(client, model):
    return client.embeddings.create(model=model, input=PROMPT)


ASKS = pytest.mark.parametrize("ask", [ask_chat, ask_responses, ask_embeddings])


@ASKS
def test_a_wrong_key_is_an_authentication_error(gleaner, ask):
    with openai.OpenAI(base_url=gleaner.base_url, api_key="gln_wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError):
            ask(client, MODEL)


@ASKS
def test_an_unknown_model_is_a_not_found_error(client, calls, ask):
    with pytest.raises(openai.NotFoundError) as caught:
        ask(client, "gpt-none")
    assert caught.value.code == "model_not_found"
    row = calls.one()
    assert (row["http_status"], row["complete"], row["requested_model"]) == (404, False, "gpt-none")


@ASKS
def test_a_rate_limit_is_retried_by_the_sdk_and_each_try_is_kept(client, calls, ask):
    with pytest.raises(openai.RateLimitError):
        ask(client.with_options(max_retries=1), "nasty-status-429")
    assert [row["http_status"] for row in calls.stored(2)] == [429, 429]


@ASKS
def test_a_server_error_is_one(client, calls, ask):
    with pytest.raises(openai.InternalServerError):
        ask(client, "nasty-status-500")
    assert calls.one()["http_status"] == 500


@ASKS
def test_a_client_that_times_out_has_left(client, calls, ask):
    with pytest.raises(openai.APITimeoutError):
        ask(client.with_options(timeout=0.5), "nasty-silent")
    row = calls.one()
    assert row["status"] == "client_gone" and not row["complete"]


def test_an_error_in_the_middle_of_a_stream_reaches_the_client(client, calls):
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model="nasty-error-event", messages=ASK, stream=True))
    # Here the SDK hands out the error as the event it is.
    events = list(client.responses.create(model="nasty-error-event", input=PROMPT, stream=True))
    assert events[-1].type == "error" and events[-1].code == "server_error"
    for row in calls.stored(2):
        assert row["http_status"] == 200 and not row["complete"]


@pytest.mark.parametrize("model", ["nasty-cut-6", "nasty-no-done"])
def test_a_stream_that_breaks_off_is_an_error_and_not_a_short_answer(client, calls, model):
    for start in [
        lambda: client.chat.completions.create(model=model, messages=ASK, stream=True),
        lambda: client.completions.create(model=model, prompt=PROMPT, stream=True),
        lambda: client.responses.create(model=model, input=PROMPT, stream=True),
    ]:
        with pytest.raises(openai.APIError, match="provider"):
            list(start())
    for row in calls.stored(3):
        assert row["status"] == "upstream_failed" and not row["complete"]


def test_a_failed_response_is_not_complete(client, calls):
    events = list(client.responses.create(model="nasty-failed", input=PROMPT, stream=True))
    assert events[-1].type == "response.failed"
    assert not calls.one()["complete"]


@pytest.mark.parametrize("path", ["chat", "responses"])
def test_a_cancelled_stream_is_kept_as_far_as_it_came(gleaner, key, calls, path):
    async def body(client):
        if path == "chat":
            stream = await client.chat.completions.create(model="nasty-slow-100", messages=ASK, stream=True)
        else:
            stream = await client.responses.create(model="nasty-slow-100", input=PROMPT, stream=True)
        seen = 0
        async for _ in stream:
            seen += 1
            if seen == 6:
                await stream.close()
                return

    run_async(gleaner, key, calls, body)
    row = calls.one()
    assert row["status"] == "client_gone" and not row["complete"]
    assert said(row)["role"] == "assistant"


def test_a_cancelled_task_is_kept_as_a_client_that_left(gleaner, key, calls):
    async def body(client):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.responses.create(model="nasty-silent", input=PROMPT), 0.5)

    run_async(gleaner, key, calls, body)
    assert calls.one()["status"] == "client_gone"


def test_many_async_calls_at_once(gleaner, key, calls):
    async def body(client):
        asks = [client.responses.create(model=MODEL, input=f"{PROMPT} {n}") for n in range(8)]
        asks += [client.chat.completions.create(model=MODEL, messages=ASK, user=f"u{n}") for n in range(8)]
        return await asyncio.gather(*asks)

    answers = run_async(gleaner, key, calls, body)
    assert {row["completion_id"] for row in calls.stored(16)} == {answer.id for answer in answers}
