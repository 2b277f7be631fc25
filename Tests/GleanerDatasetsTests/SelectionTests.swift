import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

/// What leaves a line out because of other lines.
@Suite("Selection", .database)
struct SelectionTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private var service: DatasetService { DatasetService(pool: pool) }

    private func build(
        _ world: StoredExchanges, _ change: (inout PromotionPolicy) -> Void = { _ in }
    ) async throws -> DatasetVersion {
        var policy = PromotionPolicy.plain
        policy.validationShare = 0
        change(&policy)
        return try await service.build(dataset: "demo", policy: policy, project: world.project)
    }
    private func kept(_ version: DatasetVersion, _ split: String = "train") async throws -> [String] {
        try await pool.query(
            "SELECT content FROM gleaner.examples WHERE version_id = \(version.id) AND split = \(split) ORDER BY line"
        ).map { ExampleText.ends(of: try $0.decode("content")).prompt }
    }

    private let quotes = [
        "Mujhe ek accha quote batao, life ke baare me", "mujhe ek acha quote batao life ke bare me",
        "Mujhe ek accha sa quote batao, life ke baare me",
    ]

    @Test("nearly equal prompts are one group, of which the best judged stay")
    func nearPrompts() async throws {
        let world = try await StoredExchanges(pool: pool)
        for (count, quote) in quotes.enumerated() {
            let id = try await world.add(user: quote, answer: "Jawab number \(count) yahan hai, bilkul alag.")
            try await world.review(id, score: count == 1 ? 5 : 4)
        }
        let other = try await world.add(user: "Kal baarish hogi kya Pune mein?", answer: "Haan, chhata le jaana.")
        try await world.review(other, score: 4)
        let version = try await build(world) {
            $0.nearDuplicates.prompt.keep = 1
            $0.nearDuplicates.prompt.shortSimilarity = 0.5
        }
        #expect(version.statistics.excluded == ["near_duplicate_prompt": 2])
        #expect(try await kept(version) == [quotes[1], "Kal baarish hogi kya Pune mein?"])
        let all = try await build(world) { $0.nearDuplicates.prompt.shortSimilarity = 0.5 }
        #expect(all.statistics.train == 4)
    }

    @Test("one template answer to many prompts is a repetition as well")
    func nearAnswers() async throws {
        let world = try await StoredExchanges(pool: pool)
        let questions = [
            "Sir dard hai", "Pet mein gas ban rahi", "Neend nahi aati raat ko", "Ghutne sooj gaye", "Bukhar 101",
        ]
        for question in questions {
            let id = try await world.add(user: question, answer: "Kripya apne doctor se milein, woh sahi salah denge.")
            try await world.review(id, score: 5)
        }
        let version = try await build(world) { $0.nearDuplicates.answer.keep = 2 }
        #expect(version.statistics.excluded == ["near_duplicate_answer": 3])
    }

    @Test("groups are those that comparing each with each gives")
    func againstBruteForce() async throws {
        let world = try await StoredExchanges(pool: pool)
        var random = SeededRandom(seed: 7)
        let words = (0..<60).map { _ in String((0..<5).map { _ in "abcdefgh".randomElement(using: &random)! }) }
        var texts: [String] = []
        for _ in 0..<60 {
            let base = (0..<14).map { _ in words.randomElement(using: &random)! }
            texts.append(base.joined(separator: " "))
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                var variant = base
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    variant[Int.random(in: 0..<14, using: &random)] = words.randomElement(using: &random)!
                }
                texts.append(variant.joined(separator: " "))
            }
        }
        texts = Array(Set(texts)).sorted()
        for text in texts {
            let id = try await world.add(user: text, answer: "Answer \(UUID())")
            try await world.review(id, score: 5)
        }
        let similarity = Similarity(threshold: 0.6, shortThreshold: 0.6)
        let shingles = texts.map { Shingles($0) }
        var forest = UnionFind(count: texts.count)
        for left in texts.indices {
            for right in texts.indices where left < right && similarity.holds(shingles[left], shingles[right]) {
                forest.join(left, right)
            }
        }
        let groups = Set(texts.indices.map { forest.root(of: $0) }).count
        #expect(groups < texts.count)
        let version = try await build(world) {
            $0.nearDuplicates.prompt.similarity = 0.6
            $0.nearDuplicates.prompt.shortSimilarity = 0.6
            $0.nearDuplicates.prompt.keep = 1
        }
        // Bands find 98.8 % of the pairs at .6; a group hangs together by several pairs.
        #expect(version.statistics.train >= groups && version.statistics.train <= groups + 2)
    }

    @Test("one user with ten thousand thumbs moves nothing past the cap, whoever asked")
    func brigade() async throws {
        let world = try await StoredExchanges(pool: pool)
        try await pool.query(
            """
            WITH made AS (
                INSERT INTO gleaner.exchanges (
                    shard, id, project_id, received_at, endpoint, status, http_status, streamed, conversation, end_user, tags,
                    served_model, finish_reason, complete, request_sha256, request_bytes, response_bytes)
                SELECT gleaner.shard_of(u.id), u.id, \(world.project.uuid), now(), '/v1/chat/completions', 'completed', 200,
                       false, 'c' || u.n, 'asker' || u.n, '{}', 'm', 'stop', true, '', 0, 0
                FROM unnest(\(PostgresArray((0..<10_000).map { _ in ID<Exchange>.new().uuid }))) WITH ORDINALITY AS u(id, n)
                RETURNING id, shard, conversation)
            , bodies AS (
                INSERT INTO gleaner.exchange_bodies (shard, id, project_id, request, response, messages, answer)
                SELECT shard, id, \(world.project.uuid), '{}', '',
                       jsonb_build_array(jsonb_build_object('role', 'user', 'content', conversation)),
                       jsonb_build_object('choices', jsonb_build_array(jsonb_build_object('message',
                           jsonb_build_object('role', 'assistant', 'content', 'a' || conversation))))
                FROM made RETURNING id, shard)
            INSERT INTO gleaner.feedback (shard, id, project_id, exchange_id, kind, thumb, rater, source, created_at)
            SELECT shard, id, \(world.project.uuid), id, 'thumb', 1, 'brigadier', 'api', now() FROM bodies
            """, timeout: .seconds(120))
        for count in 0..<12 {
            let id = try await world.add(user: "Asli sawaal \(count) \(UUID())", answer: "Asli jawab \(UUID())")
            for rater in ["asha", "ravi"] { try await world.feedback(id, thumb: 1, rater: rater) }
        }
        let version = try await build(world) {
            $0.minimumRating = .init(netThumbs: 1)
            $0.maximumPerRater = 20
        }
        #expect(version.statistics.excluded == ["rater_cap": 9980])
        #expect(version.statistics.train == 32)
        let strict = try await build(world) { $0.minimumRating = .init(netThumbs: 1, raters: 2) }
        #expect(strict.statistics.excluded == ["too_few_raters": 10_000])
    }

    @Test("a share of people's answers is kept by leaving others out, the best judged staying")
    func anchors() async throws {
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<9 {
            let id = try await world.add(user: "Sawaal \(count)", answer: "Jawab \(count)")
            try await world.review(id, score: count < 3 ? 5 : 4, correction: count > 6 ? "Behtar \(count)." : nil)
        }
        let version = try await build(world) { $0.minimumAnchorShare = 0.4 }
        #expect(version.statistics.anchors == 2)
        #expect(version.statistics.train == 5)
        #expect(version.statistics.excluded == ["anchor_share": 4])
        let synthetic = try await world.add(user: "Teacher's", answer: "A")
        try await world.review(synthetic, score: 4, correction: "B")
        try await pool.query("UPDATE gleaner.exchanges SET tags = '{synthetic}' WHERE id = \(synthetic.uuid)")
        #expect(try await build(world).statistics.anchors == 2)
    }

    @Test("written examples come in above all others, and are never held out")
    func written() async throws {
        let world = try await StoredExchanges(pool: pool)
        let judged = try await world.add(user: "Chai kaise banti hai?", answer: "Paani ubaalo.")
        try await world.review(judged, score: 5)
        for (line, prompt) in ["Chai kaise banti hai?", "Coffee?"].enumerated() {
            let content: JSONValue = [
                "messages": [
                    ["role": "user", "content": .string(prompt)], ["role": "assistant", "content": "Paani ubaalo."],
                ]
            ]
            let bytes = try content.canonicalBytes()
            try await pool.query(
                """
                INSERT INTO gleaner.written_examples (id, project_id, dataset, content, sha256, author, file, line, created_at)
                VALUES (\(ID<Exchange>.new().uuid), \(world.project.uuid), 'demo', \(bytes), sha256(\(bytes)), 'asha', 'mine.jsonl',
                        \(Int32(line + 1)), now())
                """)
        }
        let version = try await build(world)
        #expect(version.statistics.written == 2)
        #expect(version.statistics.anchors == 2)
        #expect(version.statistics.excluded == ["duplicate": 1])
        let lineage = try await pool.query(
            "SELECT lineage FROM gleaner.examples WHERE version_id = \(version.id) AND source = 'written' ORDER BY line"
        )
        let first = try JSONValue(parsing: lineage[0].decode("lineage", as: JSONB.self).bytes)
        #expect(first["author"] == "asha")
        #expect(first["file_line"] == 1)
        #expect(first["answer_source"] == "written")
        try await pool.query("DELETE FROM gleaner.reviews")
        #expect(try await build(world) { $0.holdoutShare = 0.5 }.statistics.train == 2)
    }

    @Test("a preview says what a build would do, with examples of each gate, and leaves nothing behind")
    func preview() async throws {
        let world = try await StoredExchanges(pool: pool)
        let questions = ["Chai?", "Kal baarish hogi?", "Pune ki bus", "Gaana sunao", "Sawaal 4", "Sawaal 5"]
        for (count, user) in questions.enumerated() {
            let id = try await world.add(user: user, answer: "Jawab \(count)", conversation: "c\(count)")
            try await world.review(id, score: count < 4 ? 5 : 1)
        }
        var policy = PromotionPolicy.plain
        policy.holdoutShare = 0.3
        let preview = try await service.preview(dataset: "demo", policy: policy, project: world.project)
        for table in ["datasets", "dataset_versions", "examples", "exclusions", "holdouts", "promotion_policies"] {
            let count: Int = try await pool.query("SELECT count(*) AS count FROM gleaner.\(identifier: table)")[0]
                .decode("count")
            #expect(count == 0, "\(table)")
        }
        #expect(preview.gates.map(\.reason) == ["review_too_low"])
        #expect(preview.gates[0].count == 2)
        #expect(preview.gates[0].examples.map(\.prompt) == ["Sawaal 4", "Sawaal 5"])
        #expect(preview.gates[0].examples[0].detail == "1 of 4")
        #expect(preview.advice.contains { $0.contains("10 or more") })
        let built = try await service.build(dataset: "demo", policy: policy, project: world.project)
        #expect(built.statistics == preview.statistics)
    }
}
