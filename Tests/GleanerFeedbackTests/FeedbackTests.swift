import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerFeedback

@Suite("Feedback", .database)
struct FeedbackTests {
    private var service: FeedbackService {
        FeedbackService(store: PostgresFeedbackStore(pool: TestDatabase.current.pool))
    }
    private func world(_ name: String = "default") async throws -> StoredExchanges {
        try await StoredExchanges(pool: TestDatabase.current.pool, project: name)
    }

    @Test("a rating by exchange id is kept before the exchange is there")
    func beforeExchange() async throws {
        let world = try await world()
        let id = ID<Exchange>.new()
        let receipt = try await service.give([.thumb(up: false)], on: .exchange(id), rater: "u", by: world.caller)
        #expect(receipt.exchange == id)
        let found = try await service.feedback(on: id, of: world.project)
        #expect(found.map(\.judgement) == [.thumb(up: false)])
        #expect(found[0].rater == "u")
        #expect(found[0].id == receipt.ids[0].id)
    }

    @Test("feedback by completion id waits, and is joined when the exchange lands", arguments: [false, true])
    func byCompletion(_ bySweep: Bool) async throws {
        let world = try await world()
        let receipt = try await service.give(
            [.score(try Score(4)), .comment("theek hai")], on: .completion("chatcmpl-7"), rater: nil, by: world.caller)
        #expect(receipt.exchange == nil)
        try await service.joinEarly([(world.project, "chatcmpl-7")])
        #expect(try await service.joinAllEarly() == 0)
        let id = try await world.add(completion: "chatcmpl-7")
        if bySweep {
            #expect(try await service.joinAllEarly() == 2)
        } else {
            try await service.joinEarly([(world.project, "chatcmpl-7")])
        }
        let found = try await service.feedback(on: id, of: world.project)
        #expect(Set(found.map(\.id)) == Set(receipt.ids.map(\.id)))
        #expect(try await service.joinAllEarly() == 0)
        // From now on it is found at once.
        let direct = try await service.give(
            [.thumb(up: true)], on: .completion("chatcmpl-7"), rater: nil, by: world.caller)
        #expect(direct.exchange == id)
    }

    @Test("the newest of two exchanges with one completion id is meant")
    func reusedCompletion() async throws {
        let world = try await world()
        try await world.add(
            id: ID(UUIDv7(now: { Date(timeIntervalSinceNow: -60) }).make(shard: Shard(1))), completion: "c")
        let newest = try await world.add(id: .new(), completion: "c")
        let receipt = try await service.give([.thumb(up: true)], on: .completion("c"), rater: nil, by: world.caller)
        #expect(receipt.exchange == newest)
    }

    @Test("two opposite ratings are both kept, the newest first")
    func opposite() async throws {
        let world = try await world()
        let id = try await world.add()
        for up in [true, false] {
            _ = try await service.give([.thumb(up: up)], on: .exchange(id), rater: "u", by: world.caller)
        }
        #expect(
            try await service.feedback(on: id, of: world.project).map(\.judgement) == [
                .thumb(up: false), .thumb(up: true),
            ])
    }

    @Test("a project sees its own feedback only, even on the same ids")
    func isolation() async throws {
        let (mine, theirs) = (try await world("mine"), try await world("theirs"))
        let id = try await mine.add(completion: "shared")
        let other = try await theirs.give(to: service, on: .completion("shared"))
        #expect(other.exchange == nil)
        _ = try await theirs.give(to: service, on: .exchange(id))
        #expect(try await service.feedback(on: id, of: mine.project).isEmpty)
        #expect(try await service.feedback(on: id, of: theirs.project).count == 1)
        #expect(try await service.joinAllEarly() == 0)
    }

    @Test("ids that cannot be exchanges, and bodies that say nothing, are refused")
    func refused() async throws {
        let world = try await world()
        let future = ID<Exchange>(UUIDv7(now: { Date(timeIntervalSinceNow: 86_400) }).make(shard: Shard(1)))
        let ancient = ID<Exchange>(UUIDv7(now: { Date(timeIntervalSince1970: 1000) }).make(shard: Shard(1)))
        for id in [future, ancient, ID<Exchange>(UUID())] {
            await #expect(throws: FeedbackError.exchangeImpossible(id)) {
                try await service.give([.thumb(up: true)], on: .exchange(id), rater: nil, by: world.caller)
            }
        }
        await #expect(throws: FeedbackError.nothingSaid) {
            try await service.give([], on: .exchange(.new()), rater: nil, by: world.caller)
        }
    }
}

extension StoredExchanges {
    fileprivate func give(to service: FeedbackService, on subject: Subject) async throws -> FeedbackService.Receipt {
        try await service.give([.thumb(up: true)], on: subject, rater: nil, by: caller)
    }
}

@Suite("Feedback bodies")
struct FeedbackBodyTests {
    private func parse(_ text: String) throws -> FeedbackBody {
        try JSONDecoder().decode(FeedbackBody.self, from: Data(text.utf8))
    }

    @Test("one body may say several things")
    func several() throws {
        let body = try parse(
            #"{"completion_id":"c","thumb":"up","score":5,"comment":"a","correction":"b","flag":true,"reason":"r","rater":"u"}"#
        )
        #expect(body.subject == .completion("c"))
        #expect(body.rater == "u")
        #expect(
            body.judgements == [
                .thumb(up: true), .score(try Score(5)), .comment("a"), .correction("b"),
                .flag(raised: true, reason: "r"),
            ])
        #expect(try parse(#"{"completion_id":"c","thumb":-1}"#).judgements == [.thumb(up: false)])
        #expect(
            try parse(#"{"completion_id":"c","thumb":null,"flag":false}"#).judgements == [
                .flag(raised: false, reason: nil)
            ])
    }

    @Test(
        "what makes no sense is named",
        arguments: [
            (#"{"thumb":"up"}"#, FeedbackError.subjectUnclear),
            (#"{"completion_id":"","thumb":"up"}"#, .subjectUnclear),
            (#"{"completion_id":"c","exchange_id":"01a1fcb3-7a28-714e-8fb2-3fb67df7d86e"}"#, .subjectUnclear),
            (#"{"completion_id":"c","thumbs":1}"#, .fieldUnknown("thumbs")),
            (#"{"completion_id":"c","thumb":"sideways"}"#, .thumbInvalid),
            (#"{"completion_id":"c","thumb":2}"#, .thumbInvalid),
            (#"{"completion_id":"c","comment":"a\u0000"}"#, .nulCharacter(field: "comment")),
        ])
    func refused(_ text: String, _ error: FeedbackError) { #expect(throws: error) { try parse(text) } }

    @Test("a score off the scale is refused", arguments: [0, 6, -1, 1_000_000])
    func offScale(_ score: Int) {
        #expect(throws: ScoreError.outOfRange) { try parse(#"{"completion_id":"c","score":\#(score)}"#) }
    }

    @Test(
        "a text over its limit is refused",
        arguments: [("comment", 64 << 10), ("correction", 64 << 10), ("rater", 256)])
    func tooLong(_ field: String, _ limit: Int) throws {
        let fits = String(repeating: "x", count: limit)
        _ = try parse(#"{"completion_id":"c","\#(field)":"\#(fits)"}"#)
        #expect(throws: FeedbackError.tooLong(field: field, limit: limit)) {
            try parse(#"{"completion_id":"c","\#(field)":"\#(fits)x"}"#)
        }
    }
}
