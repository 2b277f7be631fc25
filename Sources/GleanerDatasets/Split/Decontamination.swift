import AsyncPostgres
import GleanerCore

/// Leaves out what repeats a test, and at the end of a build makes sure that nothing does.
struct Decontamination {
    let policy: PromotionPolicy
    let place: VersionPlace
    let connection: PostgresConnection

    /// - Throws: `DatasetError.contaminated` where the policy stops at a hit.
    func leaveOut(lines: Int) async throws {
        let excludes = policy.decontamination.onHit == .exclude
        var tests = TestTexts(lines: lines)
        var earlier = HoldoutIndex()
        try await forEachFrozen { held in
            tests.add(held.question, from: "holdout")
            if excludes { earlier.add(Shingles(normalized: held.prompt)) }
        }
        if excludes {
            try await leaveOutNearHoldout()
            try await leaveOutNear([(heldNow(), "of what is held out"), (earlier, "of an earlier version's")])
        }
        try await addTests(to: &tests)
        guard !tests.isEmpty else { return }
        try await forEachTrained { line in
            tests.count(line.question, group: line.promptGroup)
            tests.count(line.answer, group: line.answerGroup)
        }
        tests.setTemplates()
        var (ordinals, details): ([Int32], [String]) = ([], [])
        try await forEachTrained { line in
            guard let hit = tests.hit(line.question, isQuestion: true) ?? tests.hit(line.answer) else { return }
            ordinals.append(line.ord)
            details.append("\(hit.name): \(hit.detail)")
        }
        if policy.decontamination.onHit == .fail, let detail = details.first {
            throw DatasetError.contaminated(lines: ordinals.count, first: detail)
        }
        try await PostgresDatasetStore.leaveOut(ordinals, "contaminated", details: details, on: connection)
    }

    /// Lines whose prompt is in a group with one of the holdout's: to learn them is to learn the test.
    private func leaveOutNearHoldout() async throws {
        try await connection.query(
            """
            UPDATE staged s SET reason = 'near_holdout', detail = 'of ' || h.held
            FROM (SELECT prompt_group, min(exchange_id::text) AS held FROM staged
                  WHERE reason IS NULL AND split = 'holdout' GROUP BY prompt_group) h
            WHERE s.reason IS NULL AND s.split <> 'holdout' AND s.prompt_group = h.prompt_group
            """, timeout: PostgresDatasetStore.patience)
    }

    /// The prompts that this build holds out.
    private func heldNow() async throws -> HoldoutIndex {
        var index = HoldoutIndex()
        try await connection.forEachRow(
            "SELECT prompt FROM staged WHERE split = 'holdout' AND reason IS NULL AND prompt IS NOT NULL"
        ) { index.add(Shingles(normalized: try $0.decode("prompt"))) }
        return index
    }

    /// Lines that are nearly a held-out one by a line of our own, however alike a policy wants its duplicates to be. What
    /// earlier versions held out may not be here any more, erased judgements and all; it stays a test.
    private func leaveOutNear(_ tests: [(index: HoldoutIndex, detail: String)]) async throws {
        let tests = tests.filter { !$0.index.isEmpty }
        guard !tests.isEmpty else { return }
        var (ordinals, details): ([Int32], [String]) = ([], [])
        try await forEachTrained { line in
            let shingles = Shingles(normalized: line.prompt)
            guard let test = tests.first(where: { $0.index.holds(shingles) }) else { return }
            ordinals.append(line.ord)
            details.append(test.detail)
        }
        try await PostgresDatasetStore.leaveOut(ordinals, "near_holdout", details: details, on: connection)
    }

    /// The questions that this build holds out, and the benchmarks' texts.
    private func addTests(to tests: inout TestTexts) async throws {
        // Not the bot's turns: whatever it said in a held-out conversation it has said in others.
        try await connection.forEachRow(
            "SELECT question FROM staged WHERE split = 'holdout' AND question IS NOT NULL"
        ) { tests.add(try $0.decode("question"), from: "holdout") }
        let names = policy.decontamination.benchmarks
        try await connection.forEachRow(
            """
            SELECT b.name, t.body FROM gleaner.benchmarks b JOIN gleaner.benchmark_texts t ON t.benchmark_id = b.id
            WHERE b.project_id = \(place.project.uuid) AND (\(names == nil) OR b.name = ANY(\(PostgresArray(names ?? []))))
            ORDER BY b.name, t.line
            """
        ) { row in
            tests.add(
                Shingles.normalized(try row.decode("body")),
                from: "benchmark \(try row.decode("name", as: String.self))")
        }
    }

    /// What the project's earlier versions held out.
    private func forEachFrozen(_ body: ((prompt: String, question: String)) throws -> Void) async throws {
        try await connection.forEachRow(
            """
            SELECT DISTINCT ON (x.exchange_id) x.content FROM gleaner.dataset_versions v
            JOIN gleaner.examples x ON x.version_id = v.id AND x.split = 'holdout'
            WHERE v.project_id = \(place.project.uuid) ORDER BY x.exchange_id
            """, timeout: PostgresDatasetStore.patience
        ) { row in
            guard let document = try? JSONValue(parsing: row.decode("content", as: [UInt8].self)) else { return }
            let messages = document["input"]?["messages"] ?? document["messages"]
            let turns = (messages?.arrayValue ?? []).filter { $0["role"] != "system" }
            let prompt = document["input"] == nil ? turns.dropLast() : turns[...]
            func text(_ turns: [JSONValue]) -> String {
                Shingles.normalized(turns.map(ExchangeTurns.text).joined(separator: "\n"))
            }
            try body((text(Array(prompt)), text(prompt.filter { $0["role"] == "user" })))
        }
    }

    /// A line for training, as far as selection has come.
    private struct Line {
        let ord: Int32
        let prompt: String
        let question: String
        let answer: String
        let promptGroup: Int32
        let answerGroup: Int32
    }

    private func forEachTrained(_ body: (Line) throws -> Void) async throws {
        try await connection.forEachRow(
            """
            SELECT ord, prompt, question, answer, prompt_group, answer_group FROM staged
            WHERE reason IS NULL AND split <> 'holdout' ORDER BY ord
            """
        ) { row in
            try body(
                Line(
                    ord: row.decode("ord"), prompt: row.decode("prompt"), question: row.decode("question"),
                    answer: row.decode("answer"), promptGroup: row.decode("prompt_group"),
                    answerGroup: row.decode("answer_group")))
        }
    }

    /// The last look, by other means than selection: what is about to be frozen against all that is held out, text by
    /// text. Whatever it finds is a mistake of ours or somebody's attempt, and nothing is frozen.
    /// - Throws: `DatasetError.holdoutLeak`.
    func check() async throws {
        let held: Int = try await connection.query(
            """
            SELECT count(*) AS count FROM staged s
            WHERE s.reason IS NULL AND s.split <> 'holdout' AND s.source = 'exchange' AND EXISTS (
                SELECT 1 FROM gleaner.holdouts h
                WHERE h.project_id = \(place.project.uuid) AND h.key_hash IN (s.exchange_key, s.conversation_key, s.user_key))
            """, timeout: PostgresDatasetStore.patience)[0].decode("count")
        guard held == 0 else { throw DatasetError.holdoutLeak(lines: held, first: "a key that is held out") }

        var index = try await heldNow()
        try await forEachFrozen { index.add(Shingles(normalized: $0.prompt)) }
        guard !index.isEmpty else { return }
        var (leaks, first): (Int, Int32?) = (0, nil)
        try await forEachTrained { line in
            guard index.holds(Shingles(normalized: line.prompt)) else { return }
            leaks += 1
            first = first ?? line.ord
        }
        if let first {
            let id: String = try await connection.query(
                "SELECT exchange_id::text AS id FROM staged WHERE ord = \(first)")[0].decode("id")
            throw DatasetError.holdoutLeak(lines: leaks, first: "exchange \(id)")
        }
    }
}
