import CoreMetrics
import Foundation
import GleanerCore
import GleanerMonitoring
import OTLP
import SwiftProtobuf
import Testing

@testable import GleanerTelemetry

@Suite("Metrics on their way out")
struct MetricsExportTests {
    private let export = MetricsExport(start: Date(timeIntervalSince1970: 1), now: Date(timeIntervalSince1970: 2))

    @Test("a registry's histograms keep their bounds, sums are cumulative, gauges have no beginning")
    func kinds() throws {
        let registry = PrometheusRegistry([
            MetricFamily("a_seconds", .histogram(bounds: [0.5, 1], ticks: 1e9), "How long."),
            MetricFamily("b_total", .counter, "How many."), MetricFamily("c_total", .counter, "None."),
        ])
        let timer = registry.makeTimer(label: "a_seconds", dimensions: [("route", "r")])
        for milliseconds in [400, 700, 900, 5000] { timer.recordNanoseconds(Int64(milliseconds) * 1_000_000) }
        registry.makeCounter(label: "b_total", dimensions: []).increment(by: 3)
        let gauge = MetricReading(
            name: "d_bytes", kind: .gauge, help: "",
            points: [.init([], .number(7)), .init([("x", "y")], .number(.nan))])
        let metrics = export.metrics(registry.readings + [gauge])
        #expect(metrics.map(\.name) == ["a_seconds", "b_total", "d_bytes"] && metrics.map(\.unit) == ["s", "1", "By"])
        let point = try #require(metrics[0].histogram.dataPoints.first)
        #expect(point.explicitBounds == [0.5, 1] && point.bucketCounts == [1, 2, 1] && point.count == 4)
        #expect(point.sum == 7 && point.attributes == [.text("route", "r")])
        #expect(metrics[0].histogram.aggregationTemporality == .cumulative && point.startTimeUnixNano == 1_000_000_000)
        #expect(metrics[1].sum.isMonotonic && metrics[1].sum.dataPoints.map(\.asDouble) == [3])
        #expect(metrics[2].gauge.dataPoints.map(\.asDouble) == [7])
    }

    @Test(
        "answers of a collector are taken as the protocol says",
        arguments: [
            (200, nil, OTLPSender.Answer.taken(rejected: 0)), (400, nil, .refused(status: 400)),
            (500, nil, .refused(status: 500)),
            (429, "7", .later(after: .seconds(7))), (503, nil, .later(after: nil)), (502, "soon", .later(after: nil)),
            (504, "99999", .later(after: .seconds(300))),
        ] as [(Int, String?, OTLPSender.Answer)])
    func answers(_ status: Int, _ retryAfter: String?, _ answer: OTLPSender.Answer) {
        #expect(OTLPSender.answer(status, retryAfter, []) == answer)
    }

    @Test("a part that was rejected is counted and not sent again")
    func partial() throws {
        var said = OTLPTraceExportAnswer()
        said.partialSuccess.rejectedSpans = 2
        #expect(OTLPSender.answer(200, nil, try said.serializedBytes()) == .taken(rejected: 2))
        #expect(OTLPSender.answer(200, nil, [0xFF, 0xFF]) == .taken(rejected: 0))
    }
}
