import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Synchronization
import Testing

@testable import GleanerReview

@Suite("Reviewing on the terminal", .database)
struct TerminalTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    /// Plays `lines` as input; returns what the terminal showed.
    private func play(
        _ lines: [String], _ world: StoredExchanges, lease: Duration? = nil
    ) async throws -> (TerminalReview.Summary, String) {
        let input = Mutex(lines)
        let output = Mutex("")
        let summary = try await TerminalReview(
            review: ReviewService(pool: pool, lease: lease), project: world.project, reviewer: "asha",
            read: { input.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
            write: { text in output.withLock { $0 += text } }
        ).run()
        return (summary, output.withLock { $0 })
    }

    @Test("scores, a correction, a skip and nonsense do what they should")
    func terminal() async throws {
        let world = try await StoredExchanges.drawn(2)
        let (summary, shown) = try await play(
            ["9", "hm", "?", "5", "c", "Behtar jawab", "do lines", ".", "4", " 3 ", "5", "s  spam hai"], world)
        #expect(summary == .init(submitted: 1, skipped: 1))
        #expect(shown.contains("[system]\nYou answer in Hinglish."))
        #expect(shown.contains("[user]\nSawaal"))
        #expect(shown.contains("[assistant]\nJawab"))
        #expect(shown.contains("   0 done\n"))
        #expect(shown.contains("   1 done\n"))
        #expect(shown.contains("Not understood"))
        #expect(shown.contains("Nothing is open. 1 reviewed, 1 skipped."))
        let row = try await pool.query("SELECT scores, correction, lowest, reviewer FROM gleaner.reviews")[0]
        #expect(try row.decode("correction", as: String.self) == "Behtar jawab\ndo lines")
        #expect(try row.decode("lowest", as: Int.self) == 3)
        #expect(try row.decode("reviewer", as: String.self) == "asha")
        #expect(
            try JSONValue(parsing: row.decode("scores", as: JSONB.self).bytes) == [
                "relevance": 5, "accuracy": 4, "appropriateness": 3, "natural_language": 5,
            ])
        let reason = try await pool.query("SELECT skip_reason FROM gleaner.review_slots WHERE state = 'skipped'")[0]
        #expect(try reason.decode("skip_reason", as: String.self).trimmingCharacters(in: .whitespaces) == "spam hai")
    }

    @Test(
        "quitting and the end of input give the item back",
        arguments: [["5", "q"], ["5"], [], ["c", "half a correc"], ["5", "5", "5", "?"]])
    func quitting(_ lines: [String]) async throws {
        let world = try await StoredExchanges.drawn(1)
        let (summary, _) = try await play(lines, world)
        #expect(summary == .init())
        #expect(try await world.count("reviews") == 0)
        let service = ReviewService(pool: pool)
        #expect(try await service.progress(in: world.project).open == 1)
        #expect(try await service.next(for: "ravi", in: world.project) != nil)
    }

    @Test("a correction that cannot be kept is refused at once, and the review goes on")
    func longCorrection() async throws {
        let world = try await StoredExchanges.drawn(1)
        let long = String(repeating: "x", count: ReviewText.longest + 1)
        let (summary, shown) = try await play(["c", long, ".", "c", "chhota", ".", "5", "5", "5", "5"], world)
        #expect(summary == .init(submitted: 1))
        #expect(shown.contains("`correction` cannot be stored."))
        let row = try await pool.query("SELECT correction FROM gleaner.reviews")[0]
        #expect(try row.decode("correction", as: String.self) == "chhota")
    }

    @Test("an empty correction corrects nothing")
    func emptyCorrection() async throws {
        let world = try await StoredExchanges.drawn(1)
        _ = try await play(["c", " ", ".", "5", "5", "5", "5"], world)
        let row = try await pool.query("SELECT correction FROM gleaner.reviews")[0]
        #expect(try row.decodeIfPresent("correction", as: String.self) == nil)
    }

    @Test("an item that somebody else took in the meantime is said to be lost, and the next one comes")
    func lost() async throws {
        let world = try await StoredExchanges.drawn(1)
        let pool = pool
        let lines = Mutex(["5", "5", "5", "steal", "5", "5", "5", "5"])
        let shown = Mutex("")
        // While the reviewer thinks about the last question, the queue lends the item to somebody else.
        let summary = try await TerminalReview(
            review: ReviewService(pool: pool), project: world.project, reviewer: "asha",
            read: {
                let line = lines.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                return line == "steal" ? Self.steal(pool) : line
            },
            write: { text in shown.withLock { $0 += text } }
        ).run()
        #expect(shown.withLock { $0.contains("somebody else has it now") })
        #expect(summary == .init(submitted: 0))
    }

    /// Gives the slot another token, as lending it again does; blocks, as reading a line does.
    private static func steal(_ pool: PostgresPool) -> String {
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            _ = try? await pool.query(
                "UPDATE gleaner.review_slots SET lease_token = gen_random_uuid(), leased_by = 'ravi'")
            done.signal()
        }
        done.wait()
        return "5"
    }

    @Test("text parts, tool calls and what is not text are shown, control characters harmlessly")
    func transcript() async throws {
        let world = try await StoredExchanges.single(pool)
        try await world.add(
            messages: [
                ["role": "user", "content": [["type": "text", "text": "dekho\u{1B}[2J"], ["type": "image_url"]]]
            ],
            message: [
                "role": "assistant", "content": nil,
                "tool_calls": [["function": ["name": "mausam", "arguments": "{\"shehar\":\"Pune\"}"]]],
            ])
        try await world.drawAll()
        let (_, shown) = try await play(["q"], world)
        #expect(shown.contains("[user]\ndekho\\u{1b}[2J\n[image_url]\n"))
        #expect(shown.contains("[assistant]\n[calls mausam({\"shehar\":\"Pune\"})]\n"))
        #expect(!shown.contains("\u{1B}"))
    }
}

@Suite("Visible text")
struct VisibleTextTests {
    @Test("nothing in a conversation can move the cursor or hide")
    func visible() {
        #expect("a\u{1B}[2Jb\u{202E}c\u{200B}d\ne\tf".visible == "a\\u{1b}[2Jb\\u{202e}c\\u{200b}d\ne\tf")
        #expect(
            "pay\u{200D}pal\u{FEFF}\u{34F}\u{3164}\u{E0041}".visible
                == #"pay\u{200d}pal\u{feff}\u{34f}\u{3164}\u{e0041}"#)
        #expect("a\u{2028}b\rc\u{9B}d".visible == #"a\u{2028}b\u{d}c\u{9b}d"#)
    }

    @Test("spelling of Indic scripts and emoji stays", arguments: ["नमस्ते 👨‍👩‍👧 चाय", "क्‍ष ❤️ 1️⃣", "आप कैसे हैं?"])
    func spelling(_ text: String) { #expect(text.visible == text) }
}
