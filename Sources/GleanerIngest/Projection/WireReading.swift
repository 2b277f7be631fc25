import AsyncPostgres
import Foundation
public import GleanerCore

/// Bodies of exchanges as conversations, for who looks at a call before it is stored.
public enum WireReading {
    /// The request's messages, as chat messages; `nil` when they cannot be read, or the endpoint has none. Whether they
    /// are all that the request says: parts that no message of ours can hold are left out.
    public static func messages(of request: [UInt8], endpoint: String) -> (value: JSONValue?, isWhole: Bool) {
        let projection = projection(request: request, endpoint: endpoint)
        return (
            value(projection.messages?.bytes), !projection.notes.contains(DialectRequest.inputPartsLeftOut)
        )
    }

    /// The answer, as choices with whole messages; `nil` as above.
    public static func answer(_ response: [UInt8], isEventStream: Bool, endpoint: String) -> JSONValue? {
        value(projection(response: response, isEventStream: isEventStream, endpoint: endpoint).answer?.bytes)
    }

    /// Whether what is said on this endpoint is known to be read.
    public static func reads(_ endpoint: String) -> Bool { Dialect(endpoint: endpoint) != nil }

    private static func projection(
        request: [UInt8] = [], response: [UInt8] = [], isEventStream: Bool = false, endpoint: String
    ) -> ExchangeProjection {
        let intent = ExchangeIntent(
            id: .new(), project: .new(), key: nil, receivedAt: .distantPast, endpoint: endpoint,
            streamed: isEventStream, requestedModel: nil, conversation: nil, endUser: nil, tags: [], provider: nil,
            requestHash: [])
        let outcome = ExchangeOutcome(
            status: .completed, reason: nil, httpStatus: 200,
            headers: ["content-type": isEventStream ? "text/event-stream" : "application/json"])
        return ExchangeProjection(
            JournaledExchange(intent: intent, outcome: outcome, request: request, response: response))
    }

    private static func value(_ bytes: [UInt8]?) -> JSONValue? { bytes.flatMap { try? JSONValue(parsing: $0) } }
}
