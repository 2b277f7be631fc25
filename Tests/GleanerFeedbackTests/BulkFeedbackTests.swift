import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import NIOCore
import Testing

@testable import GleanerFeedback

@Suite("Feedback in bulk", .database)
struct BulkFeedbackTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private func rows() async throws -> Int {
        try await pool.query("SELECT count(*) AS count FROM gleaner.feedback")[0].decode("count")
    }

    @Test(
        "items stand by themselves: what is good is kept, what is not is named by its place", arguments: [false, true])
    func independent(_ isLines: Bool) async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        let (a, b) = (try await app.world.add(), try await app.world.add(completion: "c-1"))
        let items = [
            #"{"exchange_id":"\#(a)","thumb":"up","rater":"asha"}"#, #"{"thumb":"up"}"#, #"17"#,
            #"{"completion_id":"c-1","score":2,"tags":["wrong"]}"#, #"{"completion_id":"unknown","thumb":-1}"#,
            #"{"exchange_id":"\#(a)"}"#, #"{"exchange_id":"\#(a)","token":"x","thumb":1}"#,
            #"{"exchange_id":"not an id","thumb":1}"#, #"{"conversation":"k","message_index":0,"thumb":1}"#,
        ]
        let body = isLines ? items.joined(separator: "\n") + "\n\n" : "[\(items.joined(separator: ","))]"
        let type = isLines ? "application/x-ndjson" : "application/json"
        try await app.run { client in
            let response = try await client.post(
                at: "/api/feedback/bulk", body, key.merging(["Content-Type": type]) { $1 })
            #expect(response.status.code == 207)
            let document = try response.json
            #expect(document["accepted"] == 4 && document["rejected"] == 5)
            let results = try #require(document["results"]?.arrayValue)
            #expect(results.map { $0["index"] } == (0..<9).map { .integer($0) })
            #expect(
                results.map { $0["state"]?.stringValue } == [
                    "stored", nil, nil, "stored", "waiting", nil, nil, nil, "waiting",
                ])
            #expect(
                results.map { $0["error"]?["code"]?.stringValue } == [
                    nil, "subject_unclear", "invalid_body", nil, nil, "feedback_empty", "unknown_field", "invalid_body",
                    nil,
                ])
            #expect(results[3]["exchange_id"] == .string(b.description))
            #expect(results[3]["feedback"]?.arrayValue?.map { $0["kind"] } == ["score", "tags"])
        }
        #expect(try await rows() == 3)
        #expect(try await app.service.feedback(on: a, of: app.world.project).map(\.rater) == ["asha"])
    }

    @Test("ten thousand items are taken in one request, and one more is refused whole")
    func cap() async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        let id = try await app.world.add()
        @Sendable func body(_ count: Int) -> String {
            "[" + (0..<count).map { #"{"exchange_id":"\#(id)","thumb":1,"rater":"u\#($0)"}"# }.joined(separator: ",")
                + "]"
        }
        try await app.run { client in
            let tooMany = try await client.post(at: "/api/feedback/bulk", body(10_001), key)
            #expect(tooMany.status == .contentTooLarge && tooMany.code == "bulk_too_many")
            #expect(try await rows() == 0)
            let response = try await client.post(at: "/api/feedback/bulk", body(10_000), key)
            #expect(response.status == .accepted)
            #expect(try response.json["accepted"] == 10_000)
        }
        #expect(try await rows() == 10_000)
        #expect(try await app.current(id).ups == 10_000)
    }

    @Test(
        "a body of millions of things that are no items is refused before one is read",
        arguments: [false, true])
    func millions(_ isLines: Bool) async throws {
        let body =
            isLines
            ? String(repeating: "0\n", count: 1_000_000) : "[" + String(repeating: "0,", count: 1_000_000) + "0]"
        let began = ContinuousClock.now
        #expect(throws: BulkError.tooMany(limit: 10_000)) { try BulkFeedback(Array(body.utf8), isLines: isLines) }
        // Counting takes a moment even in a debug build; reading them takes minutes.
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test("commas within items part nothing")
    func commas() throws {
        let item = #"{"conversation":"a,\"b],[","tags":["a","b","c"],"thumb":1}"#
        let body = "[" + Array(repeating: item, count: 9_000).joined(separator: " , ") + "]"
        #expect(try BulkFeedback(Array(body.utf8), isLines: false).items.count == 9_000)
    }

    @Test("one item that the database refuses leaves the others in")
    func poison() async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        let id = try await app.world.add()
        try await pool.query("ALTER TABLE gleaner.feedback ADD CONSTRAINT no_poison CHECK (body <> 'poison')")
        let items = (0..<40).map { #"{"exchange_id":"\#(id)","comment":"\#($0 == 17 ? "poison" : "c\($0)")"}"# }
        try await app.run { client in
            let response = try await client.post(at: "/api/feedback/bulk", "[\(items.joined(separator: ","))]", key)
            #expect(response.status.code == 207)
            let results = try #require(try response.json["results"]?.arrayValue)
            #expect(results.filter { $0["error"] != nil }.map { $0["index"] } == [17])
            #expect(results[17]["error"]?["code"] == "feedback_refused")
            #expect(results[18]["state"] == "stored")
        }
        #expect(try await rows() == 39)
    }

    @Test(
        "a body that is no list is refused, and nothing of it kept",
        arguments: [
            ("{}", "bulk_unreadable"), ("", "bulk_unreadable"), ("[{]", "bulk_unreadable"), ("[]", "bulk_empty"),
            ("[{\"thumb\":1}", "bulk_unreadable"), ("null", "bulk_unreadable"),
        ])
    func unreadable(_ body: String, _ code: String) async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        try await app.run { client in
            let response = try await client.post(at: "/api/feedback/bulk", body, key)
            #expect(response.code == code)
        }
    }

    @Test("when nothing can be kept the answer is the first item's error, and a page has no part in it")
    func allBad() async throws {
        let app = try await FeedbackApp(StoredExchanges(pool: pool))
        let token = try app.token(for: try await app.world.add())
        try await app.run { client in
            let response = try await client.post(
                at: "/api/feedback/bulk", #"[{"thumb":9,"completion_id":"c"},{}]"#, key)
            #expect(response.status == .badRequest && response.code == "thumb_invalid")
            let byToken = try await client.post(
                at: "/api/feedback/bulk", #"[{"thumb":1}]"#, ["Authorization": "Feedback \(token)"])
            #expect(byToken.status == .unauthorized)
        }
    }
}
