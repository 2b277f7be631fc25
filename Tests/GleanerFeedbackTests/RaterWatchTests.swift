import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import Logging
import NIOCore
import Synchronization
import Testing

@testable import GleanerFeedback

@Suite("Marking raters", .database)
struct RaterWatchTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var store: RaterStore { RaterStore(pool: pool) }
    private var service: FeedbackService { FeedbackService(store: PostgresFeedbackStore(pool: pool)) }
    private func watch(at time: Date = Date()) -> RaterWatch {
        RaterWatch(store: store, logger: Logger(label: "raters-test")) { time }
    }

    /// Everybody votes on exchanges of their own.
    private func vote(
        _ rater: String, _ count: Int, up: Bool = true, _ world: StoredExchanges, endUser: String? = nil
    ) async throws {
        for _ in 0..<count {
            let id = try await world.add(endUser: endUser ?? rater)
            _ = try await service.give([.thumb(up: up)], on: .exchange(id), rater: rater, by: world.caller)
        }
    }

    @Test("a burst is marked with its evidence, renewed while it lasts, and stays cleared when a lead clears it")
    func lifecycle() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await vote("asha", 3, world)
        try await vote("loud", 40, world)
        let start = Date()
        try await watch(at: start).look(since: start - 60)
        let marks = try await store.marks(of: world.project)
        // A minute may end in the middle of the forty; nobody else is near any limit.
        #expect(Set(marks.map(\.rater)).isSubset(of: ["loud"]))
        let most = try #require(marks.first { $0.reason == .burst }).evidence["most_in_a_minute"]
        #expect(try #require(most) > 30)

        try await watch(at: start + 5).look(since: start - 60)
        let renewed = try await store.marks(of: world.project)
        #expect(renewed.map(\.id) == marks.map(\.id))
        #expect(renewed[0].seenAt > marks[0].seenAt && renewed[0].markedAt == marks[0].markedAt)

        #expect(
            try await store.clear("loud", of: world.project, by: "lead", note: "a test", at: start + 6) == marks.count)
        #expect(try await store.clear("loud", of: world.project, by: "lead", note: nil) == 0)
        try await watch(at: start + 7).look(since: start - 60)
        #expect(try await store.marks(of: world.project).isEmpty)
        let all = try await store.marks(of: world.project, areOpen: false)
        #expect(all.map(\.clearedBy) == all.map { _ in "lead" } && all[0].note == "a test")

        // A new burst after that is a new mark. Votes are given the time they would have had.
        try await vote("loud", 40, world)
        try await pool.query(
            "UPDATE gleaner.feedback SET created_at = created_at + interval '10 minutes' WHERE created_at > \(start)")
        try await watch(at: start + 700).look(since: start - 60)
        #expect(try await store.marks(of: world.project).contains { $0.rater == "loud" })
    }

    @Test("a day's votes from a few are marked for that day alone")
    func fewRaters() async throws {
        let world = try await StoredExchanges(pool: pool)
        for rater in ["a", "b", "c"] { try await vote(rater, 17, up: rater != "c", world) }
        let now = Date()
        try await watch(at: now).look(since: now - 3600)
        let marks = try await store.marks(of: world.project).filter { $0.reason == .fewRaters }
        // Midnight may pass while this runs: then the day has fewer votes than the rule asks for.
        guard now.timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400) > 60 else { return }
        #expect(marks.map(\.rater).sorted() == ["a", "b", "c"])
        #expect(marks.allSatisfy { $0.until == $0.since + 86_400 })
    }

    @Test("marks for few raters are taken back when more vote that day, and cleared ones are not")
    func moreRaters() async throws {
        let world = try await StoredExchanges(pool: pool)
        for rater in ["a", "b", "c"] { try await vote(rater, 17, up: rater != "c", world) }
        let now = Date()
        guard now.timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400) > 60 else { return }
        try await watch(at: now).look(since: now - 3600)
        #expect(try await store.marks(of: world.project).filter { $0.reason == .fewRaters }.count == 3)
        for rater in ["d", "e"] { try await vote(rater, 1, world) }
        try await watch(at: now + 5).look(since: now - 3600)
        #expect(try await store.marks(of: world.project).filter { $0.reason == .fewRaters }.isEmpty)
        let all = try await store.marks(of: world.project, areOpen: false).filter { $0.reason == .fewRaters }
        #expect(all.map(\.clearedBy) == all.map { _ in "gleaner:few_raters" } && all.count == 3)
        // Should the day have few again, for a person has cleared some, the marks are back.
        for rater in ["d", "e"] {
            try await pool.query(
                """
                INSERT INTO gleaner.rater_marks
                    (id, project_id, rater, reason, since, evidence, marked_at, seen_at, cleared_at, cleared_by)
                VALUES (gen_random_uuid(), \(world.project.uuid), \(rater), 'burst', \(now - 60), '{}', \(now), \(now),
                        \(now + 60), 'lead')
                """)
        }
        try await watch(at: now + 65).look(since: now - 3600)
        let back = try await store.marks(of: world.project).filter { $0.reason == .fewRaters }
        #expect(back.map(\.rater).sorted() == ["a", "b", "c"])
    }

    @Test("marks stay when the day cannot be counted, and one project holds up no other")
    func partial() async throws {
        let (first, second) = (
            try await StoredExchanges(pool: pool, project: "first"),
            try await StoredExchanges(pool: pool, project: "second")
        )
        for world in [first, second] { try await vote("loud", 40, world) }
        let now = Date()
        try await pool.query(
            "ALTER TABLE gleaner.feedback_days ADD CONSTRAINT no_first CHECK (project_id <> \(raw: "'\(first.project)'"))"
        )
        let behind = try await watch(at: now).look(since: now - 60)
        #expect(behind == [first.project])
        for world in [first, second] { #expect(try await !store.marks(of: world.project).isEmpty) }
        #expect(try await store.days(of: first.project, count: 2, until: now).isEmpty)
        #expect(try await !store.days(of: second.project, count: 2, until: now).isEmpty)
        try await pool.query("ALTER TABLE gleaner.feedback_days DROP CONSTRAINT no_first")
        // It is looked at again although nobody has voted since.
        #expect(try await watch(at: now + 1).look(since: now + 60, and: behind).isEmpty)
        #expect(try await !store.days(of: first.project, count: 2, until: now).isEmpty)
    }

    @Test("a day that is over is counted once an hour, today at each look")
    func closedDays() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await vote("asha", 1, world)
        let now = Date()
        func counted() async throws -> Set<Date> {
            Set(try await store.days(of: world.project, count: 5, until: now).map(\.computedAt))
        }
        func isSame(_ dates: Set<Date>, _ times: [Date]) -> Bool {
            dates.map { $0.timeIntervalSince(now).rounded() }.sorted()
                == times.map { $0.timeIntervalSince(now).rounded() }.sorted()
        }
        try await watch(at: now).look(since: now - 60)
        #expect(isSame(try await counted(), [now]))
        try await watch(at: now + 10).look(since: now - 60)
        #expect(isSame(try await counted(), [now, now + 10]))
    }

    @Test("votes without a name are marked as their key's, tokens without an end user together")
    func unnamed() async throws {
        let world = try await StoredExchanges(pool: pool)
        for _ in 0..<40 {
            let id = try await world.add()
            _ = try await service.give([.thumb(up: true)], on: .exchange(id), rater: nil, by: world.caller)
            _ = try await service.give(
                [.thumb(up: true)], on: .exchange(id), rater: "token:\(id)",
                from: Giver(project: world.project, proof: .token, source: "page"))
        }
        let now = Date()
        try await watch(at: now).look(since: now - 60)
        let marked = Set(try await store.marks(of: world.project).filter { $0.reason == .burst }.map(\.rater))
        #expect(marked == ["unnamed:\(world.caller.key)", "unnamed:tokens"])
        var filter = FeedbackFilter()
        filter.isMarked = true
        let stream = FeedbackStream(pool: pool)
        let page = try await stream.page(of: world.project, filter, limit: 100)
        #expect(page.items.count == 80 && page.items.allSatisfy { $0.marks.contains(.burst) })
        filter = FeedbackFilter()
        filter.rater = "unnamed:\(world.caller.key)"
        #expect(try await stream.page(of: world.project, filter, limit: 100).items.count == 40)
    }

    @Test("an end user who rates others' answers is marked; a tester, and an end user with a token, are not")
    func othersExchanges() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await world.add(endUser: "asha")
        try await vote("asha", 5, world, endUser: "ravi")
        try await vote("tester", 5, world, endUser: "ravi")
        let hash = EndUserHash("ravi", in: world.project).rater
        try await vote(hash, 5, world, endUser: "ravi")
        let now = Date()
        try await watch(at: now).look(since: now - 60)
        let marks = try await store.marks(of: world.project)
        #expect(marks.map(\.rater) == ["asha"])
        #expect(marks.map(\.reason) == [.othersExchanges])
    }

    @Test("who votes against the reviews is marked")
    func disagrees() async throws {
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<12 {
            let id = try await world.add()
            try await world.review(id, score: count < 6 ? 1 : 5)
            for (rater, up) in [("contrary", count < 6), ("honest", count >= 6)] {
                _ = try await service.give([.thumb(up: up)], on: .exchange(id), rater: rater, by: world.caller)
            }
        }
        let now = Date()
        try await watch(at: now).look(since: now - 60)
        let marks = try await store.marks(of: world.project)
        #expect(marks.map(\.rater) == ["contrary"] && marks.map(\.reason) == [.disagrees])
        #expect(marks.first?.evidence["against"] == 12)
    }

    @Test("what a lead settled as right counts before the reviews, and a review taken back does not count")
    func gold() async throws {
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<20 {
            let id = try await world.add()
            // Reviewers liked all of them; a lead says that ten were bad, and ten reviews were taken back.
            try await world.review(id, score: 5)
            if count < 10 {
                try await pool.query(
                    """
                    INSERT INTO gleaner.gold_items (project_id, exchange_id, scores, marked_by, marked_at)
                    VALUES (\(world.project.uuid), \(id.uuid), '{"accuracy": 1, "relevance": 5}', 'lead', now())
                    """)
            } else {
                try await pool.query(
                    """
                    INSERT INTO gleaner.review_retractions (shard, review_id, project_id, exchange_id, reviewer, retracted_at)
                    SELECT shard, id, project_id, exchange_id, reviewer, now() FROM gleaner.reviews
                    WHERE exchange_id = \(id.uuid)
                    """)
            }
            for (rater, up) in [("fan", true), ("contrary", count < 10)] {
                _ = try await service.give([.thumb(up: up)], on: .exchange(id), rater: rater, by: world.caller)
            }
        }
        let now = Date()
        try await watch(at: now).look(since: now - 60)
        let marks = try await store.marks(of: world.project).filter { $0.reason == .disagrees }
        #expect(marks.map(\.rater).sorted() == ["contrary", "fan"])
        #expect(marks.allSatisfy { $0.evidence["reviewed"] == 10 && $0.evidence["against"] == 10 })
    }

    @Test("a project is looked at by itself, and only when somebody voted")
    func projects() async throws {
        let mine = try await StoredExchanges(pool: pool, project: "mine")
        let theirs = try await StoredExchanges(pool: pool, project: "theirs")
        try await vote("loud", 40, theirs)
        let now = Date()
        try await watch(at: now).look(since: now + 60)
        #expect(try await store.marks(of: theirs.project).isEmpty)
        try await watch(at: now).look(since: now - 60)
        #expect(try await store.marks(of: mine.project).isEmpty)
        #expect(try await !store.marks(of: theirs.project).isEmpty)
        #expect(try await store.clear("loud", of: mine.project, by: "lead", note: nil) == 0)
    }

    @Test("days are counted with the current votes, and without those of marked raters")
    func days() async throws {
        let world = try await StoredExchanges(pool: pool)
        let ids = try await [world.add(), world.add(), world.add(), world.add()]
        for (rater, up, id) in [
            ("asha", true, ids[0]), ("asha", false, ids[0]), ("ravi", true, ids[0]), ("meena", true, ids[1]),
            ("bad", true, ids[2]),
        ] {
            _ = try await service.give([.thumb(up: up)], on: .exchange(id), rater: rater, by: world.caller)
        }
        _ = try await service.give([.score(try Score(4))], on: .exchange(ids[1]), rater: "ravi", by: world.caller)
        let now = Date()
        try await pool.query(
            """
            INSERT INTO gleaner.rater_marks
                (id, project_id, rater, reason, since, evidence, marked_at, seen_at)
            VALUES (gen_random_uuid(), \(world.project.uuid), 'bad', 'burst', \(now - 3600), '{}', \(now), \(now))
            """)
        for _ in 0..<2 { try await watch(at: now).look(since: now - 60) }
        let days = try await store.days(of: world.project, count: 2, until: now)
        let whole = days.map(\.satisfaction).reduce(.none, +)
        #expect(whole == Satisfaction(exchanges: 4, rated: 2, ups: 2, downs: 1, scores: 1, scoreSum: 4))
        #expect(days.map(\.leftOut).reduce(0, +) == 1)
        // A score that is left out would count two raters on one day, three on another at midnight.
        #expect(days.map(\.raters).max() == 3)
    }

    @Test("the API shows marks and clears them; that takes an admin's key and says who did it")
    func overHTTP() async throws {
        let world = try await StoredExchanges(pool: pool)
        let app = try await FeedbackApp(world)
        try await vote("loud/ü", 40, world)
        let now = Date()
        try await watch(at: now).look(since: now - 60)
        try await app.run(scopes: [.read]) { client in
            let shown = try await client.get("/api/feedback/raters", key)
            let marks = try #require(try shown.json["raters"]?.arrayValue)
            #expect(marks.contains { $0["rater"] == "loud/ü" && $0["reason"] == "burst" && $0["cleared_at"] == nil })
            #expect(
                try await client.post(at: "/api/feedback/raters/loud%2F%C3%BC/clear", "{}", key).status == .forbidden)
        }
        try await app.run(scopes: [.admin]) { client in
            let uri = "/api/feedback/raters/loud%2F%C3%BC/clear"
            #expect(try await client.post(at: uri, #"{"role":"admin"}"#, key).code == "unknown_field")
            // Nobody signs for somebody else.
            #expect(try await client.post(at: uri, #"{"by":"lead"}"#, key).code == "unknown_field")
            let cleared = try await client.post(at: uri, #"{"note":"spoke to them"}"#, key)
            #expect(cleared.status == .ok)
            let again = try await client.post(at: uri, "{}", key)
            #expect(again.status == .notFound && again.code == "rater_unmarked")
            let all = try await client.get("/api/feedback/raters?cleared=true", key)
            let mark = try all.json["raters"]?.arrayValue?.first
            #expect(mark?["cleared_by"] == "key:owner" && mark?["note"] == "spoke to them")
            #expect(try await client.get("/api/feedback/raters", key).json["raters"] == [])
            #expect(try await client.get("/api/feedback/raters").status == .unauthorized)
        }
    }
}
