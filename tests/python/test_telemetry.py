"""What leaves for an OpenTelemetry collector: read by OpenTelemetry's own protobuf types from a scripted collector."""

import gzip
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2 as httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest, ExportMetricsServiceResponse)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gleaner import Gleaner, wait_until
from conftest import make_database

KINDS = {
    "/v1/traces": ExportTraceServiceRequest, "/v1/metrics": ExportMetricsServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
}


MODEL = "demo-hinglish-1"


class Collector:
    """Keeps what it is sent, unpacked; answers with the statuses it is told, then with 200."""

    def __init__(self):
        self.requests, self.answers, self.lock = [], {}, threading.Lock()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers["content-encoding"] == "gzip":
                    body = gzip.decompress(body)
                with collector.lock:
                    statuses = collector.answers.get(self.path, [])
                    status = statuses.pop(0) if statuses else 200
                    collector.requests.append((self.path, status, dict(self.headers), body))
                answer = ExportMetricsServiceResponse().SerializeToString()
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def of(self, path, status=200):
        with self.lock:
            return [KINDS[p].FromString(body) for p, s, _, body in self.requests if (p, s) == (path, status)]

    def spans(self, status=200):
        return [
            span for export in self.of("/v1/traces", status) for resource in export.resource_spans
            for scope in resource.scope_spans for span in scope.spans]

    def events(self):
        return [
            record for export in self.of("/v1/logs") for resource in export.resource_logs
            for scope in resource.scope_logs for record in scope.log_records]


def attributes(item):
    def plain(value):
        kind = value.WhichOneof("value")
        found = getattr(value, kind)
        return [plain(each) for each in found.values] if kind == "array_value" else found

    return {pair.key: plain(pair.value) for pair in item.attributes}


@pytest.fixture(scope="module")
def collector():
    collector = Collector()
    yield collector
    collector.server.shutdown()


@pytest.fixture(scope="module")
def exporting(provider, collector):
    databases = make_database()
    running = Gleaner(
        provider.url, next(databases), GLEANER_OTLP_ENDPOINT=collector.url, OTEL_METRIC_EXPORT_INTERVAL="200",
        OTEL_BSP_SCHEDULE_DELAY="20", OTEL_BLRP_SCHEDULE_DELAY="300", OTEL_SERVICE_NAME="saathi",
        OTEL_EXPORTER_OTLP_HEADERS="x-tenant=a%20b", OTEL_RESOURCE_ATTRIBUTES="deployment.environment=test")
    running.start()
    running.key = running.make_key()
    yield running
    running.stop()
    next(databases, None)


@pytest.fixture(scope="module")
def telling(provider):
    """One that says what was said, in gzip, to a collector of its own."""
    collector, databases = Collector(), make_database()
    running = Gleaner(
        provider.url, next(databases), GLEANER_OTLP_ENDPOINT=collector.url, OTEL_METRIC_EXPORT_INTERVAL="200",
        OTEL_BSP_SCHEDULE_DELAY="20", OTEL_BLRP_SCHEDULE_DELAY="300", OTEL_EXPORTER_OTLP_COMPRESSION="gzip",
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="true", OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT="2000")
    running.start()
    running.key, running.collector = running.make_key(), collector
    yield running
    running.stop()
    collector.server.shutdown()
    next(databases, None)


def ask(gleaner, text="Say hello", model=MODEL, **headers):
    answer = httpx.post(
        gleaner.base_url + "/chat/completions", timeout=20,
        headers={"Authorization": f"Bearer {gleaner.key}", **headers},
        json={"model": model, "messages": [{"role": "user", "content": text}]})
    return answer.headers["x-gleaner-exchange-id"], answer


def spans_of(collector, exchange):
    whole = [s for s in collector.spans() if attributes(s).get("gleaner.exchange.id") == exchange]
    return whole and (whole[0], [s for s in collector.spans() if s.parent_span_id == whole[0].span_id])


def test_an_exchange_is_a_span_in_its_callers_trace(exporting, collector):
    trace, parent = uuid.uuid4().hex, uuid.uuid4().hex[:16]
    exchange, answer = ask(
        exporting, "a question nobody else asks", traceparent=f"00-{trace}-{parent}-01",
        **{"X-Gleaner-Conversation": "c-7"})
    assert answer.status_code == 200
    whole, attempts = wait_until("its spans are there", lambda: spans_of(collector, exchange))
    assert whole.trace_id.hex() == trace and whole.parent_span_id.hex() == parent
    assert whole.name == f"chat {MODEL}" and whole.end_time_unix_nano > whole.start_time_unix_nano > 1.7e18
    said = attributes(whole)
    usage = answer.json()["usage"]
    assert said["gen_ai.operation.name"] == "chat" and said["gen_ai.request.model"] == MODEL
    assert said["gen_ai.usage.input_tokens"] == usage["prompt_tokens"]
    assert said["gen_ai.usage.output_tokens"] == usage["completion_tokens"]
    assert said["gen_ai.response.id"] == answer.json()["id"]
    assert said["gen_ai.response.finish_reasons"] == [answer.json()["choices"][0]["finish_reason"]]
    assert said["gen_ai.conversation.id"] == "c-7" and said["gleaner.status"] == "completed"
    assert said["http.response.status_code"] == 200 and "error.type" not in said and whole.status.code == 0
    assert len(attempts) == 1 and attempts[0].trace_id == whole.trace_id and attempts[0].kind == 3
    assert whole.start_time_unix_nano <= attempts[0].start_time_unix_nano
    assert attempts[0].end_time_unix_nano <= whole.end_time_unix_nano
    # What was said stays here, and so does whoever said it.
    content = answer.json()["choices"][0]["message"]["content"].encode()
    for path, _, headers, body in collector.requests:
        assert b"a question nobody else asks" not in body and content not in body
        assert headers["x-tenant"] == "a b" and headers["content-type"] == "application/x-protobuf"
        assert "content-encoding" not in headers


def test_the_caller_decides_whether_its_trace_is_kept(exporting, collector):
    unwanted, _ = ask(exporting, traceparent=f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00")
    # Not valid: a trace of its own, with the exchange's id.
    own, _ = ask(exporting, traceparent="00-" + "0" * 32 + "-1234567812345678-01")
    whole, _ = wait_until("the second is there", lambda: spans_of(collector, own))
    assert whole.trace_id.hex() == own.replace("-", "") and not whole.parent_span_id
    assert not spans_of(collector, unwanted)


def test_a_failure_is_one_in_the_trace(exporting, collector):
    exchange, answer = ask(exporting, model="nasty-status-500")
    whole, attempts = wait_until("its spans are there", lambda: spans_of(collector, exchange))
    assert answer.status_code >= 500 and whole.status.code == 2
    assert attributes(whole)["error.type"] and attributes(attempts[0])["http.response.status_code"] == 500


def test_a_batch_that_is_not_taken_comes_again(exporting, collector):
    collector.answers["/v1/traces"] = [503, 429]
    exchange, _ = ask(exporting)
    whole, _ = wait_until("it is taken", lambda: spans_of(collector, exchange))
    refused = [s.span_id for s in collector.spans(503)]
    assert whole.span_id in refused and whole.span_id in [s.span_id for s in collector.spans(429)]
    metrics = httpx.get(exporting.admin + "/metrics").text
    assert 'gleaner_otlp_failures_total{signal="traces"} 2.0' in metrics
    assert 'gleaner_otlp_dropped_total{signal="traces",reason="refused"} 0.0' in metrics


def test_metrics_are_pushed(exporting, collector):
    ask(exporting)

    def newest():
        found = {}
        for export in collector.of("/v1/metrics")[-1:]:
            for metric in export.resource_metrics[0].scope_metrics[0].metrics:
                found[metric.name] = metric
        duration = found.get("gleaner_exchange_duration_seconds")
        return duration and duration.histogram.data_points and found

    found = wait_until("they are there", newest)
    duration = found["gleaner_exchange_duration_seconds"]
    point = duration.histogram.data_points[0]
    assert duration.unit == "s" and duration.histogram.aggregation_temporality == 2
    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1 and sum(point.bucket_counts) == point.count > 0
    assert point.sum > 0 and point.time_unix_nano > point.start_time_unix_nano > 1.7e18
    ended = found["gleaner_exchanges_ended_total"].sum
    calls = found["gen_ai.client.operation.duration"]
    told = attributes(calls.histogram.data_points[0])
    assert calls.unit == "s" and told["gen_ai.operation.name"] == "chat" and told["gen_ai.request.model"] and told["gen_ai.provider.name"]
    tokens = found["gen_ai.client.token.usage"]
    assert tokens.unit == "{token}" and {attributes(p)["gen_ai.token.type"] for p in tokens.histogram.data_points} == {"input", "output"}
    assert ended.is_monotonic and ended.aggregation_temporality == 2
    assert {attributes(p)["status"]: p.as_double for p in ended.data_points}["completed"] >= 1
    assert found["gleaner_memory_bytes"].gauge.data_points[0].as_double > 1e6
    resource = attributes(collector.of("/v1/metrics")[-1].resource_metrics[0].resource)
    assert resource == {"service.name": "saathi", "deployment.environment": "test"}


def test_judgements_follow_their_exchange(exporting, collector):
    trace = uuid.uuid4().hex
    exchange, answer = ask(exporting, traceparent=f"00-{trace}-{uuid.uuid4().hex[:16]}-01")
    whole, _ = wait_until("its spans are there", lambda: spans_of(collector, exchange))

    def judge(**judgement):
        given = httpx.post(
            exporting.api + "/feedback", headers={"Authorization": f"Bearer {exporting.key}"},
            json={"exchange_id": exchange, "rater": "u1", **judgement})
        assert given.status_code == 202, given.text

    judge(thumb="down")
    judge(comment="nobody may read this")
    judge(score=2)
    events = wait_until("they are there", lambda: (found := collector.events()) and len(found) >= 2 and found)
    assert len(events) == 2 and all(e.event_name == "gen_ai.evaluation.result" for e in events)
    assert all(e.trace_id.hex() == trace and e.span_id == whole.span_id for e in events)
    thumb, score = [attributes(e) for e in events]
    assert thumb["gen_ai.evaluation.name"] == "feedback.thumb" and thumb["gen_ai.evaluation.score.label"] == "down"
    assert thumb["gen_ai.evaluation.score.value"] == -1 and thumb["gen_ai.response.id"] == answer.json()["id"]
    assert score["gen_ai.evaluation.name"] == "feedback.score" and score["gen_ai.evaluation.score.value"] == 2
    # Each once, although the process is another one, and what is given meanwhile is not lost.
    exporting.stop()
    exporting.start()
    judge(thumb="up")
    wait_until("the third is there", lambda: len(collector.events()) >= 3)
    labels = [attributes(e).get("gen_ai.evaluation.score.label") for e in collector.events()]
    assert labels == ["down", None, "up"]
    assert all(b"nobody may read this" not in body for *_, body in collector.requests)


def said(gleaner, exchange):
    """Messages in and out, as the span of the exchange has them."""
    whole, attempts = wait_until("its spans are there", lambda: spans_of(gleaner.collector, exchange))
    assert not any(name.endswith(("messages", "instructions")) for span in attempts for name in attributes(span))
    found = attributes(whole)
    return *(json.loads(found[f"gen_ai.{way}.messages"]) for way in ("input", "output")), found


def test_what_was_said_goes_with_its_span_where_it_is_asked_for(telling):
    exchange, answer = ask(telling, "ek sawaal")
    choice = answer.json()["choices"][0]
    given, got, found = said(telling, exchange)
    assert given == [{"role": "user", "parts": [{"type": "text", "content": "ek sawaal"}]}]
    assert got == [{"role": "assistant", "finish_reason": choice["finish_reason"],
                    "parts": [{"type": "text", "content": choice["message"]["content"]}]}]
    assert "gleaner.texts_cut" not in found
    # What is too long is cut, and is JSON all the same.
    exchange, _ = ask(telling, "अ" * 5000)
    given, _, found = said(telling, exchange)
    assert len(found["gen_ai.input.messages"].encode()) <= 2000 and found["gleaner.texts_cut"] is True
    text = given[0]["parts"][0]["content"]
    assert text.strip("अ") == "…" and len(text) > 300
    wait_until("metrics are there as well", lambda: telling.collector.of("/v1/metrics"))
    assert all(headers["content-encoding"] == "gzip" for _, _, headers, _ in telling.collector.requests)


def test_what_is_replaced_before_it_is_stored_does_not_leave_either(telling):
    admin = {"Authorization": f"Bearer {telling.make_key('admin')}"}
    for mode, phone in [("redact_projection", "9876501111"), ("redact_stored", "9876502222")]:
        put = httpx.put(telling.api + "/moderation/policy", headers=admin, json={"personal_data": mode})
        version = put.json()["version"]
        wait_until("the gateway knows the policy", lambda: f"policy.version={version}" in telling.process.text())
        exchange, _ = ask(telling, f"mera number {phone} hai")
        given, _, _ = said(telling, exchange)
        assert given[0]["parts"][0]["content"] == "mera number <PHONE_1> hai"
        assert all(phone.encode() not in body for *_, body in telling.collector.requests)


def test_settings_that_cannot_be_used(exporting):
    for settings, words in [
        ({"OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"}, "OTEL_EXPORTER_OTLP_COMPRESSION"),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "0"}, "OTEL_BSP_MAX_QUEUE_SIZE"),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "EVENT_ONLY"}, "CAPTURE_MESSAGE_CONTENT"),
        ({"GLEANER_OTLP_ENDPOINT": "collector:4318"}, "GLEANER_OTLP_ENDPOINT"),
        ({"OTEL_EXPORTER_OTLP_HEADERS": "secret-without-equals"}, "OTEL_EXPORTER_OTLP_HEADERS"),
        ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"}, "OTEL_TRACES_SAMPLER"),
    ]:
        refused = Gleaner(exporting.base_url, exporting.database, **{"GLEANER_OTLP_ENDPOINT": "http://127.0.0.1:1", **settings}).run("doctor", check=False)
        assert refused.returncode == 1 and words in refused.stderr and "secret-without" not in refused.stderr
