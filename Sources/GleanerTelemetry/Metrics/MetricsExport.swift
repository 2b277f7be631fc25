import Foundation
import GleanerCore
import OTLP

/// Readings of metrics as OTLP has them: gauges, cumulative sums, cumulative histograms with explicit bounds.
struct MetricsExport {
    let start: Date
    let now: Date

    func metrics(_ readings: [MetricReading]) -> [OTLPMetric] {
        readings.compactMap { reading -> OTLPMetric? in
            guard !reading.points.isEmpty else { return nil }
            var metric = OTLPMetric()
            metric.name = reading.name
            metric.description_p = reading.help
            metric.unit = Self.unit(reading.name)
            switch reading.kind {
            case .gauge:
                var gauge = OTLPGauge()
                gauge.dataPoints = reading.points.compactMap { number($0, since: nil) }
                metric.data = .gauge(gauge)
            case .counter:
                var sum = OTLPSum()
                sum.dataPoints = reading.points.compactMap { number($0, since: start) }
                sum.aggregationTemporality = .cumulative
                sum.isMonotonic = true
                metric.data = .sum(sum)
            case .histogram:
                var histogram = OTLPHistogram()
                histogram.dataPoints = reading.points.compactMap(distribution)
                histogram.aggregationTemporality = .cumulative
                metric.data = .histogram(histogram)
            }
            return metric
        }
    }

    private func number(_ point: MetricReading.Point, since start: Date?) -> OTLPNumberDataPoint? {
        guard case .number(let value) = point.value, value.isFinite else { return nil }
        var data = OTLPNumberDataPoint()
        data.startTimeUnixNano = start?.unixNanoseconds ?? 0
        data.timeUnixNano = now.unixNanoseconds
        data.asDouble = value
        data.attributes = point.labels.map { .text($0.name, $0.value) }
        return data
    }

    private func distribution(_ point: MetricReading.Point) -> OTLPHistogramDataPoint? {
        guard case .histogram(let bounds, let counts, let sum) = point.value else { return nil }
        var data = OTLPHistogramDataPoint()
        data.startTimeUnixNano = start.unixNanoseconds
        data.timeUnixNano = now.unixNanoseconds
        data.count = counts.reduce(0) { $0 + UInt64(max(0, $1)) }
        data.sum = sum
        data.explicitBounds = bounds
        data.bucketCounts = counts.map { UInt64(max(0, $0)) }
        data.attributes = point.labels.map { .text($0.name, $0.value) }
        return data
    }

    /// UCUM, as OpenTelemetry wants it; our names end in their unit.
    static func unit(_ name: String) -> String {
        if let unit = ["gen_ai.client.operation.duration": "s", "gen_ai.client.token.usage": "{token}"][name] {
            return unit
        }
        let base = name.hasSuffix("_total") ? String(name.dropLast("_total".count)) : name
        for (suffix, unit) in [("_seconds", "s"), ("_bytes", "By"), ("_usd", "USD"), ("_tokens", "{token}")]
        where base.hasSuffix(suffix) {
            return unit
        }
        return "1"
    }
}
