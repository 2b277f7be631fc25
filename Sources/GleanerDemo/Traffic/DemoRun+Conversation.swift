import GleanerCore

extension DemoRun {
    /// Asks turn by turn, with what was said before; ends early when a turn fails, as a person would.
    func hold(_ conversation: DemoPlan.Conversation) async throws {
        var messages: [JSONValue] = [Self.message("system", conversation.systemPrompt)]
        for (index, turn) in conversation.turns.enumerated() {
            messages.append(Self.message("user", turn.prompt))
            guard let answer = try await ask(turn, index, in: conversation, messages: messages) else { break }
            messages.append(Self.message("assistant", answer))
        }
        ledger.note { $0.conversations += 1 }
    }

    private static func message(_ role: String, _ content: String) -> JSONValue {
        ["role": .string(role), "content": .string(content)]
    }

    /// - Returns: the answer's text; `nil` when there is none.
    private func ask(
        _ turn: DemoPlan.Turn, _ index: Int, in conversation: DemoPlan.Conversation, messages: [JSONValue]
    ) async throws -> String? {
        let call = Self.call(turn, index, in: conversation, messages: messages)
        let rater = conversation.user
        ledger.note { $0.exchangesSent += 1 }
        let reply = try await gateway.send(call) { head in
            guard turn.judgesEarly, let exchange = head.exchange, head.status == 200 else { return }
            // The error of an early judgement is counted by `judge`; the conversation itself goes on.
            try? await judge(turn, subject: .exchange(exchange), rater: rater, early: true)
        }
        guard let reply else { return fail("unreachable") }
        guard reply.head.status == 200 else { return fail("http_\(reply.head.status)") }
        guard reply.brokenOff == nil else { return fail("broken_off") }
        guard let answer = ChatAnswer(reply.body, streamed: turn.stream) else { return fail("unreadable") }
        ledger.note { report in
            report.exchangesCompleted += 1
            report.truth[turn.quality.name, default: 0] += 1
        }
        if turn.judgesEarly && reply.head.exchange != nil { return answer.content }
        if let subject = subject(of: turn, exchange: reply.head.exchange, completion: answer.id) {
            try await judge(turn, subject: subject, rater: rater, early: false)
        }
        return answer.content
    }

    private func fail(_ kind: String) -> String? {
        ledger.note { $0.exchangesFailed[kind, default: 0] += 1 }
        return nil
    }

    private func subject(of turn: DemoPlan.Turn, exchange: String?, completion: String) -> JudgedSubject? {
        if turn.judgesByCompletion { return .completion(completion) }
        return exchange.map(JudgedSubject.exchange) ?? .completion(completion)
    }

    private static func call(
        _ turn: DemoPlan.Turn, _ index: Int, in conversation: DemoPlan.Conversation, messages: [JSONValue]
    ) -> GatewayCall {
        var body: [String: JSONValue] = [
            "model": .string(conversation.bot.model), "messages": .array(messages), "stream": .bool(turn.stream),
            "temperature": 0.2,
            // Two people may ask the same thing in the same words; with this their completions have ids of their own.
            "metadata": ["conversation": .string(conversation.id), "turn": .string(String(index + 1))],
        ]
        if turn.stream { body["stream_options"] = ["include_usage": true] }
        if turn.sendsUser { body["user"] = .string(conversation.user) }
        let headers = [
            "X-Gleaner-Conversation": conversation.id, "X-Gleaner-End-User": conversation.user,
            "X-Gleaner-Tags": "demo,\(conversation.bot.rawValue),\(conversation.topic)",
        ]
        return GatewayCall(path: "/v1/chat/completions", headers: headers, body: JSONValue.object(body).wireBytes)
    }
}

extension DemoQuality {
    var name: String {
        switch self {
        case .good: "good"
        case .mediocre: "mediocre"
        case .bad: "bad"
        }
    }
}
