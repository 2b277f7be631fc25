"""Applications that are instrumented with OpenTelemetry: their spans of calls to models become exchanges, each once."""

import gzip
import json
import os
import time

import httpx2 as httpx
import openai
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

from gleaner import wait_until

QUESTION = "Do log ke liye masala chai ki recipe batao"


@pytest.fixture(scope="module")
def exporter(gleaner, key):
    exporter = OTLPSpanExporter(
        endpoint=gleaner.base_url + "/traces", headers={"Authorization": f"Bearer {key}"}, timeout=20)
    yield exporter
    exporter.shutdown()


@pytest.fixture(scope="module")
def instrumented(exporter):
    """A backend with OpenLLMetry's instrumentation of the openai package, which exports every span at once. It takes its
    tracer once in a process."""
    results = []

    class Watched:
        def export(self, spans):
            results.append(exporter.export(spans))
            return results[-1]

        def shutdown(self):
            pass

        def force_flush(self, timeout_millis=0):
            return True

    traces = TracerProvider(resource=Resource.create({"service.name": "saathi-backend"}))
    traces.add_span_processor(SimpleSpanProcessor(Watched()))
    instrumentor = OpenAIInstrumentor()
    instrumentor.instrument(tracer_provider=traces)
    yield results
    instrumentor.uninstrument()


@pytest.fixture
def application(instrumented):
    instrumented.clear()
    yield
    assert instrumented == [SpanExportResult.SUCCESS]


def stored(gleaner, completion, count="1"):
    condition = f"FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id) WHERE completion_id = '{completion}'"
    wait_until("the exchange is stored", lambda: gleaner.sql(f"SELECT count(*) {condition}") == count, 15)
    return json.loads(gleaner.sql(f"SELECT to_jsonb(e) || jsonb_build_object('answer', b.answer, 'messages', b.messages) {condition}"))


def test_a_call_past_gleaner_becomes_an_exchange(gleaner, provider, application):
    with openai.OpenAI(base_url=provider.url, api_key="k", max_retries=0) as client:
        answer = client.chat.completions.create(
            model="demo-hinglish-1", temperature=0.5,
            messages=[{"role": "system", "content": "You answer in Hinglish."}, {"role": "user", "content": QUESTION}])
    row = stored(gleaner, answer.id)
    assert row["requested_model"] == "demo-hinglish-1" and row["status"] == "completed"
    assert row["messages"][-1] == {"role": "user", "content": QUESTION}
    assert row["messages"][0]["content"] == "You answer in Hinglish."
    assert answer.choices[0].message.content in json.dumps(row["answer"], ensure_ascii=False)
    assert row["prompt_tokens"] == answer.usage.prompt_tokens
    assert row["completion_tokens"] == answer.usage.completion_tokens
    assert row["provider"] == "openai" and row["metadata"]["service"] == "saathi-backend"
    assert row["finish_reason"] == "stop"


def test_a_stream_past_gleaner_has_its_whole_answer_and_its_times(gleaner, provider, application):
    with openai.OpenAI(base_url=provider.url, api_key="k", max_retries=0) as client:
        chunks = list(client.chat.completions.create(
            model="demo-hinglish-1", stream=True, messages=[{"role": "user", "content": QUESTION}]))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    row = stored(gleaner, chunks[0].id)
    assert row["streamed"]
    assert text in json.dumps(row["answer"], ensure_ascii=False)
    assert 0 < row["ttft_ms"] <= row["duration_ms"]


def test_a_call_through_gleaner_is_kept_once(gleaner, key, application):
    with openai.OpenAI(base_url=gleaner.base_url, api_key=key, max_retries=0) as client:
        answer = client.chat.completions.create(
            model="demo-hinglish-1", messages=[{"role": "user", "content": QUESTION}])
    # The span is exported before the call returns: the exchange itself may still be on its way to the database.
    row = stored(gleaner, answer.id)
    wait_until("the journal is empty", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 15)
    assert stored(gleaner, answer.id)["id"] == row["id"] and row["source"] == "gateway"


def export(gleaner, key, body, **headers):
    return httpx.post(gleaner.base_url + "/traces", content=body, timeout=20,
                      headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers})


def span(**attributes):
    begin = time.time_ns() - 2_000_000_000
    ids = {"traceId": os.urandom(16).hex(), "spanId": os.urandom(8).hex()}
    values = [{"key": name.replace("__", "."), "value": {"stringValue": value} if isinstance(value, str) else {"intValue": str(value)}}
              for name, value in attributes.items()]
    return {**ids, "name": "chat", "kind": 3, "startTimeUnixNano": str(begin), "endTimeUnixNano": str(begin + 1_500_000_000),
            "attributes": values, "status": {"code": 1}, "somethingNew": {"that": "nobody reads"}}


def document(*spans):
    return json.dumps({"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "mine"}, "spans": spans}]}]}).encode()


def test_json_with_the_older_numbered_names_sent_twice_is_one_exchange(gleaner, key):
    name = f"chatcmpl-{os.urandom(8).hex()}"
    body = document(span(
        gen_ai__system="openai", gen_ai__request__model="gpt-x", llm__request__type="chat", gen_ai__response__id=name,
        gen_ai__prompt__0__role="user", gen_ai__prompt__0__content="Haan?", gen_ai__completion__0__role="assistant",
        gen_ai__completion__0__content="Haan ji.", gen_ai__completion__0__finish_reason="stop",
        gen_ai__usage__prompt_tokens=3, gen_ai__usage__completion_tokens=4, enduser__id="asha"))
    for packed, headers in [(body, {}), (gzip.compress(body), {"Content-Encoding": "gzip"})]:
        response = export(gleaner, key, packed, **headers)
        assert response.status_code == 200 and response.json() == {}, response.text
    row = stored(gleaner, name)
    assert row["end_user"] == "asha" and row["duration_ms"] == 1500
    assert (row["prompt_tokens"], row["completion_tokens"]) == (3, 4)


def test_spans_of_one_answer_are_one_exchange_together_and_one_after_the_other(gleaner, key):
    name = f"chatcmpl-{os.urandom(8).hex()}"
    said = dict(gen_ai__system="openai", gen_ai__request__model="gpt-x", llm__request__type="chat", gen_ai__response__id=name,
                gen_ai__prompt="Haan?", gen_ai__completion="Haan ji.")
    outer, inner, late = span(**said), span(**said), span(**said)
    outer["endTimeUnixNano"] = str(int(outer["endTimeUnixNano"]) + 400_000_000)
    for spans in [[outer, inner], [late], [outer, inner]]:
        response = export(gleaner, key, document(*spans))
        assert response.status_code == 200 and response.json() == {}, response.text
    row = stored(gleaner, name)
    wait_until("the journal is empty", lambda: gleaner.ledger()["ledger"]["journaled"] == 0, 15)
    # The client's own call, and nobody said how it ended.
    assert stored(gleaner, name)["duration_ms"] == row["duration_ms"] == 1500 and row["finish_reason"] is None


def test_spans_without_texts_are_told_of_and_others_are_passed_over(gleaner, key):
    response = export(gleaner, key, document(
        span(gen_ai__operation__name="chat", gen_ai__request__model="gpt-x"), span(http__method="GET"),
        span(gen_ai__operation__name="execute_tool")))
    assert response.status_code == 200
    told = response.json()["partialSuccess"]
    assert told["rejectedSpans"] == "1" and "capture content" in told["errorMessage"]


@pytest.mark.parametrize("body, headers, status, code", [
    (b"{", {}, 400, "invalid_traces"),
    (b"\xff\xff", {"Content-Type": "application/x-protobuf"}, 400, "invalid_traces"),
    (b"{}", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
    (b"{}", {"Content-Encoding": "br"}, 415, "unsupported_encoding"),
    (b"not gzip", {"Content-Encoding": "gzip"}, 400, "gzip_invalid"),
    (gzip.compress(b"\0" * 30_000_000), {"Content-Encoding": "gzip"}, 413, "gzip_too_dense"),
])
def test_what_cannot_be_read_is_explained(gleaner, key, body, headers, status, code):
    response = export(gleaner, key, body, **headers)
    assert response.status_code == status and code in response.text


def test_a_key_is_needed(gleaner):
    assert export(gleaner, "wrong", document()).status_code == 401
