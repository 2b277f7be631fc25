import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerFeedback

@Suite("Feedback on turns and conversations", .database)
struct SubjectTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: FeedbackService { FeedbackService(store: PostgresFeedbackStore(pool: pool)) }

    /// Messages as the request of the exchange that gives the answer at `index` has them.
    private func messages(before index: Int) -> JSONValue {
        .array((0..<index).map { ["role": .string($0 % 2 == 0 ? "user" : "assistant"), "content": "…"] })
    }

    /// On the conversation's shard, as the gateway mints it; or on any, as a client may.
    private func answer(
        _ index: Int, in conversation: String, _ world: StoredExchanges, shard: Shard? = nil
    ) async throws -> ID<Exchange> {
        try await world.add(
            id: .new(on: shard ?? Shard(project: world.project, conversation: conversation)),
            conversation: conversation, messages: messages(before: index))
    }

    private func landed(
        _ world: StoredExchanges, _ id: ID<Exchange>, _ conversation: String, turn: Int
    ) -> LandedExchange {
        LandedExchange(project: world.project, id: id, completion: nil, conversation: conversation, turn: turn)
    }

    private func said(of conversation: String, _ world: StoredExchanges) async throws -> [FeedbackPage.Item] {
        var filter = FeedbackFilter()
        filter.conversation = conversation
        return try await FeedbackStream(pool: pool).page(of: world.project, filter).items
    }

    @Test("a turn's feedback belongs to the exchange that gave that answer", arguments: [nil, Shard(7)])
    func turnIsExchange(_ shard: Shard?) async throws {
        let world = try await StoredExchanges(pool: pool)
        let first = try await answer(1, in: "k", world, shard: shard)
        let second = try await answer(3, in: "k", world, shard: shard)
        let turn = Subject.turn(Turn(conversation: "k", place: .index(3)))
        let receipt = try await service.give([.thumb(up: false)], on: turn, rater: "u", by: world.caller)
        #expect(receipt.exchange == second)
        let found = try await service.feedback(on: second, of: world.project)
        #expect(found.map(\.subject) == [turn])
        #expect(try await service.feedback(on: first, of: world.project).isEmpty)
        #expect(receipt.feedback[0].id.shard == second.shard)
    }

    @Test("the newest of two answers to one turn is meant: the one before was regenerated")
    func regenerated() async throws {
        let world = try await StoredExchanges(pool: pool)
        _ = try await answer(1, in: "k", world)
        let second = try await answer(1, in: "k", world)
        let receipt = try await service.give(
            [.thumb(up: true)], on: .turn(Turn(conversation: "k", place: .index(1))), rater: "u", by: world.caller)
        #expect(receipt.exchange == second)
    }

    @Test("a turn rated before its exchange lands is joined to it", arguments: [false, true])
    func early(_ bySweep: Bool) async throws {
        let world = try await StoredExchanges(pool: pool)
        let turn = Subject.turn(Turn(conversation: "k", place: .index(1)))
        let receipt = try await service.give(
            [.score(try Score(1)), .tags(["wrong"])], on: turn, rater: "u", by: world.caller)
        #expect(receipt.isWaiting && receipt.exchange == nil)
        let other = try await answer(3, in: "k", world)
        await service.joinEarly([landed(world, other, "k", turn: 3)])
        #expect(try await service.feedback(on: try await answer(5, in: "k", world), of: world.project).isEmpty)
        let exchange = try await answer(1, in: "k", world)
        if bySweep {
            #expect(try await service.joinAllEarly() == 2)
        } else {
            await service.joinEarly([landed(world, exchange, "k", turn: 1)])
        }
        let found = try await service.feedback(on: exchange, of: world.project)
        #expect(Set(found.map(\.id)) == Set(receipt.feedback.map(\.id)))
        #expect(Set(found.map(\.judgement)) == [.score(try Score(1)), .tags(["wrong"])])
    }

    @Test("a turn that nothing answers within an hour is kept for its conversation, on its shard")
    func neverAnswered() async throws {
        let world = try await StoredExchanges(pool: pool)
        let clock = Mutex(Date())
        let service = FeedbackService(store: PostgresFeedbackStore(pool: pool)) { clock.withLock { $0 } }
        let turn = Subject.turn(Turn(conversation: "k", place: .index(9)))
        _ = try await service.give([.thumb(up: true)], on: turn, rater: "u", by: world.caller)
        #expect(try await service.joinAllEarly() == 0)
        #expect(try await said(of: "k", world).isEmpty)
        clock.withLock { $0 += 3601 }
        #expect(try await service.joinAllEarly() == 0)
        let found = try await said(of: "k", world)
        #expect(found.map(\.subject) == [turn])
        #expect(found[0].exchange == nil)
        let row = try await pool.query("SELECT shard FROM gleaner.feedback")[0]
        #expect(try row.decode("shard", as: Int16.self) == Shard(project: world.project, conversation: "k").value)
    }

    @Test("conversations and messages by name are kept at once, on their conversation's shard")
    func named() async throws {
        let world = try await StoredExchanges(pool: pool)
        let message = Subject.turn(Turn(conversation: "k", place: .message("m-1")))
        for subject in [.conversation("k"), message] {
            let receipt = try await service.give([.thumb(up: true)], on: subject, rater: "u", by: world.caller)
            #expect(!receipt.isWaiting && receipt.exchange == nil)
            #expect(receipt.feedback[0].id.shard == Shard(project: world.project, conversation: "k"))
        }
        let found = try await said(of: "k", world)
        #expect(found.map(\.subject) == [message, .conversation("k")])
    }

    @Test("nobody is shown a shadow, so no turn is one")
    func shadows() async throws {
        let world = try await StoredExchanges(pool: pool)
        let shown = try await answer(1, in: "k", world)
        let shadow = try await answer(1, in: "k", world)
        try await pool.query("UPDATE gleaner.exchanges SET source = 'shadow' WHERE id = \(shadow.uuid)")
        let receipt = try await service.give(
            [.thumb(up: true)], on: .turn(Turn(conversation: "k", place: .index(1))), rater: "u", by: world.caller)
        #expect(receipt.exchange == shown)
    }

    @Test("another project's conversation of the same name is another one")
    func otherProject() async throws {
        let mine = try await StoredExchanges(pool: pool, project: "mine")
        let theirs = try await StoredExchanges(pool: pool, project: "theirs")
        let exchange = try await answer(1, in: "k", theirs)
        let receipt = try await service.give(
            [.thumb(up: true)], on: .turn(Turn(conversation: "k", place: .index(1))), rater: "u", by: mine.caller)
        #expect(receipt.exchange == nil)
        await service.joinEarly([landed(theirs, exchange, "k", turn: 1)])
        #expect(try await service.feedback(on: exchange, of: theirs.project).isEmpty)
        #expect(try await service.joinAllEarly() == 0)
    }

    @Test("what is said of one answer cannot be said of a conversation")
    func kinds() async throws {
        let world = try await StoredExchanges(pool: pool)
        let preference = Judgement.preference(Judgement.Preference(isChosen: true, other: .text("a")))
        for judgement in [.correction("Behtar."), preference] {
            await #expect(throws: FeedbackError.kindNeedsAnswer(judgement.kind)) {
                try await service.give([judgement], on: .conversation("k"), rater: nil, by: world.caller)
            }
        }
    }

    @Test("an answer cannot be preferred to itself")
    func itself() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        for (subject, other) in [
            (Subject.exchange(id), Judgement.Preference.Side.exchange(id)), (.completion("c"), .completion("c")),
        ] {
            await #expect(throws: FeedbackError.preferenceOfItself) {
                try await service.give(
                    [.preference(Judgement.Preference(isChosen: true, other: other))], on: subject, rater: nil,
                    by: world.caller)
            }
        }
    }

    @Test("low ratings are told once they are stored, early ones once they are joined")
    func lowRated() async throws {
        let world = try await StoredExchanges(pool: pool)
        let told = Mutex<[[ID<Exchange>]]>([])
        let service = FeedbackService(
            store: PostgresFeedbackStore(pool: pool), now: { Date() },
            told: { news in
                if case .lowRated(let ids) = news { told.withLock { $0.append(ids) } }
            })
        let id = try await world.add()
        for judgement: Judgement in [.thumb(up: true), .score(try Score(3)), .comment("bura"), .signal(.abandoned)] {
            _ = try await service.give([judgement], on: .exchange(id), rater: "u", by: world.caller)
        }
        #expect(told.withLock { $0 }.isEmpty)
        _ = try await service.give(
            [.thumb(up: false), .score(try Score(2))], on: .exchange(id), rater: "u", by: world.caller)
        #expect(told.withLock { $0 } == [[id]])
        _ = try await service.give([.thumb(up: false)], on: .completion("c"), rater: "u", by: world.caller)
        #expect(told.withLock { $0 } == [[id]])
        let late = try await world.add(completion: "c")
        await service.joinEarly([.init(project: world.project, id: late, completion: "c")])
        #expect(told.withLock { $0 } == [[id], [late]])
    }

    @Test("flags, answers asked for again and users who left are told too, early ones once they are joined")
    func signalled() async throws {
        let world = try await StoredExchanges(pool: pool)
        let told = Mutex<[String]>([])
        let service = FeedbackService(
            store: PostgresFeedbackStore(pool: pool), now: { Date() },
            told: { news in
                switch news {
                case .signalled(let ids): told.withLock { $0.append("signalled \(ids)") }
                case .reported(let ids, let project): told.withLock { $0.append("reported \(ids) \(project)") }
                case .lowRated, .commented: break
                }
            })
        let id = try await world.add()
        func give(_ judgement: Judgement, _ subject: Subject) async throws -> [String] {
            _ = try await service.give([judgement], on: subject, rater: "u", by: world.caller)
            return told.withLock { told in
                defer { told = [] }
                return told
            }
        }
        let both = ["signalled [\(id)]", "reported [\(id)] \(world.project)"]
        #expect(try await give(.flag(raised: true, reason: "galat"), .exchange(id)) == both)
        #expect(try await give(.flag(raised: false, reason: nil), .exchange(id)) == ["signalled [\(id)]"])
        for signal: Judgement in [.signal(.regenerated), .signal(.abandoned)] {
            #expect(try await give(signal, .exchange(id)) == ["signalled [\(id)]"])
        }
        #expect(try await give(.thumb(up: true), .exchange(id)).isEmpty)
        #expect(try await give(.flag(raised: true, reason: nil), .completion("c")).isEmpty)
        let late = try await world.add(completion: "c")
        await service.joinEarly([.init(project: world.project, id: late, completion: "c")])
        #expect(told.withLock { $0 } == ["signalled [\(late)]", "reported [\(late)] \(world.project)"])
    }
}
