import Foundation
import GleanerCore

/// The answer to feedback that was taken.
struct FeedbackAccepted: Encodable {
    struct Item: Encodable {
        let id: ID<Feedback>
        let kind: String
    }
    let feedback: [Item]
    let exchange_id: ID<Exchange>?
    /// `stored`, or `waiting` for its exchange.
    let state: String

    private enum Key: CodingKey { case feedback, exchange_id, state }

    /// `exchange_id` is there also when it is null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(feedback, forKey: .feedback)
        try container.encode(exchange_id, forKey: .exchange_id)
        try container.encode(state, forKey: .state)
    }

    static func answer(_ receipt: FeedbackService.Receipt) throws -> PostAnswer {
        PostAnswer(status: 202, body: try Self.json(FeedbackAccepted(receipt)))
    }

    static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}

extension FeedbackAccepted {
    init(_ receipt: FeedbackService.Receipt) {
        self.init(
            feedback: receipt.feedback.map { Item(id: $0.id, kind: $0.kind) }, exchange_id: receipt.exchange,
            state: receipt.isWaiting ? "waiting" : "stored")
    }
}

/// The answer to bulk feedback: what became of each item, by its place.
struct BulkAccepted: Encodable {
    struct Fault: Encodable {
        let code: String
        let message: String
        let why: String
        let fix: String
    }
    struct Item: Encodable {
        let index: Int
        var feedback: [FeedbackAccepted.Item]?
        var exchange_id: ID<Exchange>?
        var state: String?
        var error: Fault?
    }
    let accepted: Int
    let rejected: Int
    let results: [Item]
    /// The first error, when nothing was accepted: where a client looks for one.
    let error: Fault?

    static func answer(_ outcomes: [FeedbackService.BulkOutcome]) throws -> PostAnswer {
        let explanations = outcomes.compactMap { outcome -> Explanation? in
            if case .failure(let error) = outcome { explain(error) } else { nil }
        }
        let accepted = outcomes.count - explanations.count
        let first = accepted == 0 ? explanations.first : nil
        let document = BulkAccepted(
            accepted: accepted, rejected: explanations.count, results: outcomes.enumerated().map(Self.item),
            error: first.map(Fault.init))
        let status = first?.status ?? (explanations.isEmpty ? 202 : 207)
        return PostAnswer(status: status, body: try FeedbackAccepted.json(document))
    }

    private static func item(_ index: Int, _ outcome: FeedbackService.BulkOutcome) -> Item {
        switch outcome {
        case .failure(let error): return Item(index: index, error: Fault(explain(error)))
        case .success(let receipt):
            let accepted = FeedbackAccepted(receipt)
            return Item(
                index: index, feedback: accepted.feedback, exchange_id: accepted.exchange_id, state: accepted.state)
        }
    }
}
