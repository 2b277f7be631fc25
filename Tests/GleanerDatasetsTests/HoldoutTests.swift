import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

@Suite("Holdout and contamination", .database)
struct HoldoutTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    private func build(
        _ world: StoredExchanges, dataset: String = "demo", _ change: (inout PromotionPolicy) -> Void = { _ in }
    ) async throws -> DatasetVersion {
        var policy = PromotionPolicy.plain
        policy.holdoutShare = 0.3
        policy.validationShare = 0.2
        policy.nearDuplicates.prompt.similarity = 0.8
        policy.nearDuplicates.prompt.shortSimilarity = 0.7
        change(&policy)
        return try await service.build(dataset: dataset, policy: policy, project: world.project)
    }

    /// Conversations of two turns each, all reviewed.
    private func world(_ conversations: Int) async throws -> StoredExchanges {
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<conversations {
            for turn in 0..<2 {
                let id = try await world.add(
                    user: "Conversation \(count) ka sawaal \(turn): \(Self.words(count * 2 + turn))",
                    answer: "Jawab: \(Self.words(1000 + count * 2 + turn))", conversation: "c\(count)",
                    endUser: "u\(count % 7)")
                try await world.review(id, score: 5)
            }
        }
        return world
    }
    /// Ten words of their own.
    private static func words(_ seed: Int) -> String {
        var random = SeededRandom(seed: UInt64(seed) + 99)
        return (0..<10).map { _ in
            String((0..<6).map { _ in "aeioukhtrnsmlp".randomElement(using: &random)! })
        }.joined(separator: " ")
    }

    private func sides(_ version: DatasetVersion) async throws -> [String: Set<String>] {
        var sides: [String: Set<String>] = [:]
        for row in try await pool.query(
            """
            SELECT e.conversation, x.split FROM gleaner.examples x JOIN gleaner.exchanges e ON e.id = x.exchange_id
            WHERE x.version_id = \(version.id)
            """)
        {
            sides[try row.decode("conversation"), default: []].insert(try row.decode("split"))
        }
        return sides
    }

    @Test("a conversation has one side, and shares are about what the policy says")
    func oneSide() async throws {
        let world = try await world(60)
        let version = try await build(world)
        let sides = try await sides(version)
        #expect(sides.count == 60)
        #expect(sides.values.allSatisfy { $0.count == 1 })
        #expect((6...32).contains(version.statistics.holdout / 2), "\(version.statistics.holdout)")
        #expect(version.statistics.train + version.statistics.validation + version.statistics.holdout == 120)
    }

    @Test("by end user, all conversations of a user have one side")
    func byUser() async throws {
        let world = try await world(40)
        let version = try await build(world) { $0.splitBy = .endUser }
        var users: [String: Set<String>] = [:]
        for row in try await pool.query(
            """
            SELECT e.end_user, x.split FROM gleaner.examples x JOIN gleaner.exchanges e ON e.id = x.exchange_id
            WHERE x.version_id = \(version.id)
            """)
        {
            users[try row.decode("end_user"), default: []].insert(try row.decode("split"))
        }
        #expect(users.count == 7)
        #expect(users.values.allSatisfy { $0.count == 1 })
    }

    @Test("what was held out stays so in every dataset, with no share left and after the salt has changed")
    func stays() async throws {
        let world = try await world(40)
        let held = Set(try await sides(build(world)).filter { $0.value == ["holdout"] }.keys)
        #expect(!held.isEmpty)
        try await pool.query("UPDATE gleaner.split_salts SET salt = 'another'")
        let later = try await build(world, dataset: "other") { $0.holdoutShare = 0 }
        #expect(Set(try await sides(later).filter { $0.value == ["holdout"] }.keys) == held)
    }

    @Test("no line of the files for training is held out")
    func neverExported() async throws {
        let version = try await build(world(30))
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("holdout-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let exported = try await DatasetExporter(pool: pool).export(version, to: place)
        #expect(exported.files["holdout.jsonl"] == nil)
        var lines: [String] = []
        for name in exported.files.keys where name.hasSuffix(".jsonl") {
            lines += try String(contentsOf: place.appendingPathComponent(name), encoding: .utf8).split(separator: "\n")
                .map(String.init)
        }
        let held = try await pool.query(
            "SELECT exchange_id::text AS id, content FROM gleaner.examples WHERE version_id = \(version.id) AND split = 'holdout'"
        )
        #expect(held.count > 0)
        for row in held {
            let (id, content) = (
                try row.decode("id", as: String.self),
                String(decoding: try row.decode("content", as: [UInt8].self), as: UTF8.self)
            )
            #expect(!lines.contains { $0 == content || $0.contains(id) })
        }
    }

    private let question = "Pune se Goa jaane ke liye sabse sasti bus kaunsi hai aur kitne baje nikalti hai"

    /// A conversation that is held out, with a question of its own.
    private func heldOut(_ world: StoredExchanges, _ text: String) async throws {
        let id = try await world.add(user: text, answer: "Raat das baje wali.", conversation: "held")
        try await world.review(id, score: 5)
        let key = SplitKey(endUser: nil, conversation: "held", exchange: id, by: .conversation)
        try await pool.query(
            """
            INSERT INTO gleaner.holdouts (project_id, key_hash, since)
            VALUES (\(world.project.uuid), \(key.hash(in: world.project)), now())
            """)
    }

    @Test("a near-duplicate of a held-out question is left out, whatever conversation it stands in")
    func nearHoldout() async throws {
        let world = try await world(5)
        try await heldOut(world, question)
        let twin = try await world.add(user: question + "?!", answer: "Subah wali.", conversation: "trained")
        try await world.review(twin, score: 5)
        let version = try await build(world) { $0.holdoutShare = 0 }
        #expect(version.statistics.excluded == ["near_holdout": 1])
        #expect(version.statistics.holdout == 1)
    }

    @Test("where a policy does not leave them out, a leaked near-duplicate stops the build and nothing is frozen")
    func leak() async throws {
        let world = try await world(5)
        try await heldOut(world, question)
        let twin = try await world.add(user: "Arre " + question, answer: "Subah wali.", conversation: "trained")
        try await world.review(twin, score: 5)
        do {
            _ = try await build(world) {
                $0.holdoutShare = 0
                $0.decontamination.onHit = .fail
            }
            Issue.record("the build went through")
        } catch DatasetError.contaminated(let lines, let first) {
            #expect(lines == 1)
            #expect(first.hasPrefix("holdout: 13 words in a row"))
        }
        let count: Int = try await pool.query("SELECT count(*) AS count FROM gleaner.dataset_versions")[0].decode(
            "count")
        #expect(count == 0)
    }

    @Test("the last look finds a leak by itself: a short question that shares no eight words with the test")
    func lastLook() async throws {
        let world = try await world(5)
        try await heldOut(world, "Sabse sasti bus kaunsi hai?")
        let twin = try await world.add(
            user: "sabse sasti bus kaun si hai", answer: "Subah wali.", conversation: "trained")
        try await world.review(twin, score: 5)
        await #expect(throws: DatasetError.holdoutLeak(lines: 1, first: "exchange \(twin)")) {
            try await build(world) {
                $0.holdoutShare = 0
                $0.decontamination.onHit = .fail
            }
        }
    }

    private let quote = "Mujhe ek accha quote batao, life ke baare me"
    /// At .54.
    private let spelling = "mujhe ek acha quote batao life ke bare me"

    @Test("however alike a policy wants its duplicates to be, another spelling of a held-out question is left out")
    func independentLine() async throws {
        let world = try await world(5)
        try await heldOut(world, quote)
        let twin = try await world.add(user: spelling, answer: "Subah wali.", conversation: "trained")
        try await world.review(twin, score: 5)
        func strict(_ policy: inout PromotionPolicy) {
            policy.holdoutShare = 0
            policy.nearDuplicates.prompt.similarity = 1
            policy.nearDuplicates.prompt.shortSimilarity = 1
        }
        #expect(try await build(world) { strict(&$0) }.statistics.excluded == ["near_holdout": 1])
        await #expect(throws: DatasetError.holdoutLeak(lines: 1, first: "exchange \(twin)")) {
            try await build(world) {
                strict(&$0)
                $0.decontamination.onHit = .fail
            }
        }
    }

    @Test("an earlier version's holdout is a test even when its exchange is not looked at any more")
    func earlier() async throws {
        let world = try await world(5)
        try await heldOut(world, question)
        _ = try await build(world) { $0.holdoutShare = 0 }
        try await pool.query(
            "DELETE FROM gleaner.reviews WHERE exchange_id IN (SELECT id FROM gleaner.exchanges WHERE conversation = 'held')"
        )
        let twin = try await world.add(user: question + "?", answer: "Subah wali.", conversation: "trained")
        try await world.review(twin, score: 5)
        let version = try await build(world, dataset: "other") { $0.holdoutShare = 0 }
        #expect(version.statistics.excluded == ["near_holdout": 1])
    }

    @Test("what the bot said in a held-out conversation may be learnt from another one")
    func botsTurns() async throws {
        let world = try await world(0)
        let said =
            "Paani ubaalo, adrak kooto, patti daalo, doodh milao, do minute pakao, phir chhaan kar garam garam pilao"
        let held = try await world.add(
            user: "", conversation: "held",
            messages: [
                ["role": "user", "content": "Chai?"], ["role": "assistant", "content": .string(said)],
                ["role": "user", "content": "Aur bina doodh ke kaise banti hai yeh batao zara"],
            ])
        try await world.review(held, score: 5)
        let key = SplitKey(endUser: nil, conversation: "held", exchange: held, by: .conversation)
        try await pool.query(
            """
            INSERT INTO gleaner.holdouts (project_id, key_hash, since)
            VALUES (\(world.project.uuid), \(key.hash(in: world.project)), now())
            """)
        let other = try await world.add(user: "Masala chai ki recipe do", answer: said, conversation: "trained")
        try await world.review(other, score: 5)
        let version = try await build(world) { $0.holdoutShare = 0 }
        #expect(version.statistics.excluded.isEmpty)
        #expect(version.statistics.promoted == 1)
    }

    @Test("benchmarks are named texts no line may repeat; frames that many lines share are none")
    func benchmarks() async throws {
        let world = try await world(0)
        let frame =
            "Answer the question by the passage below and say so when the passage does not have the answer at all"
        let test = "The quick brown fox jumps over the lazy dog while thirteen more words follow here in a row"
        for count in 0..<30 {
            let id = try await world.add(
                user: "\(frame) \(Self.words(count))", answer: Self.words(500 + count), conversation: "c\(count)")
            try await world.review(id, score: 5)
        }
        let leaked = try await world.add(user: "Translate: \(test) please", answer: "Hindi mein.", conversation: "x")
        try await world.review(leaked, score: 5)
        let answered = try await world.add(user: "Woh kahani sunao", answer: test, conversation: "y")
        try await world.review(answered, score: 5)
        let texts = Benchmark.texts(
            of: Array("{\"question\":\"\(test)\",\"id\":\"b-1\"}\n\(frame) and a passage\n".utf8))
        #expect(texts == [test, "\(frame) and a passage"])
        let added = try await service.addBenchmark("school", texts: texts, in: world.project)
        #expect(added.texts == 2)
        let version = try await build(world) { $0.holdoutShare = 0 }
        #expect(version.statistics.excluded == ["contaminated": 2])
        let details = try await pool.query(
            "SELECT DISTINCT detail FROM gleaner.exclusions WHERE version_id = \(version.id)")
        #expect(try details.map { try $0.decode("detail", as: String.self) } == ["benchmark school: 13 words in a row"])
        #expect(
            try await build(world) {
                $0.holdoutShare = 0; $0.decontamination.benchmarks = []
            }.statistics.excluded.isEmpty)
        await #expect(throws: DatasetError.benchmarkUnknown("nope")) {
            try await build(world) { $0.decontamination.benchmarks = ["nope"] }
        }
        try await service.removeBenchmark("school", in: world.project)
        #expect(try await service.benchmarks(of: world.project).isEmpty)
        #expect(try await build(world) { $0.holdoutShare = 0 }.statistics.excluded.isEmpty)
    }

    @Test("a benchmark's question is no frame however many ask it, alike or in a frame of their own")
    func popularBenchmark() async throws {
        let world = try await world(3)
        let test =
            "Which of these rivers does not flow into the Bay of Bengal: Godavari, Krishna, Narmada or Mahanadi in the east"
        for count in 0..<25 {
            let user = count < 20 ? test : "\(Self.words(count)) \(test) \(Self.words(count + 40))"
            let id = try await world.add(user: user, answer: Self.words(500 + count), conversation: "b\(count)")
            try await world.review(id, score: 5)
        }
        for count in 25..<50 {
            let id = try await world.add(
                user: "\(Self.words(count)) \(test)", answer: Self.words(500 + count), conversation: "b\(count)")
            try await world.review(id, score: 5)
        }
        _ = try await service.addBenchmark("rivers", texts: [test], in: world.project)
        let version = try await build(world) {
            $0.holdoutShare = 0
            $0.nearDuplicates.prompt.similarity = 1
        }
        #expect(version.statistics.excluded == ["contaminated": 50])
    }

    @Test("a short test is told by the whole question: equal, or nearly so")
    func shortBenchmark() async throws {
        let world = try await world(3)
        let line = #"{"question":"Bharat ki rajdhani kya hai?","answer":"Dilli","id":"q 1"}"#
        let texts = Benchmark.texts(of: Array(line.utf8))
        #expect(texts == ["Bharat ki rajdhani kya hai?"])
        _ = try await service.addBenchmark("short", texts: texts + ["Kitne baje?"], in: world.project)
        for (count, user) in [
            "bharat ki  rajdhani kya hai?", "Bharat ki rajdhani kya hai", "KITNE BAJE?",
            "Bharat ki janta kya chahti hai?", "Rajdhani express kitne baje aati hai?",
        ].enumerated() {
            let id = try await world.add(
                user: user, answer: "Kitne baje? \(Self.words(count))", conversation: "s\(count)")
            try await world.review(id, score: 5)
        }
        let version = try await build(world) { $0.holdoutShare = 0 }
        #expect(version.statistics.excluded == ["contaminated": 3])
        let details = try await pool.query(
            "SELECT DISTINCT detail FROM gleaner.exclusions WHERE version_id = \(version.id)")
        #expect(
            try details.map { try $0.decode("detail", as: String.self) }
                == ["benchmark short: nearly the same short text"])
    }

    @Test("a group of near-duplicates is not learnt and validated at once")
    func crossing() async throws {
        let world = try await world(0)
        for count in 0..<40 {
            let id = try await world.add(
                user:
                    "Sabse accha momo kahan milta hai, \(["Pune", "Goa", "Leh", "Agra"][count % 4]) mein batao na yaar",
                answer: Self.words(count), conversation: "c\(count)")
            try await world.review(id, score: 5)
        }
        let version = try await build(world) {
            $0.holdoutShare = 0
            $0.validationShare = 0.5
            $0.nearDuplicates.prompt.similarity = 0.6
        }
        #expect(version.statistics.validation == 0)
        #expect(version.statistics.excluded.keys.sorted() == ["crosses_split"])
        #expect(version.statistics.train + version.statistics.excluded["crosses_split", default: 0] == 40)
    }
}
