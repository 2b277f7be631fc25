import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerFeedback

@Suite("Personal data in feedback", .database)
struct FeedbackRedactionTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    /// Replaces one word, and says whose placeholders it was asked for.
    private struct OneWord: FeedbackRedactor {
        func redacts(_ project: ID<Project>) -> Bool { true }
        func redact(
            _ text: String, of project: ID<Project>, conversation: String?
        ) async throws -> (text: String, note: String)? {
            guard text.contains("9876543210") else { return nil }
            return (text.replacing("9876543210", with: "<\(conversation ?? "alone")>"), "stored:3")
        }
    }
    /// Does not know yet.
    private struct Unready: FeedbackRedactor {
        func redacts(_ project: ID<Project>) throws -> Bool { throw CancellationError() }
        func redact(
            _ text: String, of project: ID<Project>, conversation: String?
        ) async throws -> (text: String, note: String)? { nil }
    }

    private func rows() async throws -> [String] {
        try await pool.query(
            """
            SELECT body, redaction FROM gleaner.feedback WHERE body IS NOT NULL
            UNION ALL SELECT body, redaction FROM gleaner.early_feedback WHERE body IS NOT NULL ORDER BY 1
            """
        ).map {
            "\(try $0.decode("body", as: String.self)) \(try $0.decodeIfPresent("redaction", as: String.self) ?? "-")"
        }
    }

    @Test("texts are stored with placeholders, those of the conversation, and the row says so; early ones keep theirs")
    func texts() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add(conversation: "k")
        let service = FeedbackService(store: PostgresFeedbackStore(pool: pool), redactor: OneWord()) { _ in }
        let phone = "9876543210"
        _ = try await service.give(
            [
                .comment("1 call \(phone)"), .correction("2 call \(phone)"),
                .flag(raised: true, reason: "3 call \(phone)"), .comment("4 clean"), .thumb(up: true),
            ], on: .exchange(id), rater: "u", by: world.caller)
        _ = try await service.give(
            [
                .preference(Judgement.Preference(isChosen: true, other: .text("5 call \(phone)"))),
                .comment("6 call \(phone)"),
            ], on: .completion("c"), rater: "u", by: world.caller)
        _ = try await service.give(
            [.comment("7 call \(phone)")], on: .turn(Turn(conversation: "t", place: .index(1))), rater: "u",
            by: world.caller)
        let bulk = try BulkFeedback(
            Array(#"[{"exchange_id":"\#(id)","comment":"8 call \#(phone)"},{"conversation":"c8","comment":"9"}]"#.utf8),
            isLines: false)
        _ = try await service.post(bulk, from: Giver(world.caller), key: nil) { _ in PostAnswer(status: 202, body: []) }
        let expected = [
            "1 call <k> stored:3", "2 call <k> stored:3", "3 call <k> stored:3", "4 clean -",
            "5 call <alone> stored:3", "6 call <alone> stored:3", "7 call <t> stored:3", "8 call <k> stored:3", "9 -",
        ]
        #expect(try await rows() == expected)
        try await world.add(completion: "c")
        #expect(try await service.joinAllEarly() == 2)
        #expect(try await rows() == expected)
    }

    @Test("while nobody knows what to replace, no text is stored; votes are")
    func unready() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        let service = FeedbackService(store: PostgresFeedbackStore(pool: pool), redactor: Unready()) { _ in }
        await #expect(throws: CancellationError.self) {
            try await service.give([.comment("call")], on: .exchange(id), rater: "u", by: world.caller)
        }
        _ = try await service.give([.thumb(up: true)], on: .exchange(id), rater: "u", by: world.caller)
        #expect(try await service.feedback(on: id, of: world.project).map(\.judgement) == [.thumb(up: true)])
    }
}
