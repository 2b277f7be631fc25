import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import GleanerFeedback

@Suite("Judging with a token", .database)
struct TokenPostTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private func app(_ now: @escaping @Sendable () -> Date = { Date() }) async throws -> FeedbackApp {
        try await FeedbackApp(StoredExchanges(pool: pool), now: now)
    }
    private func shown(_ token: String) -> [String: String] { ["Authorization": "Feedback \(token)"] }

    @Test("a page with nothing but a token rates, comments and changes its vote, in a header or in the body")
    func whole() async throws {
        let app = try await app()
        let id = try await app.world.add()
        let token = try app.token(for: id)
        try await app.run { client in
            let rated = try await client.post(#"{"thumb":"up"}"#, shown(token))
            #expect(rated.status == .accepted)
            #expect(try rated.json["exchange_id"] == .string(id.description))
            #expect(try rated.json["state"] == "stored")
            let commented = try await client.post(#"{"token":"\#(token)","comment":"accha tha"}"#)
            #expect(commented.status == .accepted)
            let changed = try await client.post(#"{"thumb":"down","exchange_id":"\#(id)"}"#, shown(token))
            #expect(changed.status == .accepted)
        }
        let stored = try await app.service.feedback(on: id, of: app.world.project)
        #expect(stored.map(\.judgement) == [.thumb(up: false), .comment("accha tha"), .thumb(up: true)])
        #expect(stored.allSatisfy { $0.proof == .token && $0.source == "page" })
        #expect(Set(stored.map(\.rater)) == [EndUserHash("asha", in: app.world.project).rater])
        let current = try await app.current(id)
        #expect((current.ups, current.downs) == (0, 1))
    }

    @Test("forged, expired and other exchanges' tokens are refused with codes that say which")
    func refused() async throws {
        let clock = Mutex(Date())
        let app = try await app { clock.withLock { $0 } }
        let (id, other) = (try await app.world.add(), try await app.world.add())
        let token = try app.token(for: id)
        let turn = #"{"thumb":1,"conversation":"k"}"#
        try await app.run { client async throws in
            func code(_ body: String, _ token: String) async throws -> String? {
                let response = try await client.post(body, shown(token))
                #expect(response.status == .forbidden)
                return response.code
            }
            // One character in the middle, which no padding forgives.
            var forged = Array(token)
            forged[59] = forged[59] == "A" ? "B" : "A"
            #expect(try await code(#"{"thumb":1}"#, String(forged)) == "feedback_token_invalid")
            #expect(try await code(#"{"thumb":1}"#, "x") == "feedback_token_invalid")
            #expect(try await code(#"{"thumb":1,"exchange_id":"\#(other)"}"#, token) == "feedback_token_mismatch")
            #expect(try await code(#"{"thumb":1,"completion_id":"c"}"#, token) == "feedback_token_mismatch")
            #expect(try await code(turn, token) == "feedback_token_mismatch")
            #expect(try await code(#"{"thumb":1,"rater":"somebody"}"#, token) == "feedback_token_rater")
            let pair = #"{"preference":{"rejected":{"exchange_id":"\#(other)"}}}"#
            #expect(try await code(pair, token) == "feedback_token_kind")
            clock.withLock { $0 += 3601 }
            #expect(try await code(#"{"thumb":1}"#, token) == "feedback_token_expired")
        }
        #expect(try await app.service.feedback(on: id, of: app.world.project).isEmpty)
        #expect(try await app.service.feedback(on: other, of: app.world.project).isEmpty)
    }

    @Test("a token speaks for its project, whatever the key beside it speaks for")
    func otherProject() async throws {
        let mine = try await FeedbackApp(StoredExchanges(pool: pool, project: "mine"))
        let theirs = try await FeedbackApp(StoredExchanges(pool: pool, project: "theirs"))
        let id = try await theirs.world.add()
        let token = try theirs.token(for: id)
        try await mine.run { client in
            let response = try await client.post(#"{"thumb":1,"token":"\#(token)"}"#, key)
            #expect(response.status == .accepted)
        }
        #expect(try await theirs.service.feedback(on: id, of: theirs.world.project).count == 1)
        #expect(try await mine.service.feedback(on: id, of: mine.world.project).isEmpty)
    }

    @Test(
        "what a page may send without being asked first is not taken",
        arguments: ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonp"])
    func contentType(_ type: String) async throws {
        let app = try await app()
        let token = try app.token(for: try await app.world.add())
        try await app.run { client in
            let byHeader = try await client.post(
                #"{"thumb":1}"#, ["Authorization": "Feedback \(token)", "Content-Type": type])
            #expect(byHeader.code == "json_required" && byHeader.status == .unsupportedMediaType)
            let inBody = try await client.post(#"{"thumb":1,"token":"\#(token)"}"#, ["Content-Type": type])
            #expect(inBody.code == "json_required")
        }
    }

    @Test("without key and token nothing is taken, nor read")
    func nobody() async throws {
        let app = try await app()
        let id = try await app.world.add()
        try await app.run { client in
            let response = try await client.post(#"{"thumb":1,"exchange_id":"\#(id)"}"#)
            #expect(response.status == .unauthorized && response.code == "invalid_api_key")
            let nonsense = try await client.post("{")
            #expect(nonsense.status == .unauthorized)
        }
    }

    @Test("a token is checked before its body is read, and a body without a key is a small one")
    func small() async throws {
        let app = try await app()
        let token = try app.token(for: try await app.world.add())
        let huge = #"{"comment":"a","reason":"\#(String(repeating: "x", count: 300_000))"}"#
        try await app.run { client in
            let forged = try await client.post(huge, shown("x"))
            #expect(forged.code == "feedback_token_invalid")
            for response in [
                try await client.post(huge, shown(token)),
                try await client.post(huge.replacing("comment", with: "token")),
            ] {
                #expect(response.status == .contentTooLarge)
            }
        }
    }

    @Test("one voice has twenty judgements of each kind with its tokens, and then the last one stays")
    func spent() async throws {
        let app = try await app()
        let id = try await app.world.add()
        try await app.run { client in
            for turn in 0..<20 {
                let token = try app.token(for: id)
                let response = try await client.post(#"{"thumb":"\#(turn % 2 == 0 ? "up" : "down")"}"#, shown(token))
                #expect(response.status == .accepted)
            }
            let token = try app.token(for: id)
            let more = try await client.post(#"{"thumb":"up"}"#, shown(token))
            #expect(more.status == .tooManyRequests && more.code == "feedback_token_spent")
            // Another kind, and another user of the same exchange, are not spent.
            #expect(try await client.post(#"{"comment":"a"}"#, shown(token)).status == .accepted)
            let other = try app.token(for: id, endUser: "ravi")
            #expect(try await client.post(#"{"thumb":"up"}"#, shown(other)).status == .accepted)
        }
        let current = try await app.current(id)
        #expect((current.ups, current.downs) == (1, 1))
    }

    @Test("a hundred votes at once with one token are one vote, and no more than twenty rows")
    func atOnce() async throws {
        let app = try await app()
        let id = try await app.world.add()
        let token = try app.token(for: id)
        try await app.run { client in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for turn in 0..<100 {
                    group.addTask {
                        try await client.post(#"{"thumb":"\#(turn % 2 == 0 ? "up" : "down")"}"#, shown(token)).status
                            .code
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [202: 20, 429: 80])
        }
        let current = try await app.current(id)
        #expect(current.ups + current.downs == 1)
        #expect(try await app.service.feedback(on: id, of: app.world.project).count == 20)
    }

    @Test("texts that break storage or viewers are kept as they are, or refused by name")
    func hostileTexts() async throws {
        let app = try await app()
        let id = try await app.world.add()
        let token = try app.token(for: id)
        let texts = [
            "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}",
            "'); DROP TABLE gleaner.feedback;--",
            "\u{202E}gnp.exe", "\u{1B}[31m", "a\u{0301}\u{0301}", "नमस्ते \u{200B}", "\u{FFFD}", "=cmd|' /C calc'!A0",
        ]
        try await app.run { client in
            for text in texts {
                let body = String(decoding: try JSONEncoder().encode(["comment": text]), as: UTF8.self)
                #expect(try await client.post(body, shown(token)).status == .accepted)
            }
            func code(_ body: String) async throws -> String? { try await client.post(body, shown(token)).code }
            #expect(try await code(#"{"comment":"a\u0000b"}"#) == "nul_character")
            #expect(try await code("{\"comment\":\"a\u{0}b\"}") == "invalid_body")
            #expect(try await code(#"{"comment":"\ud800"}"#) == "invalid_body")
            let long = String(repeating: "x", count: (16 << 10) + 1)
            #expect(try await code(#"{"comment":"\#(long)"}"#) == "feedback_text_too_long")
            #expect(try await code(String(repeating: "[", count: 100_000)) == "invalid_body")
        }
        let kept = try await app.service.feedback(on: id, of: app.world.project).map(\.judgement)
        #expect(kept == texts.reversed().map { .comment($0) })
    }
}
