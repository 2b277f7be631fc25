import Foundation
import GleanerCore
import OTLP
import Testing

@testable import GleanerTelemetry

@Suite("Spans")
struct SpanTests {
    private static let caller = TraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")!

    private func call(
        _ caller: TraceParent? = nil, attempts: [Attempt] = [], status: ExchangeStatus = .completed,
        reason: String? = nil, endpoint: String = "/v1/chat/completions", said: Int? = nil, model: String = "m",
        source: ExchangeSource = .gateway, provider: String = "p"
    ) -> StoredCall {
        StoredCall(
            intent: ExchangeIntent(
                id: .new(), project: .new(), key: nil, receivedAt: Date(timeIntervalSince1970: 1000),
                endpoint: endpoint,
                streamed: true, requestedModel: model, conversation: nil, endUser: "ann", tags: [], provider: provider,
                requestHash: [], source: source, traceParent: caller),
            outcome: ExchangeOutcome(
                status: status, reason: reason, httpStatus: 200, duration: .seconds(2), attempts: attempts),
            tokens: .init(input: 3, output: 4), costUSD: 0.5,
            texts: said.map { .init(messages: nil, answer: Array(repeating: 32, count: $0)) })
    }

    @Test("attempts are children, and all of them lie within the exchange")
    func attempts() {
        let attempts = [1, 2].map {
            Attempt(
                number: $0, provider: "p", startedAfter: .seconds($0), duration: .seconds(3),
                httpStatus: $0 == 1 ? 503 : 200,
                reason: $0 == 1 ? "upstream_error" : nil)
        }
        let spans = ExchangeSpans(call(Self.caller, attempts: attempts)).all
        #expect(spans.count == 3 && Set(spans.map(\.spanID)).count == 3)
        #expect(spans.allSatisfy { Array($0.traceID) == Self.caller.traceID })
        #expect(Array(spans[0].parentSpanID) == Self.caller.spanID && spans[1].parentSpanID == spans[0].spanID)
        #expect(spans[0].startTimeUnixNano == 1_000_000_000_000 && spans[0].endTimeUnixNano == 1_005_000_000_000)
        #expect(spans[1].startTimeUnixNano == 1_001_000_000_000 && spans[1].status.code == .error)
        #expect(spans[0].status.code == .unset && spans[2].status.code == .unset)
        // Who asked is nobody's business there.
        #expect(!spans.contains { "\($0)".contains("ann") })
    }

    @Test("calls are counted as the conventions count them, of so many models by name, and others' calls are not")
    func metrics() throws {
        let metrics = CallMetrics()
        let attempt = Attempt(
            number: 1, provider: "p2", model: "m2", startedAfter: .zero, duration: .seconds(1), httpStatus: 200)
        metrics.add([call(), call(attempts: [attempt]), call(status: .upstreamFailed, reason: "cut")])
        let found = MetricsExport(start: .distantPast, now: .now).metrics(metrics.readings)
        #expect(found.map(\.name) == ["gen_ai.client.operation.duration", "gen_ai.client.token.usage"])
        #expect(found.map(\.unit) == ["s", "{token}"])
        let durations = found[0].histogram.dataPoints
        #expect(durations.count == 3 && durations.allSatisfy { $0.count == 1 && $0.sum == 2 })
        #expect(durations.allSatisfy { $0.explicitBounds.count == 14 && $0.bucketCounts.count == 15 })
        let models = durations.map { point in
            point.attributes.first { $0.key == "gen_ai.request.model" }?.value.stringValue
        }
        #expect(models.compactMap(\.self).sorted() == ["m", "m", "m2"])
        #expect(durations.contains { $0.attributes.contains(.text("error.type", "cut")) })
        #expect(
            durations.contains {
                $0.attributes.prefix(2) == [
                    .text("gen_ai.operation.name", "chat"), .text("gen_ai.provider.name", "p2"),
                ]
            })
        let tokens = found[1].histogram.dataPoints
        #expect(tokens.count == 4 && tokens.reduce(0) { $0 + $1.sum } == 21)
        #expect(tokens.filter { $0.attributes.contains(.text("gen_ai.token.type", "output")) }.count == 2)
        // Whoever sends a new name each time makes no new series.
        for number in 0..<500 { metrics.add([call(model: "n\(number)")]) }
        #expect(metrics.readings[0].points.count <= CallMetrics.mostModels + 3)
        let before = metrics.readings[1].points.count
        metrics.add([call(model: "m", source: .api, provider: "elsewhere")])
        #expect(metrics.readings[1].points.count == before)
    }

    @Test(
        "a span is named by what was done",
        arguments: [
            ("/v1/chat/completions", "chat m"), ("/v1/responses", "chat m"), ("/v1/messages", "chat m"),
            ("/v1/embeddings", "embeddings m"), ("/v1/completions", "text_completion m"),
        ])
    func names(_ endpoint: String, _ name: String) {
        #expect(ExchangeSpans(call(endpoint: endpoint)).all[0].name == name)
    }

    @Test("a call without a caller's trace has one of its own, and always the same")
    func own() {
        let call = call(status: .upstreamFailed, reason: "upstream_timeout")
        let (span, again) = (ExchangeSpans(call).all[0], ExchangeSpans(call).all[0])
        #expect(Array(span.traceID) == call.intent.id.bytes && span == again && span.parentSpanID.isEmpty)
        #expect(span.status.code == .error)
    }

    @Test("samplers do as their names say")
    func samplers() throws {
        let traces = (0..<2000).map { _ in ID<Exchange>.new().bytes }
        func share(_ name: String, _ argument: String? = nil, caller: Bool? = nil) throws -> Double {
            let sampler = try #require(TraceSampler(name: name, argument: argument))
            return Double(traces.count { sampler.takes($0, caller: caller) }) / 2000
        }
        #expect(try share("always_on", caller: false) == 1 && share("always_off", caller: true) == 0)
        #expect(try abs(share("traceidratio", "0.25") - 0.25) < 0.06)
        #expect(try share("parentbased_traceidratio", "0", caller: true) == 1)
        #expect(try share("parentbased_always_on", caller: false) == 0 && share("parentbased_always_on") == 1)
        #expect(
            TraceSampler(name: "traceidratio", argument: "2") == nil
                && TraceSampler(name: "jaeger", argument: nil) == nil)
    }

    @Test("a full queue drops what comes, counts it, and keeps what it has")
    func queue() {
        let counts = TelemetryCounts()
        let queue = SpanQueue(limit: 2, sampler: .always, counts: counts)
        let calls = (0..<3).map { _ in
            call(attempts: [Attempt(number: 1, provider: "p", startedAfter: .zero, duration: .zero)])
        }
        queue.add(calls)
        #expect(queue.count == 2 && queue.take(9).map(\.intent.id) == calls.prefix(2).map(\.intent.id))
        #expect(counts.dropped.first { $0.signal == .traces && $0.reason == .queueFull }?.count == 2)
        #expect(queue.take(9).isEmpty)
    }

    @Test("what was said waits only where it is wanted, and only as much as there is room for")
    func texts() {
        let counts = TelemetryCounts()
        let quiet = SpanQueue(limit: 9, sampler: .always, counts: counts)
        quiet.add([call(said: 10)])
        #expect(quiet.take(9).allSatisfy { $0.texts == nil })

        let room = SpanQueue.mostTextBytes
        let queue = SpanQueue(limit: 9, textLimit: room, sampler: .always, counts: counts)
        queue.add([call(said: room - 20), call(said: 20), call(said: 1)])
        // One that is larger than a request may be goes alone; the last had no room.
        let first = queue.take(9)
        #expect(first.count == 1 && first[0].texts != nil)
        #expect(queue.take(9).map { $0.texts?.answer?.count } == [20, nil])
        queue.add([call(said: room)])
        #expect(queue.take(9)[0].texts != nil)
    }

    @Test(
        "a header that the standard calls invalid counts as none",
        arguments: [
            "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
            "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
        ])
    func headers(_ text: String) { #expect(TraceParent(text) == nil) }

    @Test("a valid one is read, a later version's too")
    func header() {
        #expect(Self.caller.isSampled && Self.caller.traceID.count == 16 && Self.caller.spanID.first == 0xB7)
        #expect("\(Self.caller)" == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        let later = TraceParent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more")
        #expect(later?.isSampled == false)
    }
}
