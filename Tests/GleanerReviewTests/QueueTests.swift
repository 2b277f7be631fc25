import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerReview

@Suite("Review queue", .database)
struct QueueTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    /// A project with `number` exchanges that are all drawn.
    private func world(_ number: Int) async throws -> StoredExchanges {
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<number { try await world.add(user: "Sawaal \(count)", answer: "Jawab \(count)") }
        let sampling = SamplingService(pool: pool)
        let rule = try await sampling.setRule(project: world.project, name: "all", probability: 1)
        #expect(try await sampling.drawBacklog(rule) == number)
        return world
    }
    private func verdict(_ score: Int = 4, correction: String? = nil) throws -> ReviewVerdict {
        try ReviewVerdict(
            scores: Dictionary(uniqueKeysWithValues: Rubric.questions.map { ($0, try Score(score)) }),
            correction: correction)
    }
    private func reviews() async throws -> Int {
        try await pool.query("SELECT count(*) AS count FROM gleaner.reviews")[0].decode("count")
    }

    @Test("an item shows the conversation and the answer, and nothing of ratings or models")
    func item() async throws {
        let world = try await world(1)
        let service = ReviewService(pool: pool)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        #expect(item.messages?.last?["content"] == "Sawaal 0")
        #expect(item.answer?["content"] == "Jawab 0")
        let shown = "\(item)"
        #expect(!shown.contains("test-model-1"))
        #expect(try await service.next(for: "ravi", in: world.project) == nil)
    }

    private final class Seen: Sendable {
        private let slots = Mutex<[UUID]>([])
        func add(_ slot: UUID) { slots.withLock { $0.append(slot) } }
        var all: [UUID] { slots.withLock { $0 } }
    }

    @Test("fifty reviewers at once never get the same item")
    func parallel() async throws {
        let world = try await world(40)
        let service = ReviewService(pool: pool)
        let seen = Seen()
        let verdict = try verdict()
        let project = world.project
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    while let item = try await service.next(for: "reviewer-\(number)", in: project) {
                        seen.add(item.slot)
                        _ = try await service.submit(verdict, slot: item.slot, token: item.leaseToken, in: project)
                    }
                }
            }
            try await group.waitForAll()
        }
        let slots = seen.all
        #expect(slots.count == 40)
        #expect(Set(slots).count == 40)
        #expect(try await reviews() == 40)
        let progress = try await service.progress(in: world.project)
        #expect(
            progress
                == ReviewProgress(
                    open: 0, leased: 0, done: 40, skipped: 0,
                    means: ["relevance": 4, "accuracy": 4, "appropriateness": 4]))
    }

    @Test("an expired lease goes to the next reviewer, and the first one's submission is refused")
    func expiry() async throws {
        let world = try await world(1)
        let hasty = ReviewService(pool: pool, lease: .milliseconds(1))
        let first = try #require(try await hasty.next(for: "asha", in: world.project))
        try await Task.sleep(for: .milliseconds(20))
        let second = try #require(try await ReviewService(pool: pool).next(for: "ravi", in: world.project))
        #expect(second.slot == first.slot)
        await #expect(throws: ReviewError.leaseLost) {
            try await hasty.submit(verdict(), slot: first.slot, token: first.leaseToken, in: world.project)
        }
        _ = try await ReviewService(pool: pool).submit(
            verdict(), slot: second.slot, token: second.leaseToken, in: world.project)
        let reviewer: String = try await pool.query("SELECT reviewer FROM gleaner.reviews")[0].decode("reviewer")
        #expect(reviewer == "ravi")
    }

    @Test("a submission sent twice is kept once")
    func twice() async throws {
        let world = try await world(1)
        let service = ReviewService(pool: pool)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        let first = try await service.submit(
            verdict(correction: "better"), slot: item.slot, token: item.leaseToken, in: world.project)
        let again = try await service.submit(verdict(2), slot: item.slot, token: item.leaseToken, in: world.project)
        #expect(first == again)
        #expect(try await reviews() == 1)
        let row = try await pool.query("SELECT correction, lowest, exchange_id FROM gleaner.reviews")[0]
        #expect(try row.decode("correction", as: String.self) == "better")
        #expect(try row.decode("lowest", as: Int.self) == 4)
        #expect(try row.decode("exchange_id", as: UUID.self) == item.exchange.uuid)
    }

    @Test("a skipped item does not come back, one given back does, another project's is out of reach")
    func skipping() async throws {
        let world = try await world(1)
        let stranger = try await StoredExchanges(pool: pool, project: "other")
        let service = ReviewService(pool: pool)
        let item = try #require(try await service.next(for: "asha", in: world.project))
        await #expect(throws: ReviewError.leaseLost) {
            try await service.skip(slot: item.slot, token: item.leaseToken, in: stranger.project)
        }
        try await service.giveBack(slot: item.slot, token: item.leaseToken, in: world.project)
        let again = try #require(try await service.next(for: "asha", in: world.project))
        #expect(again.slot == item.slot)
        await #expect(throws: ReviewError.leaseLost) {
            try await service.skip(slot: item.slot, token: item.leaseToken, in: world.project)
        }
        try await service.skip(slot: again.slot, token: again.leaseToken, in: world.project)
        #expect(try await service.next(for: "asha", in: world.project) == nil)
        #expect(try await service.progress(in: world.project).skipped == 1)
    }

    @Test("a verdict needs every question, and no other")
    func rubric() throws {
        let five = try Score(5)
        #expect(throws: ReviewError.questionUnanswered("accuracy")) {
            try ReviewVerdict(scores: ["relevance": five, "appropriateness": five])
        }
        #expect(throws: ReviewError.questionUnknown("charm")) {
            try ReviewVerdict(scores: ["relevance": five, "accuracy": five, "appropriateness": five, "charm": five])
        }
        #expect(throws: ReviewError.textInvalid("correction")) { try verdict(correction: "a\0") }
    }

    @Test("names that cannot be reviewers are refused", arguments: ["", "a\nb", String(repeating: "x", count: 129)])
    func reviewer(_ name: String) async throws {
        await #expect(throws: ReviewError.reviewerInvalid) {
            try await ReviewService(pool: pool).next(for: name, in: .new())
        }
    }

    // MARK: On the terminal

    /// Plays `lines` as input; returns what the terminal showed.
    private func play(_ lines: [String], _ world: StoredExchanges) async throws -> (TerminalReview.Summary, String) {
        let input = Mutex(lines)
        let output = Mutex("")
        let summary = try await TerminalReview(
            review: ReviewService(pool: pool), project: world.project, reviewer: "asha",
            read: { input.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
            write: { text in output.withLock { $0 += text } }
        ).run()
        return (summary, output.withLock { $0 })
    }

    @Test("scores, a correction, a skip and nonsense do what they should")
    func terminal() async throws {
        let world = try await world(2)
        let (summary, shown) = try await play(
            ["9", "hm", "?", "5", "c", "Behtar jawab", "do lines", ".", "4", " 3 ", "s"], world)
        #expect(summary == .init(submitted: 1, skipped: 1))
        #expect(shown.contains("[user]\nSawaal"))
        #expect(shown.contains("Not understood"))
        #expect(shown.contains("Nothing is open. 1 reviewed, 1 skipped."))
        let row = try await pool.query("SELECT scores::text AS scores, correction, lowest FROM gleaner.reviews")[0]
        #expect(try row.decode("correction", as: String.self) == "Behtar jawab\ndo lines")
        #expect(try row.decode("lowest", as: Int.self) == 3)
        #expect(try row.decode("scores", as: String.self).contains("\"relevance\": 5"))
    }

    @Test("quitting and the end of input give the item back", arguments: [["5", "q"], ["5"], []])
    func quitting(_ lines: [String]) async throws {
        let world = try await world(1)
        let (summary, _) = try await play(lines, world)
        #expect(summary == .init())
        #expect(try await ReviewService(pool: pool).progress(in: world.project).open == 1)
    }

    @Test("nothing in a conversation can move the cursor or hide")
    func visible() {
        #expect("a\u{1B}[2Jb\u{202E}c\u{200B}d\ne\tf".visible == "a\\u{1b}[2Jb\\u{202e}c\\u{200b}d\ne\tf")
        #expect("नमस्ते 👨‍👩‍👧 चाय".visible == "नमस्ते 👨‍👩‍👧 चाय")
    }
}
