import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import Synchronization
import Testing

@testable import GleanerFeedback

@Suite("What others are told of feedback", .database)
struct FeedbackNewsTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    /// What was told of texts, as exchange and text.
    private final class Told: Sendable {
        private let texts = Mutex<[(ID<Exchange>, ID<Feedback>)]>([])
        func hear(_ news: FeedbackNews) {
            guard case .commented(let comments, _) = news else { return }
            texts.withLock { $0 += comments.map { ($0.exchange, $0.feedback) } }
        }
        func texts(_ pool: PostgresPool) async throws -> [String] {
            let bodies = Dictionary(
                try await pool.query("SELECT id, exchange_id, body FROM gleaner.feedback WHERE body IS NOT NULL").map {
                    (
                        ID<Feedback>(try $0.decode("id", as: UUID.self)),
                        (
                            try $0.decodeIfPresent("exchange_id", as: UUID.self).map { ID<Exchange>($0) },
                            try $0.decode("body", as: String.self)
                        )
                    )
                }
            ) { first, _ in first }
            return texts.withLock { $0 }.map { exchange, feedback in
                guard let (of, body) = bodies[feedback], of == exchange else { return "nothing of this exchange" }
                return body
            }.sorted()
        }
    }

    private func app(_ told: Told) async throws -> FeedbackApp {
        try await FeedbackApp(StoredExchanges(pool: pool), told: { told.hear($0) })
    }

    @Test("texts are told whichever way they come: with a key, with a token, under an Idempotency-Key, in bulk")
    func everyWay() async throws {
        let told = Told()
        let app = try await app(told)
        let id = try await app.world.add()
        let token = try app.token(for: id)
        try await app.run { client async throws in
            func body(_ text: String) -> String { #"{"exchange_id":"\#(id)","thumb":"up","comment":"\#(text)"}"# }
            #expect(try await client.post(body("1 key"), key).status == .accepted)
            let shown = ["Authorization": "Feedback \(token)"]
            #expect(try await client.post(#"{"comment":"2 token"}"#, shown).status == .accepted)
            let once = key.merging(["Idempotency-Key": "k"]) { $1 }
            for _ in 0..<2 { #expect(try await client.post(body("3 once"), once).status == .accepted) }
            #expect(
                try await client.post(at: "/api/feedback/bulk", "[\(body("4 bulk"))]", key).status == .accepted)
        }
        #expect(try await told.texts(pool) == ["1 key", "2 token", "3 once", "4 bulk"])
    }

    @Test("whatever was written is told: corrections, reasons and the other side of a preference")
    func everyText() async throws {
        let told = Told()
        let app = try await app(told)
        let id = try await app.world.add()
        let preference = Judgement.Preference(isChosen: true, other: .text("4 other"))
        _ = try await app.service.give(
            [
                .comment("1 comment"), .correction("2 correction"), .flag(raised: true, reason: "3 reason"),
                .preference(preference), .flag(raised: true, reason: nil), .tags(["wrong"]), .thumb(up: true),
            ], on: .exchange(id), rater: "u", by: app.world.caller)
        #expect(try await told.texts(pool) == ["1 comment", "2 correction", "3 reason", "4 other"])
    }

    @Test("a text that waited is told once it has found its exchange", arguments: ["landing", "sweep", "settling"])
    func waited(_ by: String) async throws {
        let told = Told()
        let app = try await app(told)
        _ = try await app.service.give(
            [.comment("early")], on: .completion("c"), rater: "u", by: app.world.caller)
        #expect(try await told.texts(pool).isEmpty)
        let id = try await app.world.add(completion: "c")
        switch by {
        case "landing":
            await app.service.joinEarly([.init(project: app.world.project, id: id, completion: "c")])
        case "sweep": #expect(try await app.service.joinAllEarly() == 1)
        default:
            // Somebody else's, which looks for the same exchange when it is kept as early.
            let given = GivenFeedback.make(
                SaidFeedback(subject: .completion("c"), judgements: [.thumb(up: true)], rater: "v"), exchange: nil,
                from: Giver(app.world.caller), at: Date())
            try await app.service.store.keep(given)
            #expect(await app.service.settle(all: given).count == 2)
        }
        #expect(try await told.texts(pool) == ["early"])
    }
}
