import AsyncPostgres
import Foundation
import GleanerCore

@testable import GleanerIngest

/// An exchange of another dialect, projected.
struct DialectFixture {
    let projection: ExchangeProjection

    /// - Parameter events: documents of a stream; a terminal `[DONE]` has to be among them.
    init(_ endpoint: String, request: String = "{}", events: [String]) {
        let body = events.map { event in
            let type = (try? JSONValue(parsing: event.utf8))?["type"]?.stringValue
            return (type.map { "event: \($0)\n" } ?? "") + "data: \(event)\n\n"
        }
        self.init(endpoint, request: request, response: body.joined(), streamed: true)
    }

    init(_ endpoint: String, request: String = "{}", response: String, streamed: Bool = false) {
        let id = ID<Exchange>.new()
        let intent = ExchangeIntent(
            id: id, project: .new(), key: nil, receivedAt: id.timestamp, endpoint: endpoint, streamed: streamed,
            requestedModel: "m", conversation: nil, endUser: nil, tags: [], provider: "p", requestHash: [])
        projection = ExchangeProjection(
            JournaledExchange(
                intent: intent,
                outcome: .fixture(
                    response: response, contentType: streamed ? "text/event-stream" : "application/json"),
                request: Array(request.utf8), response: Array(response.utf8)))
    }

    var messages: [JSONValue] { value(projection.messages)?.arrayValue ?? [] }
    var choice: JSONValue? { value(projection.answer)?["choices"]?.arrayValue?.first }
    var message: JSONValue? { choice?["message"] }
    /// prompt, completion, cached, cache-written, reasoning
    var tokens: [Int32?] {
        [
            projection.promptTokens, projection.completionTokens, projection.cachedTokens,
            projection.cacheWriteTokens, projection.reasoningTokens,
        ]
    }

    private func value(_ document: JSONB?) -> JSONValue? { document.flatMap { try? JSONValue(parsing: $0.bytes) } }
}
