import GleanerCore
import Synchronization

@testable import GleanerDemo

/// A gateway in memory: answers chats from the demo script, and remembers what it was sent.
final class FakeGateway: GatewayTransport {
    struct State {
        var calls: [GatewayCall] = []
        var feedback: [JSONValue] = []
        var reviews: [JSONValue] = []
        var queue: [JSONValue] = []
        /// Feedback that came between the head and the end of its own exchange.
        var early = 0
        var open: Set<String> = []
        var mostOpen = 0
    }

    let state = Mutex(State())
    /// The calls, counted from 1, that find nobody.
    private let lost: ClosedRange<Int>?
    private let refusing: Bool

    init(lost: ClosedRange<Int>? = nil, refusing: Bool = false) {
        self.lost = lost
        self.refusing = refusing
    }

    func send(
        _ call: GatewayCall, whenHeaded: @Sendable (GatewayHead) async -> Void
    ) async throws(GatewayUnreachable) -> GatewayReply {
        let number = state.withLock { state in
            state.calls.append(call)
            return state.calls.count
        }
        if let lost, lost.contains(number) { throw GatewayUnreachable(reason: "connection refused") }
        if refusing { return reply(401, ["error": ["code": "invalid_api_key"]]) }
        switch call.path {
        case "/v1/chat/completions": return await chat(call, exchange: "exchange-\(number)", whenHeaded)
        case "/api/feedback": return feedback(call)
        case "/api/reviews/next": return next()
        case "/api/reviews", "/api/reviews/skip":
            state.withLock { $0.reviews.append(document(call)) }
            return reply(201, ["id": "r"])
        case "/api/datasets/demo/versions":
            return reply(201, ["version": 1, "examples": 42, "excluded": ["score_below": 7, "duplicate": 2]])
        default: return reply(404, ["error": ["code": "unknown_url"]])
        }
    }

    private func document(_ call: GatewayCall) -> JSONValue { (try? JSONValue(parsing: call.body)) ?? .null }

    private func reply(_ status: Int, _ document: JSONValue) -> GatewayReply {
        GatewayReply(head: GatewayHead(status: status, exchange: nil), body: document.wireBytes, brokenOff: nil)
    }

    private func chat(
        _ call: GatewayCall, exchange: String, _ whenHeaded: @Sendable (GatewayHead) async -> Void
    ) async -> GatewayReply {
        guard let request = try? ChatRequest(body: call.body), let answer = DemoScript().answer(request) else {
            return reply(400, .null)
        }
        state.withLock { state in
            state.open.insert(exchange)
            state.mostOpen = max(state.mostOpen, state.open.count)
        }
        let head = GatewayHead(status: 200, exchange: exchange)
        await whenHeaded(head)
        await Task.yield()
        let body = answer.steps.flatMap { step -> [UInt8] in if case .bytes(let bytes) = step { bytes } else { [] } }
        let messages = document(call)["messages"] ?? .null
        state.withLock { state in
            state.open.remove(exchange)
            let number = Int64(state.queue.count)
            state.queue.append(
                [
                    "slot": [
                        "id": .integer(number), "lease_token": .string("t-\(number)"),
                        "leased_until": "2026-11-21T00:00:00Z",
                    ],
                    "exchange_id": .string(exchange), "messages": messages, "answer": ["content": "…"],
                ])
        }
        return GatewayReply(head: head, body: body, brokenOff: nil)
    }

    private func feedback(_ call: GatewayCall) -> GatewayReply {
        let document = document(call)
        state.withLock { state in
            state.feedback.append(document)
            if let id = document["exchange_id"]?.stringValue, state.open.contains(id) { state.early += 1 }
        }
        return reply(202, ["id": "f"])
    }

    private func next() -> GatewayReply {
        let item: JSONValue? = state.withLock { $0.queue.isEmpty ? nil : $0.queue.removeFirst() }
        guard let item else {
            return GatewayReply(head: GatewayHead(status: 204, exchange: nil), body: [], brokenOff: nil)
        }
        return reply(200, item)
    }
}
