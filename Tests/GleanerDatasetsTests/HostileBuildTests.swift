import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

/// What clients, reviewers and policies may bring about, however unlikely.
@Suite("Hostile builds", .database)
struct HostileBuildTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    private func build(
        _ world: StoredExchanges, _ dataset: String = "demo", from policy: PromotionPolicy = .plain,
        _ change: (inout PromotionPolicy) -> Void = { _ in }
    ) async throws -> DatasetVersion {
        var policy = policy
        change(&policy)
        return try await service.build(dataset: dataset, policy: policy, project: world.project)
    }

    @Test("nothing at all makes nothing, and a preview of it is empty")
    func empty() async throws {
        let world = try await StoredExchanges(pool: pool)
        await #expect(throws: DatasetError.nothingPromoted(excluded: [:], unjudged: 0)) {
            try await build(world, from: PromotionPolicy())
        }
        let preview = try await service.preview(dataset: "demo", policy: PromotionPolicy(), project: world.project)
        #expect(preview.statistics.promoted == 0 && preview.gates.isEmpty)
    }

    @Test("a share of people's answers next to nothing, or all of it, is a share", arguments: [1e-300, 1e-19, 1])
    func anchorShare(_ share: Double) async throws {
        let world = try await StoredExchanges(pool: pool)
        for number in 0..<6 {
            let id = try await world.add(user: "Sawaal \(number)", answer: "Jawab \(number)")
            try await world.review(id, score: 5, correction: number == 0 ? "Behtar." : nil)
        }
        let version = try await build(world) {
            $0.validationShare = 0
            $0.minimumAnchorShare = share
        }
        #expect(version.statistics.train == (share == 1 ? 1 : 6))
    }

    @Test("U+0000 and lone surrogates in tools and in written examples stop no build")
    func unstorable() async throws {
        let world = try await StoredExchanges(pool: pool)
        let good = try await world.add(user: "Theek hai", answer: "Haan.")
        try await world.review(good, score: 5)
        let tool = { (name: String) in
            #"{"messages":[],"tools":[{"type":"function","function":{"name":"\#(name)","parameters":{}}}]}"#
        }
        for name in [#"a\u0000b"#, #"a\ud800b"#, #"\udc00"#] {
            let id = try await world.add(user: "Tool \(name)", answer: "Haan, \(name.count).")
            try await world.review(id, score: 5)
            try await pool.query(
                "UPDATE gleaner.exchange_bodies SET request = \(Array(tool(name).utf8)) WHERE id = \(id.uuid)")
        }
        for (line, text) in [#"null \u0000 \u0000"#, #"lone \ud800"#, #"\u0000"#].enumerated() {
            let content =
                #"{"messages":[{"role":"user","content":"\#(text)"},{"role":"assistant","content":"Jawab \#(line)"}]}"#
            try await pool.query(
                """
                INSERT INTO gleaner.written_examples (id, project_id, dataset, content, sha256, author, file, line, created_at)
                VALUES (\(ID<Exchange>.new().uuid), \(world.project.uuid), 'demo', \(Array(content.utf8)),
                        \([UInt8(line)]), 'asha', 'f.jsonl', \(Int32(line)), now())
                """)
        }
        let version = try await build(world, from: PromotionPolicy()) { $0.holdoutShare = 0.5 }
        let statistics = version.statistics
        let total = statistics.train + statistics.validation + statistics.holdout
        #expect(total + statistics.excluded.values.reduce(0, +) == 7, "\(statistics)")
        let preview = try await service.preview(dataset: "demo", policy: .plain, project: world.project)
        #expect(preview.statistics.excluded["unreadable"] == 1, "\(preview.statistics.excluded)")
    }

    @Test("a prompt of a megabyte is too long, and one that is allowed is compared with others")
    func megabyte() async throws {
        let world = try await StoredExchanges(pool: pool)
        let small = try await world.add(user: "Chhota", answer: "Theek.")
        let large = try await world.add(user: String(repeating: "bahut lamba ", count: 90_000), answer: "Itna?")
        for id in [small, large] { try await world.review(id, score: 5) }
        let version = try await build(world, from: PromotionPolicy()) {
            ($0.holdoutShare, $0.validationShare) = (0, 0)
        }
        #expect(version.statistics.train == 1 && version.statistics.excluded == ["too_long": 1])
        let both = try await build(world, from: PromotionPolicy()) {
            ($0.holdoutShare, $0.validationShare, $0.maximumTokens) = (0, 0, 10_000_000)
        }
        #expect(both.statistics.train == 2)
    }

    @Test("1,000 copies that differ in a number are one group, found in moments")
    func copies() async throws {
        let world = try await StoredExchanges(pool: pool)
        let first = try await world.add(
            user: "Mera order abhi tak nahi aaya, kya aap dekh sakte hain ki woh kahan hai? "
                + "Maine do hafte pehle mangwaya tha aur paise bhi de diye hain. Number 0000",
            answer: "Maaf kijiye, main abhi dekh kar batata hoon ki aapka order kahan hai.")
        try await world.review(first, score: 5)
        try await pool.withConnection { connection in
            let copy = "(substr('\(first)', 1, 24) || lpad(to_hex(g), 12, '0'))::uuid"
            for (table, key, changes) in [
                ("exchanges", "id", "'{}'::jsonb"),
                (
                    "exchange_bodies", "id",
                    "jsonb_build_object('messages', replace(t.messages::text, '0000', lpad(g::text, 4, '0'))::jsonb)"
                ),
                (
                    "reviews", "exchange_id",
                    "jsonb_build_object('id', substr(t.id::text, 1, 24) || lpad(to_hex(g), 12, '0'))"
                ),
            ] {
                try await connection.execute(
                    script: """
                        INSERT INTO gleaner.\(table)
                        SELECT (jsonb_populate_record(t, \(changes) || jsonb_build_object(
                                    'shard', gleaner.shard_of(c.id), '\(key)', c.id))).*
                        FROM gleaner.\(table) t, generate_series(1, 999) g, LATERAL (SELECT \(copy) AS id) c
                        """)
            }
        }
        let began = ContinuousClock.now
        let version = try await build(world, from: PromotionPolicy()) {
            ($0.holdoutShare, $0.validationShare) = (0, 0)
            $0.nearDuplicates.prompt.keep = 2
            $0.nearDuplicates.answer.keep = nil
        }
        let took = ContinuousClock.now - began
        let excluded = version.statistics.excluded
        #expect(version.statistics.train == 2, "\(version.statistics)")
        #expect(excluded.values.reduce(0, +) == 998, "\(excluded)")
        // Each with each would be half a million comparisons; this is an unoptimised build beside others.
        #expect(took < .seconds(90), "\(took)")
    }

    @Test("with every cap at one, one line is left, and all others have a reason")
    func caps() async throws {
        let world = try await StoredExchanges(pool: pool)
        for number in 0..<12 {
            let id = try await world.add(
                user: "Sawaal \(number) \(UUID())", answer: "Jawab \(number) \(UUID())",
                conversation: "c\(number % 3)", endUser: "u\(number % 2)")
            try await world.feedback(id, thumb: 1, rater: "r\(number % 4)")
        }
        let version = try await build(world) {
            $0.validationShare = 0
            $0.minimumRating = .init(netThumbs: 1)
            ($0.maximumPerConversation, $0.maximumPerEndUser, $0.maximumPerRater) = (1, 1, 1)
            ($0.maximumPerSystemPrompt, $0.maximumPerLanguage, $0.maximumPerModel, $0.maximumExamples) = (1, 1, 1, 1)
            ($0.nearDuplicates.prompt.keep, $0.nearDuplicates.answer.keep) = (1, 1)
        }
        #expect(version.statistics.train == 1)
        #expect(version.statistics.excluded.values.reduce(0, +) == 11, "\(version.statistics.excluded)")
    }

    @Test("a pair whose other exchange is gone is none, whoever chose it, and the build goes on")
    func lostOther() async throws {
        let world = try await StoredExchanges(pool: pool)
        let (one, other) = (try await world.add(user: "A", answer: "1"), try await world.add(user: "A", answer: "2"))
        let (kept, left) = (try await world.add(user: "B", answer: "3"), try await world.add(user: "B", answer: "4"))
        for (chosen, rejected) in [(one, other), (kept, left)] {
            try await pool.query(
                """
                INSERT INTO gleaner.feedback
                    (shard, id, project_id, exchange_id, other_exchange_id, chosen, kind, rater, source, created_at)
                VALUES (\(chosen.shard.value), \(ID<Exchange>.new(on: chosen.shard).uuid), \(world.project.uuid), \(chosen.uuid),
                        \(rejected.uuid), true, 'preference', 'u1', 'api', clock_timestamp())
                """)
        }
        for table in ["exchange_bodies", "exchanges"] {
            try await pool.query("DELETE FROM gleaner.\(identifier: table) WHERE id = \(other.uuid)")
        }
        let version = try await build(world) {
            $0.kind = .preference
            $0.validationShare = 0
        }
        #expect(version.statistics.train == 1, "\(version.statistics)")
        #expect(version.statistics.excluded.values.reduce(0, +) == 1, "\(version.statistics.excluded)")
    }

    @Test("without conversations and users every exchange has a side of its own, and keeps it")
    func nameless() async throws {
        let world = try await StoredExchanges(pool: pool)
        for number in 0..<60 {
            let id = try await world.add(user: "Sawaal \(number) \(UUID())", answer: "Jawab \(number)")
            try await world.review(id, score: 5)
        }
        for unit in [SplitKey.Unit.endUser, .conversation] {
            let first = try await build(world) { ($0.holdoutShare, $0.splitBy) = (0.4, unit) }
            let second = try await build(world) { ($0.holdoutShare, $0.splitBy) = (0.4, unit) }
            #expect(first.contentSHA256 == second.contentSHA256)
            #expect((8...42).contains(first.statistics.holdout))
            // With no share left, what was held out still is.
            let later = try await build(world) { ($0.holdoutShare, $0.splitBy) = (0, unit) }
            #expect(later.statistics.holdout == first.statistics.holdout)
        }
    }

    @Test("builds of several datasets at once, while exchanges land and are judged, all come to an end")
    func crowd() async throws {
        let world = try await StoredExchanges(pool: pool)
        for number in 0..<40 {
            let id = try await world.add(user: "Sawaal \(number) \(UUID())", conversation: "c\(number)")
            try await world.review(id, score: 5)
        }
        let service = service
        let versions: [DatasetVersion] = try await withThrowingTaskGroup(of: DatasetVersion?.self) { group in
            group.addTask {
                for number in 0..<60 {
                    let id = try await world.add(user: "Naya \(number) \(UUID())", conversation: "n\(number)")
                    try await world.review(id, score: 5)
                }
                return nil
            }
            for number in 0..<6 {
                group.addTask {
                    var policy = PromotionPolicy.plain
                    policy.holdoutShare = 0.3
                    return try await service.build(
                        dataset: "set-\(number % 3)", policy: policy, project: world.project)
                }
            }
            return try await group.reduce(into: []) { if let version = $1 { $0.append(version) } }
        }
        #expect(versions.count == 6)
        for version in versions {
            let statistics = version.statistics
            let lines = statistics.train + statistics.validation + statistics.holdout
            #expect(lines >= 40 && lines + statistics.excluded.values.reduce(0, +) == statistics.judged)
        }
        // Whatever each saw: nothing is learnt in one that another measures with.
        let leaked: Int = try await pool.query(
            """
            SELECT count(*) AS count FROM gleaner.examples t JOIN gleaner.examples h ON h.exchange_id = t.exchange_id
            WHERE t.split <> 'holdout' AND h.split = 'holdout'
            """)[0].decode("count")
        #expect(leaked == 0)
    }
}
