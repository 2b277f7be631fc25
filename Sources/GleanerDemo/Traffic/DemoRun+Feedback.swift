import GleanerCore

/// How a judgement names what it is about.
enum JudgedSubject: Sendable, Hashable {
    /// Gleaner's id, from `X-Gleaner-Exchange-Id`.
    case exchange(String)
    /// The provider's id, which every SDK shows.
    case completion(String)
}

extension DemoRun {
    /// Sends each judgement of the turn by itself, as a widget does.
    func judge(_ turn: DemoPlan.Turn, subject: JudgedSubject, rater: String, early: Bool) async throws {
        var accepted = 0
        for judgement in turn.judgements {
            let reply = try await gateway.post("/api/feedback", judgement.body(on: subject, rater: rater))
            guard let reply, (200..<300).contains(reply.head.status) else {
                let kind = reply.map { "http_\($0.head.status)" } ?? "unreachable"
                ledger.note { $0.judgementsFailed[kind, default: 0] += 1 }
                continue
            }
            accepted += 1
            ledger.note { report in
                report.judgements[judgement.kind, default: 0] += 1
                if early { report.judgementsEarly += 1 }
                switch subject {
                case .completion: report.judgementsByCompletion += 1
                case .exchange(let id): report.worthALook[early ? "rated_early" : "rated_\(judgement.kind)"] = id
                }
            }
        }
        if accepted > 0 { ledger.note { $0.exchangesRated += 1 } }
    }
}

extension DemoJudgement {
    var kind: String {
        switch self {
        case .thumb: "thumb"
        case .score: "score"
        case .comment: "comment"
        case .correction: "correction"
        case .flag: "flag"
        }
    }

    /// The body of `POST /api/feedback`.
    func body(on subject: JudgedSubject, rater: String) -> JSONValue {
        var body: [String: JSONValue] = ["rater": .string(rater)]
        switch subject {
        case .exchange(let id): body["exchange_id"] = .string(id)
        case .completion(let id): body["completion_id"] = .string(id)
        }
        switch self {
        case .thumb(let up): body["thumb"] = up ? "up" : "down"
        case .score(let score): body["score"] = .integer(Int64(score))
        case .comment(let text): body["comment"] = .string(text)
        case .correction(let text): body["correction"] = .string(text)
        case .flag(let reason):
            body["flag"] = true
            body["reason"] = .string(reason)
        }
        return .object(body)
    }
}
