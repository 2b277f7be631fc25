import Foundation
import GleanerCore
import HTTPTypes
import NIOCore
import Testing

@testable import GleanerGateway

@Suite("Answers in place of others")
struct RefusedAnswerTests {
    private let exchange = ID<Exchange>.new()

    private func events(_ path: String) throws -> [JSONValue] {
        let answer = RefusedAnswer(
            refusal: CallRefusal(cause: .content, message: "Nahi."),
            endpoint: try Endpoint(method: .post, path: path, query: nil), model: "m", exchange: exchange,
            isEventStream: true)
        let text = String(buffer: try #require(answer.body))
        return try text.split(separator: "\n").filter { $0.hasPrefix("data: {") }.map {
            try JSONValue(parsing: $0.dropFirst(6).utf8)
        }
    }

    @Test("a stream of the Responses API begins with the response, has one id, and counts from 0")
    func responses() throws {
        let events = try events("/v1/responses")
        #expect(events.first?["type"] == "response.created")
        #expect(events.last?["type"] == "response.incomplete")
        #expect(events.map { $0["sequence_number"] } == events.indices.map { .integer(Int64($0)) })
        let responses = events.compactMap { $0["response"] }
        #expect(Set(responses.map { $0["id"] }) == [.string("resp_\(exchange)")])
        #expect(responses.first?["status"] == "in_progress")
        #expect(responses.last?["incomplete_details"]?["reason"] == "content_filter")
        let text = events.compactMap { $0["delta"]?.stringValue }.joined()
        #expect(text == "Nahi.")
    }

    @Test("a token is put into a whole body, JSON or stream")
    func tokens() throws {
        let intent = ExchangeIntent(
            id: exchange, project: .new(), key: nil, receivedAt: .now, endpoint: "/v1/responses", streamed: true,
            requestedModel: nil, conversation: nil, endUser: nil, tags: [], provider: nil, requestHash: [])
        let caller = Caller(project: intent.project, key: .new(), keyName: "k", scopes: [])
        let grant = try #require(FeedbackTokenGrant(intent, caller: caller, isInBody: true) { _ in "t1" })
        let json = try #require(
            TokenInBody(grant, headers: ["content-type": "application/json"], isEventStream: false))
        #expect(
            String(buffer: json.whole(ByteBuffer(string: "{\"a\":1}"))) == #"{"gleaner_feedback_token":"t1","a":1}"#)
        let stream = try #require(TokenInBody(grant, headers: [:], isEventStream: true))
        #expect(
            String(buffer: stream.whole(ByteBuffer(string: "data: {}\n\n")))
                == "gleaner-feedback-token: t1\n\ndata: {}\n\n")
    }
}
