public import AsyncPostgres
import Foundation
public import GleanerCore
public import Logging
import OTLP
public import ServiceLifecycle

/// What leaves for an OpenTelemetry collector: metrics, spans of exchanges, and what was found of them.
public struct Telemetry: Sendable {
    public let counts: TelemetryCounts
    /// `nil`: no spans are wanted.
    public let spans: SpanQueue?
    /// `nil`: no metrics are wanted.
    public let calls: CallMetrics?
    private let configuration: TelemetryConfiguration
    private let sender: OTLPSender
    private let start = Date()

    public init(_ configuration: TelemetryConfiguration) {
        self.configuration = configuration
        counts = TelemetryCounts()
        sender = OTLPSender(configuration)
        calls = configuration.endpoints[.metrics] == nil ? nil : CallMetrics()
        spans =
            configuration.endpoints[.traces] == nil
            ? nil
            : SpanQueue(
                limit: configuration.queueLimit, textLimit: configuration.textLimit, sampler: configuration.sampler,
                counts: counts)
    }

    /// - Parameter read: all metrics as they stand.
    public func metrics(read: @escaping @Sendable () -> [MetricReading]) -> (any Service)? {
        guard let calls else { return nil }
        return MetricsPush(
            sender: sender, interval: configuration.metricInterval, counts: counts, start: start,
            read: { read() + calls.readings })
    }

    public var traces: (any Service)? {
        spans.map {
            SpanExport(
                sender: sender, queue: $0, delay: configuration.spanDelay, batchLimit: configuration.batchLimit,
                textLimit: configuration.textLimit, counts: counts)
        }
    }

    /// To be run once the schema is there.
    public func evaluations(pool: PostgresPool, logger: Logger) -> (any Service)? {
        guard configuration.endpoints[.logs] != nil else { return nil }
        return EvaluationExport(
            deliver: { [sender] in await sender.send($0, as: .logs) }, resource: sender.resource, pool: pool,
            interval: configuration.evaluationInterval, counts: counts, logger: logger)
    }
}
