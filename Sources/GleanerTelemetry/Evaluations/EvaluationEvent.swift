import Foundation
import GleanerCore
import OTLP

/// What somebody, or something, found of an exchange: OpenTelemetry's event `gen_ai.evaluation.result`. Comments and
/// corrections are texts, and stay here.
struct EvaluationEvent: Hashable {
    enum Source: String { case feedback, review, evaluator }
    let source: Source
    /// The row's; an event that is sent again has the same.
    let id: String
    let exchange: ID<Exchange>?
    let project: ID<Project>
    let at: Date
    /// `feedback.thumb`, `review.accuracy`, `length.words`.
    let name: String
    var value: Double?
    var label: String?
    /// Why there is neither.
    var failure: String?
    /// Rubric, or the evaluator's version.
    var version: String?
    var traceParent: TraceParent?
    var completionID: String?
    var conversation: String?

    /// - Parameter now: when it is sent.
    func record(at now: Date) -> OTLPLogRecord {
        var record = OTLPLogRecord()
        record.eventName = "gen_ai.evaluation.result"
        record.severityNumber = .info
        record.timeUnixNano = at.unixNanoseconds
        record.observedTimeUnixNano = now.unixNanoseconds
        if let exchange {
            let place = TracePlace(exchange, in: traceParent)
            record.traceID = Data(place.traceID)
            record.spanID = Data(place.spanID)
            record.flags = 1
        }
        record.attributes = [.text("gen_ai.evaluation.name", name)]
        if let value { record.attributes.append(.of("gen_ai.evaluation.score.value", .doubleValue(value))) }
        let texts: [(String, String?)] = [
            ("gen_ai.evaluation.score.label", label), ("error.type", failure), ("gen_ai.response.id", completionID),
            ("gen_ai.conversation.id", conversation), ("gleaner.exchange.id", exchange?.description),
            ("gleaner.project.id", project.description), ("gleaner.evaluation.id", id),
            ("gleaner.evaluation.source", source.rawValue), ("gleaner.evaluation.version", version),
        ]
        for case (let name, let text?) in texts { record.attributes.append(.text(name, text)) }
        return record
    }
}
