import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerReview

@Suite("Slots", .database)
struct SlotTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: ReviewService { ReviewService(pool: pool) }

    @Test("slot k+1 cannot exist, whoever inserts it, until the item itself gets one more")
    func refused() async throws {
        let world = try await StoredExchanges.drawn(1) { $0.slots = 2 }
        func insert(_ slot: Int16, limit: Int16) async throws {
            try await pool.query(
                """
                INSERT INTO gleaner.review_slots
                    (id, project_id, exchange_id, is_gold, slot, slot_limit, position, state, created_at)
                SELECT gen_random_uuid(), project_id, exchange_id, false, \(slot), \(limit), 0, 'open', now()
                FROM gleaner.review_items
                """)
        }
        #expect(try await world.count("review_slots") == 2)
        for (slot, limit) in [(3, 2), (3, 3), (2, 2), (0, 2)] as [(Int16, Int16)] {
            await #expect(throws: PostgresError.self, "slot \(slot) of \(limit)") {
                try await insert(slot, limit: limit)
            }
        }
        #expect(try await world.count("review_slots") == 2)
        try await pool.query("UPDATE gleaner.review_items SET slots = 3")
        try await insert(3, limit: 3)
        #expect(try await world.count("review_slots") == 3)
    }

    @Test("with two slots an item, fifty clients give each item two judgements by different reviewers, and none twice")
    func twoSlots() async throws {
        let world = try await StoredExchanges.drawn(40) { $0.slots = 2 }
        let (service, project) = (service, world.project)
        // Ten people, five windows each: the same reviewer asks many times at once.
        let verdicts = try await withThrowingTaskGroup(of: [(String, UUID, ID<Exchange>)].self) { group in
            for number in 0..<50 {
                group.addTask {
                    var seen: [(String, UUID, ID<Exchange>)] = []
                    let reviewer = "reviewer-\(number % 10)"
                    while let item = try await service.next(for: reviewer, in: project) {
                        seen.append((reviewer, item.slot, item.exchange))
                        _ = try await service.submit(.all(4), slot: item.slot, token: item.leaseToken, in: project)
                    }
                    return seen
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(verdicts.count == 80)
        #expect(Set(verdicts.map(\.1)).count == 80)
        let byExchange = Dictionary(grouping: verdicts, by: \.2)
        #expect(byExchange.count == 40)
        #expect(byExchange.values.allSatisfy { Set($0.map(\.0)).count == 2 })
        #expect(try await world.count("reviews") == 80)
        let progress = try await service.progress(in: project)
        #expect((progress.open, progress.leased, progress.done) == (0, 0, 80))
    }

    @Test("the share of double reviews is decided by hash, and every project has its own k")
    func doubleShare() async throws {
        let world = try await StoredExchanges.drawn(200) { $0.doubleReviewShare = 0.3 }
        let rows = try await pool.query("SELECT exchange_id, slots FROM gleaner.review_items")
        for row in rows {
            let id = ID<Exchange>(try row.decode("exchange_id", as: UUID.self))
            let isDouble = SamplingHash.draws(id.description, salt: "double-review", probability: 0.3)
            #expect(try row.decode("slots", as: Int.self) == (isDouble ? 2 : 1))
        }
        #expect((230...290).contains(try await world.count("review_slots")))
    }

    @Test("a heartbeat keeps an item beyond its lease, and without one it goes to the next reviewer")
    func heartbeat() async throws {
        let world = try await StoredExchanges.drawn(1)
        let hasty = ReviewService(pool: pool, lease: .zero)
        let item = try #require(try await hasty.next(for: "asha", in: world.project))
        let until = try await service.heartbeat(slot: item.slot, token: item.leaseToken, in: world.project)
        #expect(until > item.leasedUntil.addingTimeInterval(500))
        #expect(try await service.next(for: "ravi", in: world.project) == nil)
        _ = try await hasty.heartbeat(slot: item.slot, token: item.leaseToken, in: world.project)
        let taken = try #require(try await service.next(for: "ravi", in: world.project))
        #expect(taken.slot == item.slot)
        await #expect(throws: ReviewError.leaseLost) {
            try await service.heartbeat(slot: item.slot, token: item.leaseToken, in: world.project)
        }
    }

    @Test("what is declined goes to another reviewer, and no slot of it comes back")
    func decline() async throws {
        let world = try await StoredExchanges.drawn(1) { $0.slots = 2 }
        let item = try #require(try await service.next(for: "asha", in: world.project))
        await #expect(throws: ReviewError.reasonMissing) {
            try await service.decline(slot: item.slot, token: item.leaseToken, in: world.project, reason: " ")
        }
        try await service.decline(slot: item.slot, token: item.leaseToken, in: world.project, reason: "my cousin")
        #expect(try await service.next(for: "asha", in: world.project) == nil)
        let first = try #require(try await service.next(for: "ravi", in: world.project))
        let second = try #require(try await service.next(for: "mira", in: world.project))
        #expect(Set([first.slot, second.slot]).contains(item.slot))
        await #expect(throws: ReviewError.leaseLost) {
            try await service.decline(slot: item.slot, token: item.leaseToken, in: world.project, reason: "again")
        }
        let row = try await pool.query("SELECT reviewer, reason FROM gleaner.review_declines")[0]
        #expect(try row.decode("reviewer", as: String.self) == "asha")
        #expect(try row.decode("reason", as: String.self) == "my cousin")
    }

    @Test("a draft comes back with its item to its reviewer, and to nobody else")
    func draft() async throws {
        let world = try await StoredExchanges.drawn(1)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        #expect(try await !service.hasWaiting(in: world.project))
        #expect(try await service.held(by: "asha", in: world.project) == [item.slot])
        #expect(try await service.held(item.slot, by: "ravi", in: world.project) == nil)
        let draft = ReviewAnswers(scores: ["accuracy": 2], answers: ["why": "nahi"], correction: "Aadha jawab")
        try await service.keep(draft, slot: item.slot, token: item.leaseToken, in: world.project)
        let again = try #require(try await service.next(for: "asha", in: world.project, resuming: true))
        #expect((again.slot, again.leaseToken) == (item.slot, item.leaseToken))
        #expect(again.draft == draft)
        #expect(try await service.held(item.slot, by: "asha", in: world.project)?.draft == draft)
        try await pool.query("UPDATE gleaner.review_slots SET leased_until = now() - interval '1 s'")
        let other = try #require(try await service.next(for: "ravi", in: world.project))
        #expect(other.slot == item.slot)
        #expect(other.draft == nil)
        await #expect(throws: ReviewError.leaseLost) {
            try await service.keep(draft, slot: item.slot, token: item.leaseToken, in: world.project)
        }
        await #expect(throws: ReviewError.textInvalid("draft")) {
            try await service.keep(
                ReviewAnswers(answers: ["why": "a\0"]), slot: other.slot, token: other.leaseToken, in: world.project)
        }
        _ = try await service.submit(.all(3), slot: other.slot, token: other.leaseToken, in: world.project)
        #expect(try await world.count("review_drafts") == 0)
    }

    @Test("a submission taken back counts nowhere, comes back as it was, and is judged anew")
    func undo() async throws {
        let world = try await StoredExchanges.drawn(2)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        let first = try await service.submit(
            .all(1, correction: "Sahi jawab"), slot: item.slot, token: item.leaseToken, in: world.project)
        await #expect(throws: ReviewError.nothingToUndo(minutes: 15)) {
            try await service.undo(by: "ravi", in: world.project)
        }
        let again = try await service.undo(by: "asha", in: world.project)
        #expect(again.slot == item.slot)
        #expect(again.leaseToken != item.leaseToken)
        #expect(again.draft == .all(1, correction: "Sahi jawab"))
        #expect(try await world.count("reviews") == 1)
        #expect(try await world.count("counted_reviews") == 0)
        let second = try await service.submit(.all(5), slot: again.slot, token: again.leaseToken, in: world.project)
        #expect(first != second)
        let counted = try await pool.query("SELECT id, lowest FROM gleaner.counted_reviews")
        #expect(try counted.map { try $0.decode("id", as: UUID.self) } == [second])
        #expect(try await service.progress(in: world.project, withMeans: true).means["accuracy"] == 5)
        try await pool.query(
            "UPDATE gleaner.review_slots SET submitted_at = now() - interval '16 minutes' WHERE state = 'done'")
        await #expect(throws: ReviewError.nothingToUndo(minutes: 15)) {
            try await service.undo(by: "asha", in: world.project)
        }
    }

    @Test("undo takes back what was done last, be it a submission, a skip or a decline, and nothing before it")
    func undoNewest() async throws {
        let world = try await StoredExchanges.drawn(4)
        let project = world.project
        func next(_ reviewer: String = "asha") async throws -> ReviewItem {
            try #require(try await service.next(for: reviewer, in: project))
        }
        let good = try await next()
        _ = try await service.submit(.all(4), slot: good.slot, token: good.leaseToken, in: project)
        let skipped = try await next()
        try await service.skip(slot: skipped.slot, token: skipped.leaseToken, in: project, reason: "garbled")
        let declined = try await next()
        try await service.decline(slot: declined.slot, token: declined.leaseToken, in: project, reason: "my cousin")
        let first = try await service.undo(by: "asha", in: project)
        #expect(first.slot == declined.slot && first.leaseToken != declined.leaseToken)
        #expect(try await world.count("review_declines") == 0)
        let second = try await service.undo(by: "asha", in: project)
        #expect(second.slot == skipped.slot && second.draft == nil)
        #expect(try await world.count("counted_reviews") == 1)
        #expect(try await service.undo(by: "asha", in: project).slot == good.slot)
        #expect(try await world.count("counted_reviews") == 0)
        await #expect(throws: ReviewError.nothingToUndo(minutes: 15)) {
            try await service.undo(by: "asha", in: project)
        }
    }

    @Test("a decline whose item others have by now stays, and so does the submission before it")
    func undoTaken() async throws {
        let world = try await StoredExchanges.drawn(2)
        let good = try #require(try await service.next(for: "asha", in: world.project))
        _ = try await service.submit(.all(4), slot: good.slot, token: good.leaseToken, in: world.project)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        try await service.decline(slot: item.slot, token: item.leaseToken, in: world.project, reason: "my cousin")
        let theirs = try #require(try await service.next(for: "ravi", in: world.project))
        #expect(theirs.slot == item.slot)
        await #expect(throws: ReviewError.nothingToUndo(minutes: 15)) {
            try await service.undo(by: "asha", in: world.project)
        }
        #expect(try await world.count("review_declines") == 1)
        #expect(try await world.count("counted_reviews") == 1)
    }

    @Test("a reviewer's pace counts what they did today, and how long each took")
    func pace() async throws {
        let world = try await StoredExchanges.drawn(3)
        for _ in 0..<3 {
            let item = try #require(try await service.next(for: "asha", in: world.project))
            _ = try await service.submit(.all(4), slot: item.slot, token: item.leaseToken, in: world.project)
        }
        #expect(try await !service.hasWaiting(in: world.project))
        let pace = try await service.pace(of: "asha", in: world.project)
        #expect(pace.lastHour == 3)
        // Those since midnight: all, unless it was midnight a moment ago.
        let today: Int = try await pool.query(
            """
            SELECT count(*) AS n FROM gleaner.review_slots
            WHERE state = 'done' AND (submitted_at AT TIME ZONE 'UTC')::date = (now() AT TIME ZONE 'UTC')::date
            """)[0].decode("n")
        #expect(pace.today == today)
        try await pool.query("UPDATE gleaner.review_slots SET submitted_at = submitted_at - interval '1 day'")
        #expect(try await service.pace(of: "asha", in: world.project).today == 0)
        #expect(pace.medianSeconds! >= 0 && pace.medianSeconds! < 60)
        #expect(
            try await service.pace(of: "ravi", in: world.project)
                == ReviewPace(today: 0, lastHour: 0, medianSeconds: nil))
    }
}

@Suite("Disagreement", .database)
struct DisagreementTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: ReviewService { ReviewService(pool: pool) }

    private func judge(_ world: StoredExchanges, _ reviewer: String, _ score: Int) async throws -> ReviewItem? {
        guard let item = try await service.next(for: reviewer, in: world.project) else { return nil }
        _ = try await service.submit(.all(score), slot: item.slot, token: item.leaseToken, in: world.project)
        return item
    }
    private func standing() async throws -> String {
        try await pool.query("SELECT standing FROM gleaner.review_items WHERE NOT is_gold")[0].decode("standing")
    }

    @Test("two who differ bring in a third, three who differ a lead, whose verdict counts instead of theirs")
    func adjudicated() async throws {
        let world = try await StoredExchanges.drawn(1) { $0.slots = 2 }
        _ = try await judge(world, "asha", 1)
        #expect(try await standing() == "open")
        _ = try await judge(world, "ravi", 3)
        #expect(try await standing() == "third")
        #expect(try await judge(world, "asha", 5) == nil)
        let item = try #require(try await judge(world, "mira", 5))
        #expect(try await standing() == "disputed")
        #expect(try await world.count("review_slots") == 3)
        let disputes = Disputes(pool: pool)
        let open = try await disputes.open(in: world.project)
        #expect(open.map(\.exchange) == [item.exchange])
        #expect(open[0].voices.map(\.reviewer) == ["asha", "ravi", "mira"])
        #expect(open[0].answer?["content"] == "Jawab 0")
        await #expect(throws: ReviewError.reasonMissing) {
            try await disputes.decide(item.exchange, .all(2), reason: "", by: "lead", in: world.project)
        }
        let final = try await disputes.decide(
            item.exchange, .all(2), reason: "Two of three points are made up.", by: "lead", in: world.project)
        #expect(try await standing() == "final")
        #expect(try await disputes.open(in: world.project).isEmpty)
        let counted = try await pool.query("SELECT id, reviewer, lowest FROM gleaner.counted_reviews")
        #expect(try counted.map { try $0.decode("id", as: UUID.self) } == [final])
        #expect(try counted[0].decode("lowest", as: Int.self) == 2)
        await #expect(throws: ReviewError.nothingToUndo(minutes: 15)) {
            try await service.undo(by: "mira", in: world.project)
        }
        let again = try await disputes.decide(
            item.exchange, .all(4), reason: "They are in the source.", by: "lead", in: world.project)
        let newest = try await pool.query("SELECT id FROM gleaner.counted_reviews")
        #expect(try newest.map { try $0.decode("id", as: UUID.self) } == [again])
    }

    @Test("a lead's decision ends what a third reviewer holds of the item, and their verdict comes too late")
    func decidedWhileHeld() async throws {
        let world = try await StoredExchanges.drawn(1) { $0.slots = 2 }
        _ = try await judge(world, "asha", 1)
        _ = try await judge(world, "ravi", 5)
        let held = try #require(try await service.next(for: "mira", in: world.project))
        _ = try await Disputes(pool: pool).decide(
            held.exchange, .all(2), reason: "it is made up", by: "lead", in: world.project)
        #expect(try await service.held(by: "mira", in: world.project).isEmpty)
        await #expect(throws: ReviewError.leaseLost) {
            try await service.submit(.all(3), slot: held.slot, token: held.leaseToken, in: world.project)
        }
        await #expect(throws: ReviewError.nothingToUndo(minutes: 15)) {
            try await service.undo(by: "mira", in: world.project)
        }
    }

    @Test("a disagreement that no third reviewer comes to is shown to leads after a day")
    func stuck() async throws {
        let world = try await StoredExchanges.drawn(2) { $0.slots = 2 }
        _ = try await judge(world, "asha", 1)
        let item = try #require(try await judge(world, "ravi", 5))
        let disputes = Disputes(pool: pool)
        while try await judge(world, "asha", 1) != nil {}
        while try await judge(world, "ravi", 5) != nil {}
        #expect(try await disputes.open(in: world.project).isEmpty)
        try await pool.query(
            """
            UPDATE gleaner.review_slots SET created_at = now() - interval '25 hours'
            WHERE exchange_id = \(item.exchange.uuid) AND slot = 3
            """)
        let open = try await disputes.open(in: world.project)
        #expect(open.map(\.exchange) == [item.exchange])
        #expect(open[0].isStuck)
        #expect(open[0].voices.map(\.reviewer).sorted() == ["asha", "ravi"])
    }

    @Test("a third who is near one of the others settles it")
    func settled() async throws {
        let world = try await StoredExchanges.drawn(1) { $0.slots = 2 }
        for (reviewer, score) in [("asha", 1), ("ravi", 4), ("mira", 5)] { _ = try await judge(world, reviewer, score) }
        #expect(try await standing() == "agreed")
        #expect(try await Disputes(pool: pool).open(in: world.project).isEmpty)
    }

    @Test("of two verdicts that come in at once one sees the other: a disagreement is never missed")
    func atOnce() async throws {
        let world = try await StoredExchanges.drawn(12) { $0.slots = 2 }
        let (service, project) = (service, world.project)
        var items: [(ReviewItem, Int)] = []
        for (reviewer, score) in [("asha", 1), ("ravi", 5)] {
            while let item = try await service.next(for: reviewer, in: project) { items.append((item, score)) }
        }
        #expect(items.count == 24)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (item, score) in items {
                group.addTask {
                    _ = try await service.submit(.all(score), slot: item.slot, token: item.leaseToken, in: project)
                }
            }
            try await group.waitForAll()
        }
        let rows = try await pool.query("SELECT standing, slots FROM gleaner.review_items")
        #expect(try rows.allSatisfy { try $0.decode("standing", as: String.self) == "third" })
        #expect(try rows.allSatisfy { try $0.decode("slots", as: Int.self) == 3 })
    }

    @Test("a verdict taken back takes the third slot that nobody has seen with it")
    func undone() async throws {
        let world = try await StoredExchanges.drawn(1) { $0.slots = 2 }
        _ = try await judge(world, "asha", 1)
        _ = try await judge(world, "ravi", 5)
        #expect(try await world.count("review_slots") == 3)
        let again = try await service.undo(by: "ravi", in: world.project)
        #expect(try await world.count("review_slots") == 2)
        #expect(try await standing() == "open")
        _ = try await service.submit(.all(2), slot: again.slot, token: again.leaseToken, in: world.project)
        #expect(try await standing() == "agreed")
    }

    @Test("a lead of another project decides nothing here, and is told the same as for what is not there")
    func foreign() async throws {
        let world = try await StoredExchanges.drawn(1)
        let other = try await StoredExchanges.single(pool, project: "other")
        let item = try #require(try await service.next(for: "asha", in: world.project))
        await #expect(throws: ReviewError.exchangeUnknown(item.exchange)) {
            try await Disputes(pool: pool).decide(item.exchange, .all(1), reason: "x", by: "m", in: other.project)
        }
        await #expect(throws: ReviewError.exchangeUnknown(item.exchange)) {
            try await GoldService(pool: pool).mark(item.exchange, scores: ["accuracy": 1], by: "m", in: other.project)
        }
        await #expect(throws: ReviewError.exchangeUnknown(item.exchange)) {
            try await SamplingService(pool: pool).pick([item.exchange], by: "m", in: other.project)
        }
    }
}

@Suite("Hidden checks", .database)
struct GoldTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    @Test("a hidden check looks like any item, comes once to each reviewer, and is no review of the exchange")
    func hidden() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await world.settings { $0.goldShare = 0.5 }
        let id = try await world.add(user: "Sawaal", answer: "Jawab")
        let gold = GoldService(pool: pool)
        try await gold.mark(id, scores: ["accuracy": 3], note: "settled", by: "lead", in: world.project)
        let service = ReviewService(pool: pool)
        // With nothing in the queue it would be known for what it is.
        #expect(try await Self.insist { try await service.next(for: "asha", in: world.project) } == nil)
        let ordinary = try await world.add(user: "Sawaal", answer: "Jawab")
        try await SamplingService(pool: pool).report([ordinary], in: world.project)
        func wire(_ item: ReviewItem) throws -> [String: JSONValue] {
            try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(ReviewRoutes.Item(item))).objectValue
                ?? [:]
        }
        for reviewer in ["asha", "ravi"] {
            var seen: [ID<Exchange>: [String: JSONValue]] = [:]
            for _ in 0..<60 {
                let item = try #require(try await service.next(for: reviewer, in: world.project))
                seen[item.exchange] = try wire(item)
                if item.exchange == id {
                    _ = try await service.submit(.all(4), slot: item.slot, token: item.leaseToken, in: world.project)
                } else {
                    try await service.giveBack(slot: item.slot, token: item.leaseToken, in: world.project)
                }
            }
            let check = try #require(seen[id])
            let item = try #require(seen[ordinary])
            #expect(check.keys.sorted() == item.keys.sorted())
            // The same conversation, and what differs is ids and times.
            for key in check.keys where key != "slot" && key != "exchange_id" {
                #expect(check[key] == item[key], "\(key)")
            }
            #expect(check["slot"]?.objectValue?.keys.sorted() == item["slot"]?.objectValue?.keys.sorted())
        }
        #expect(try await world.count("reviews") == 2)
        #expect(try await world.count("counted_reviews") == 0)
        #expect(try await gold.all(of: world.project).map(\.judged) == [2])
        let report = try await AgreementService(pool: pool).report(of: world.project, in: TimeRange(lastDays: 1))
        #expect(report.reviewers.map { $0.biasAgainstGold?.mean } == [1, 1])
        #expect(report.questions.isEmpty)
        #expect(try await service.progress(in: world.project).done == 0)
        try await gold.unmark(id, in: world.project)
        for _ in 0..<20 {
            let item = try #require(try await service.next(for: "mira", in: world.project))
            #expect(item.exchange == ordinary)
            try await service.giveBack(slot: item.slot, token: item.leaseToken, in: world.project)
        }
        await #expect(throws: ReviewError.exchangeUnknown(id)) { try await gold.unmark(id, in: world.project) }
    }

    @Test("whatever reviewers see of the queue changes alike with a hidden check and with an ordinary item")
    func counts() async throws {
        let world = try await StoredExchanges.drawn(30)
        try await world.settings { $0.goldShare = 0.5 }
        let checks = try await [world.add(), world.add()]
        for id in checks {
            try await GoldService(pool: pool).mark(id, scores: ["accuracy": 3], by: "lead", in: world.project)
        }
        let service = ReviewService(pool: pool)
        var changes: [Bool: Set<String>] = [:]
        for _ in 0..<20 {
            let before = try await service.progressForReviewers(in: world.project)
            let item = try #require(try await service.next(for: "asha", in: world.project))
            let during = try await service.progressForReviewers(in: world.project)
            _ = try await service.submit(.all(4), slot: item.slot, token: item.leaseToken, in: world.project)
            let after = try await service.progressForReviewers(in: world.project)
            let change =
                "\(during.leased - before.leased) \(during.done - before.done) \(after.done - before.done) \(after.open)"
            changes[checks.contains(item.exchange), default: []].insert(change)
        }
        #expect(changes == [true: ["1 0 1 10"], false: ["1 0 1 10"]])
        #expect(try await service.progress(in: world.project).done == 18)
        #expect([0, 1, 9, 10, 11, 99, 100, 12_345].map(ReviewService.magnitude) == [0, 1, 1, 10, 10, 10, 100, 10_000])
    }

    /// One in two asks for a hidden check; after so many it would have come.
    private static func insist(_ next: () async throws -> ReviewItem?) async throws -> ReviewItem? {
        for _ in 0..<20 {
            if let item = try await next() { return item }
        }
        return nil
    }

    @Test("right scores are on the rubric's scales, or refused")
    func scores() async throws {
        let world = try await StoredExchanges(pool: pool)
        let id = try await world.add()
        let gold = GoldService(pool: pool)
        await #expect(throws: ScoreError.outOfRange) {
            try await gold.mark(id, scores: ["accuracy": 9], by: "lead", in: world.project)
        }
        await #expect(throws: ReviewError.questionUnknown("charm", rubric: "default@2")) {
            try await gold.mark(id, scores: ["charm": 3], by: "lead", in: world.project)
        }
        await #expect(throws: ReviewError.self) { try await gold.mark(id, scores: [:], by: "lead", in: world.project) }
        #expect(try await gold.all(of: world.project).isEmpty)
    }
}
