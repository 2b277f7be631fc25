import GleanerCore

/// What `POST /api/reviews/next` lends a reviewer, as far as a simulated one looks at it.
struct ReviewItem: Sendable, Hashable {
    let slot: JSONValue
    let leaseToken: JSONValue
    let exchange: String
    /// What the user said, the judged turn last: the key under which the corpus knows the truth.
    let userTurns: [String]

    /// `nil` for what is not an item; members it does not know are let be.
    init?(_ document: JSONValue) {
        guard let slot = document["slot"]?["id"], let token = document["slot"]?["lease_token"],
            let messages = document["messages"]?.arrayValue
        else { return nil }
        self.slot = slot
        self.leaseToken = token
        exchange = document["exchange_id"]?.stringValue ?? ""
        userTurns = messages.map(ChatRequest.Message.init).filter { $0.role == "user" }.map(\.content)
    }

    var quality: DemoQuality {
        DemoCorpus.quality(of: userTurns.last ?? "", after: Array(userTurns.dropLast()))
    }

    /// The body of `POST /api/reviews`.
    func judgement(by reviewer: DemoReviewer, _ scores: DemoReviewer.Scores) -> [String: JSONValue] {
        [
            "slot": slot, "lease_token": leaseToken, "reviewer": .string(reviewer.name),
            "scores": [
                "relevance": .integer(Int64(scores.relevance)), "accuracy": .integer(Int64(scores.accuracy)),
                "appropriateness": .integer(Int64(scores.appropriateness)),
                "natural_language": .integer(Int64(scores.naturalLanguage)),
            ],
        ]
    }

    var goodAnswer: String? { DemoCorpus.goodAnswer(to: userTurns.last ?? "", after: Array(userTurns.dropLast())) }
}
