import Foundation
import GleanerCore
import Testing

@testable import GleanerIngest

@Suite("The journal's envelope")
struct JournalEnvelopeTests {
    private static let caller = TraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")

    @Test(
        "what is said beside a request is read as it was written",
        arguments: [nil, ["a": 1]] as [JSONValue?], [nil, caller])
    func details(_ metadata: JSONValue?, _ caller: TraceParent?) throws {
        let intent = ExchangeIntent(
            id: .new(), project: .new(), key: nil, receivedAt: Date(), endpoint: "/v1/chat/completions",
            streamed: false,
            requestedModel: nil, conversation: nil, endUser: nil, tags: [], provider: nil, requestHash: [],
            metadata: metadata, traceParent: caller)
        let written = JournalEnvelope.details(intent)
        #expect((written == nil) == (metadata == nil && caller == nil))
        let read = try JournalEnvelope.details(written)
        #expect(
            read.metadata == metadata && read.traceParent == caller && read.source == .gateway && read.choice == nil)
    }
}
