import Foundation
import GleanerCore
import GleanerJobs
import OTLP
import ServiceLifecycle

/// Sends a reading of all metrics now and then, and once more at the end. A collector that is away misses readings; sums
/// are cumulative, so the next one says everything.
struct MetricsPush: Service {
    let sender: OTLPSender
    let interval: Duration
    let counts: TelemetryCounts
    let start: Date
    let read: @Sendable () -> [MetricReading]

    func run() async throws {
        await repeating(every: interval, after: interval) { await push() }
        await push(within: .seconds(2))
    }

    func push(within timeout: Duration? = nil) async {
        var scope = OTLPScopeMetrics()
        scope.scope = OTLPSender.scope
        scope.metrics = MetricsExport(start: start, now: Date()).metrics(read())
        var resource = OTLPResourceMetrics()
        resource.resource = sender.resource
        resource.scopeMetrics = [scope]
        var export = OTLPMetricsExport()
        export.resourceMetrics = [resource]
        let points = scope.metrics.reduce(0) { $0 + $1.pointCount }
        let answer = await sender.send(export, as: .metrics, within: timeout)
        counts.note(answer, to: points, .metrics)
        // The next reading says it again.
        if case .later = answer { counts.dropped(points, .metrics, .unreachable) }
    }
}

extension OTLPMetric {
    fileprivate var pointCount: Int {
        switch data {
        case .gauge(let gauge): gauge.dataPoints.count
        case .sum(let sum): sum.dataPoints.count
        case .histogram(let histogram): histogram.dataPoints.count
        case nil: 0
        }
    }
}
