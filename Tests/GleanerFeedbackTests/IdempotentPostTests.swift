import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import NIOCore
import Testing

@testable import GleanerFeedback

@Suite("Feedback with an Idempotency-Key", .database)
struct IdempotentPostTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private func named(_ name: String) -> [String: String] { key.merging(["Idempotency-Key": name]) { $1 } }
    private func rows() async throws -> Int {
        try await pool.query("SELECT count(*) AS count FROM gleaner.feedback")[0].decode("count")
    }

    @Test("sent again it is answered alike and kept once; another body, sender or path is another post")
    func replay() async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        let id = try await app.world.add()
        let body = #"{"comment":"accha","exchange_id":"\#(id)"}"#
        try await app.run { client in
            let first = try await client.post(body, named("a"))
            let again = try await client.post(body, named("a"))
            #expect(first.status == .accepted && again.status == .accepted)
            #expect(first.body == again.body)
            #expect(first.headers[.init("X-Gleaner-Idempotent-Replay")!] == nil)
            #expect(again.headers[.init("X-Gleaner-Idempotent-Replay")!] == "true")
            #expect(try await rows() == 1)

            let other = try await client.post(#"{"comment":"bura","exchange_id":"\#(id)"}"#, named("a"))
            #expect(other.status == .unprocessableContent && other.code == "idempotency_key_reused")
            #expect(try await client.post(body, named("b")).body != first.body)
            let token = try app.token(for: id)
            let byToken = try await client.post(
                #"{"comment":"accha"}"#, ["Authorization": "Feedback \(token)", "Idempotency-Key": "a"])
            #expect(byToken.status == .accepted)
            let bulk = try await client.post(at: "/api/feedback/bulk", "[\(body)]", named("a"))
            #expect(bulk.status == .accepted)
            let bulkAgain = try await client.post(at: "/api/feedback/bulk", "[\(body)]", named("a"))
            #expect(bulkAgain.body == bulk.body)
            #expect(try await rows() == 4)
        }
    }

    @Test("fifty at once are kept once, and all get the same answer")
    func atOnce() async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        let id = try await app.world.add()
        try await app.run { client in
            let answers = try await withThrowingTaskGroup(of: Data.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        Data(
                            try await client.post(#"{"thumb":1,"exchange_id":"\#(id)"}"#, named("a")).body
                                .readableBytesView)
                    }
                }
                return try await group.reduce(into: Set<Data>()) { $0.insert($1) }
            }
            #expect(answers.count == 1)
        }
        #expect(try await rows() == 1)
    }

    @Test("what was refused leaves the key unused")
    func refusal() async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        let id = try await app.world.add()
        try await app.run { client in
            let refused = try await client.post(#"{"exchange_id":"\#(id)"}"#, named("a"))
            #expect(refused.code == "feedback_empty")
            #expect(try await client.post(#"{"thumb":1,"exchange_id":"\#(id)"}"#, named("a")).status == .accepted)
        }
    }

    @Test("a key that is none is refused", arguments: [String(repeating: "k", count: 256), "schlüssel"])
    func invalid(_ name: String) async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        try await app.run { client in
            let response = try await client.post(#"{"thumb":1,"completion_id":"c"}"#, named(name))
            #expect(response.code == "idempotency_key_invalid")
        }
    }

    @Test("a day later the key is forgotten")
    func expiry() async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        let id = try await app.world.add()
        let store = PostgresFeedbackStore(pool: pool)
        try await app.run { client in
            let body = #"{"thumb":1,"exchange_id":"\#(id)"}"#
            _ = try await client.post(body, named("a"))
            try await store.expirePosts()
            _ = try await client.post(body, named("a"))
            #expect(try await rows() == 1)
            try await pool.query("UPDATE gleaner.feedback_posts SET created_at = now() - interval '25 hours'")
            try await store.expirePosts()
            _ = try await client.post(body, named("a"))
            #expect(try await rows() == 2)
        }
    }
}
