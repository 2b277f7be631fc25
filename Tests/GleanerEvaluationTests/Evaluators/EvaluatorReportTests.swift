import AsyncPostgres
import Foundation
import GleanerCore
import GleanerLanguage
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("Reports of evaluators", .database)
struct EvaluatorReportTests {
    private static let now = Date()
    private static var range: (Date, Date) { (now.addingTimeInterval(-3600), Date().addingTimeInterval(3600)) }

    @Test("a judge is shown beside people, and corrected by those of the sample")
    func judge() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"judge","judge":{"model":"scorer"}}"#)
            let rule = UUID()
            var exchanges: [ID<Exchange>] = []
            for number in 0..<20 {
                // Half of them the judge takes for good: 4.5 and 2.5 with its lean.
                exchanges.append(try await world.stored.add(answer: number % 2 == 0 ? "Sab theek hai." : "Pata nahi."))
            }
            try await world.land(exchanges)
            try await world.work()
            for (number, exchange) in exchanges.enumerated() where number < 10 {
                // People give a point less.
                try await world.stored.review(exchange, score: number % 2 == 0 ? 3 : 1)
                guard number < 8 else { continue }
                try await world.pool.query(
                    """
                    INSERT INTO gleaner.samples (shard, exchange_id, project_id, rule_id, rule_version, probability, drawn_at)
                    VALUES (\(exchange.shard.value), \(exchange.uuid), \(world.project.uuid), \(rule), 1, 0.5, now())
                    """)
            }
            let report = try await world.service.judge(
                "judge", question: "relevance", of: world.project, from: Self.range.0, to: Self.range.1, by: .model)
            let overall = try #require(report.overall)
            #expect(overall.raw.value == 3.5)
            #expect(overall.raw.count == 20)
            // Two reviews that no rule drew are none of the sample.
            #expect(overall.human?.count == 8)
            #expect(overall.human?.value == 2)
            #expect(abs(overall.corrected!.value - 2) < 1e-12)
            #expect(report.slices.map(\.slice) == ["test-model-1"])
            try await world.pool.query("UPDATE gleaner.exchanges SET system_fingerprint = '\\x0a1b2c3d4e5f6071'")
            for slice in JudgeReport.Slice.allCases {
                let report = try await world.service.judge(
                    "judge", question: "relevance", of: world.project, from: Self.range.0, to: Self.range.1, by: slice)
                #expect(report.slices.reduce(0) { $0 + $1.raw.count } == 20, "\(slice)")
                if slice == .prompt { #expect(report.slices.map(\.slice) == ["0a1b2c3d4e5f"]) }
            }
            #expect(JudgeReport.Slice.allCases.map(\.rawValue) == ReportSlice.allCases.map(\.rawValue))
        }
    }

    @Test("spelling is told within answers, conversations and over all")
    func spelling() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"transliteration"}"#)
            let texts = ["Mujhe nahi pata, nahi.", "Mujhe nhi pata yaar.", "Woh nahi aaya, nhi aaya."]
            var exchanges: [ID<Exchange>] = []
            for (number, text) in texts.enumerated() {
                exchanges.append(try await world.stored.add(answer: text, conversation: number < 2 ? "c1" : "c2"))
            }
            try await world.land(exchanges)
            try await world.work()
            let report = try await world.service.spelling(of: world.project, from: Self.range.0, to: Self.range.1)
            #expect(report.answers == 3)
            // nahi 3, nhi 2: (3·2 + 2·1)/(5·4).
            #expect(report.corpus.pairAgreement == 0.4)
            #expect(report.corpus.inconsistencies == 2)
            #expect(report.words.map(\.word) == ["नहीं"])
            #expect(report.words.first?.spellings == ["nahi": 3, "nhi": 2])
            #expect(report.conversation.units == 2)
            #expect(report.answer.units == 2)
            #expect(report.houseStyle! > 0.5)
            // Another version evaluates all of it again: each answer counts once.
            try await world.put(#"{"kind":"transliteration","spelling":{"preferred":["nhi"]}}"#)
            _ = try await world.service.backfill(in: world.project)
            try await world.work()
            let versions = try await world.pool.query(
                "SELECT DISTINCT evaluator_version FROM gleaner.evaluator_results")
            #expect(versions.count == 2)
            let again = try await world.service.spelling(of: world.project, from: Self.range.0, to: Self.range.1)
            #expect(again.answers == 3)
            #expect(again.words.first?.spellings == ["nahi": 3, "nhi": 2])
        }
    }

    @Test("over a corpus languages mix as the figures of its answers in their order say, whole and in parts")
    func corpus() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"code_mix","name":"mix"},{"kind":"transliteration"}"#)
            let texts = [
                "Mujhe yeh bilkul nahi pata.", "The weather is very nice today.",
                "Aaj office mein meeting hai, please aa jao.",
                "Woh nhi aaya, nahi aaya, nahi.",
            ]
            let monday = Date(timeIntervalSince1970: 1_767_571_200)
            var exchanges: [ID<Exchange>] = []
            for (number, text) in texts.enumerated() {
                let then = monday.addingTimeInterval(number < 2 ? Double(number) * 3600 : 8 * 86_400 + Double(number))
                for table in ["exchanges", "exchange_bodies"] {
                    try await world.pool.query("SELECT gleaner.ensure_partitions(\(table), \(then), \(then))")
                }
                exchanges.append(
                    try await world.stored.add(id: ID(UUIDv7(now: { then }).make(shard: .random())), answer: text))
            }
            try await world.land(exchanges)
            try await world.work()
            let tagger = LanguageTagger()
            let mixes = texts.map { CodeMix(tagger.tags(of: $0).map(\.tag)) }
            let (from, to) = (monday, monday.addingTimeInterval(20 * 86_400))
            let report = try await world.service.corpus(of: world.project, from: from, to: to, by: .model)
            let whole = CorpusMix(mixes)
            let row = try #require(report.rows.first)
            #expect(report.rows.count == 1)
            #expect(row.slice == "test-model-1")
            #expect(row.answers == 4)
            #expect(row.ccPaper == whole.ccPaper)
            #expect(row.ccCode == whole.ccCode)
            #expect(row.ccPaper != row.ccCode)
            #expect(row.mIndex == whole.mIndex)
            #expect(row.entropy == whole.entropy)
            // nahi 3, nhi 1: (3·2 + 0)/(4·3) is of four uses, and five are needed.
            #expect(row.pairAgreement == nil)
            let weeks = try await world.service.corpus(of: world.project, from: from, to: to, every: .week).rows
            #expect(weeks.map(\.at) == [monday, monday.addingTimeInterval(7 * 86_400)])
            #expect(weeks[0].ccPaper == CorpusMix(mixes.prefix(2)).ccPaper)
            #expect(
                CorpusReport.Every.day.beginning(of: monday.addingTimeInterval(90_000))
                    == monday.addingTimeInterval(86_400))
        }
    }

    @Test("a summary weighs by the probability of being drawn")
    func summary() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"length"}"#)
            let short = try await world.stored.add(answer: "ek do")
            let long = try await world.stored.add(answer: "ek do teen char")
            try await world.land([short, long])
            try await world.work()
            try await world.pool.query(
                "UPDATE gleaner.evaluator_results SET probability = 0.25 WHERE exchange_id = \(short.uuid)")
            let words = try await world.service.summary(
                of: world.project, from: Self.range.0, to: Self.range.1
            ).first { $0.measure == "words" }
            #expect(words?.count == 2)
            #expect(words?.mean == (4 * 2 + 4) / 5.0)
            #expect(words?.p50 == 3)
        }
    }

    @Test("a policy that somebody has changed meanwhile is not overwritten, and one that changes nothing is no version")
    func versions() async throws {
        try await EvaluatorWorld.with { world in
            let first = try await world.put(#"{"kind":"length"}"#)
            #expect(first.version == 1)
            #expect(try await world.put(#"{"kind":"length"}"#).version == 1)
            await #expect(throws: EvaluatorError.policyConflict(expected: 0, found: 1)) {
                try await world.service.put(.standard, of: world.project, author: "t", note: "", expected: 0)
            }
            #expect(try await world.put("").version == 2)
            #expect(try await world.service.policy(1, of: world.project).policy.evaluators.count == 1)
        }
    }
}
