import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("The gate", .database)
struct GateTests {
    @Test("a better candidate passes, with evidence of every rule, on paper and in the list of decisions")
    func good() async throws {
        try await GateWorld.with { world in
            try await world.holdout(80)
            let begun = try await world.service.start(
                world.request("good", judge: "judge"), in: world.project, by: "asha")
            #expect(begun.state == .waiting)
            #expect((begun.holdout, begun.items) == (80, 80))
            #expect(begun.estimate.requests == 80 * 4)
            #expect((begun.estimate.usd ?? 0) > 0)
            try await world.work()
            let done = try await world.service.evaluation(begun.id, of: world.project)
            let report = try #require(done.report)
            #expect(report.verdict == .pass, "\(report.rules.map(\.why))")
            #expect(report.items == 80)
            #expect(report.references == .edited)
            #expect(report.answerSources == ["reviewer_correction": 80])
            let chrf = try #require(report.rules.first { $0.metric == .chrf })
            #expect(chrf.outcome == .pass)
            #expect(try #require(chrf.low) > 10)
            #expect((chrf.items, chrf.conversations) == (80, 75))
            let judge = try #require(report.judge)
            #expect((judge.candidateWins, judge.incumbentWins, judge.unreadable) == (80, 0, 0))
            let dollars = 320 * 80.0 / 1_000_000
            #expect(isNear(report.costUSD, dollars))
            let page = try #require(done.markdown)
            #expect(page.hasPrefix("# Passed\n"))
            for rule in report.rules { #expect(page.contains("| \(rule.metric.rawValue) |")) }
            #expect(!page.contains("banana aasan"), "a report holds no texts")
            let decision = try await world.pool.query(
                "SELECT kind, state, why, evidence->>'verdict' AS verdict FROM gleaner.decisions")
            #expect(decision.count == 1)
            #expect(try decision[0].decode("verdict") == "pass")
        }
    }

    @Test("a poisoned candidate is refused", arguments: [nil, "judge"])
    func poisoned(_ judge: String?) async throws {
        try await GateWorld.with { world in
            try await world.holdout(80)
            let begun = try await world.service.start(
                world.request("poisoned", judge: judge), in: world.project, by: "asha")
            try await world.work()
            let report = try #require(try await world.service.evaluation(begun.id, of: world.project).report)
            #expect(report.verdict == .fail)
            let failed = Set(report.rules.filter { $0.outcome == .fail }.map(\.metric))
            #expect(failed.isSuperset(of: [.chrf, .rougeL, .flagged]))
            if judge != nil { #expect(failed.contains(.judge)) }
            #expect(report.summary.hasPrefix("The candidate is refused: "))
            let flagged = try #require(report.rules.first { $0.metric == .flagged })
            #expect((flagged.candidateMean, flagged.incumbentMean) == (1, 0))
            #expect(try #require(flagged.p) < 1e-20)
        }
    }

    @Test("a candidate that refuses everything is refused; one that is the incumbent does not pass for a better one")
    func others() async throws {
        try await GateWorld.with { world in
            try await world.holdout(80)
            let refuser = try await world.service.start(world.request("refuser"), in: world.project, by: "a")
            let same = try await world.service.start(world.request("plain"), in: world.project, by: "a")
            while try await !world.work().isEmpty {}
            let refused = try #require(try await world.service.evaluation(refuser.id, of: world.project).report)
            #expect(refused.verdict == .fail)
            #expect(refused.rules.contains { $0.metric == .refusal && $0.outcome == .fail })
            let equal = try #require(try await world.service.evaluation(same.id, of: world.project).report)
            #expect(equal.verdict == .notEnoughData)
            #expect(equal.rules.contains { $0.metric == .chrf && $0.outcome == .notEnoughData })
        }
    }

    @Test("too few lines are no verdict, whatever they show")
    func few() async throws {
        try await GateWorld.with { world in
            try await world.holdout(20)
            let begun = try await world.service.start(world.request("good"), in: world.project, by: "a")
            try await world.work()
            let report = try #require(try await world.service.evaluation(begun.id, of: world.project).report)
            #expect(report.verdict == .notEnoughData)
        }
    }

    @Test("a judge that loves a place gives ties, one that babbles is not believed")
    func judges() async throws {
        try await GateWorld.with { world in
            try await world.holdout(60)
            let lover = try await world.service.start(
                world.request("good", judge: "place-lover"), in: world.project, by: "a")
            let babbler = try await world.service.start(
                world.request("good", judge: "babbler"), in: world.project, by: "a")
            while try await !world.work().isEmpty {}
            let first = try #require(try await world.service.evaluation(lover.id, of: world.project).report)
            #expect((first.judge?.ties, first.judge?.disagreements) == (60, 60))
            #expect(first.verdict == .notEnoughData)
            #expect(first.notes.contains { $0.contains("likes a place") })
            let second = try #require(try await world.service.evaluation(babbler.id, of: world.project).report)
            #expect(second.judge?.unreadable == 60)
            #expect(second.verdict == .notEnoughData)
        }
    }

    @Test("a worker that dies in the middle is followed by one that asks for what is missing only")
    func resumed() async throws {
        try await GateWorld.with { world in
            try await world.holdout(70)
            var wanted = world.request("good", judge: "judge")
            wanted.policy.concurrency = 2
            let begun = try await world.service.start(wanted, in: world.project, by: "a")
            let lease = try #require(
                try await world.queue.claim(world.handler.kind, limit: 1, lease: .seconds(1)).first)
            let job = RunningJob(lease: lease, queue: world.queue, leaseDuration: .seconds(1))
            let running = Task { try await world.handler.run(job) }
            for _ in 0..<2000 where world.script.asked.values.reduce(0, +) < 50 {
                try await Task.sleep(for: .milliseconds(2))
            }
            // As a kill does: without a word to the queue.
            running.cancel()
            _ = await running.result
            let before = world.script.asked.values.reduce(0, +)
            #expect(before < 140)
            let kept = try await world.service.evaluation(begun.id, of: world.project).answered
            #expect(kept >= 50 - 4)
            try await Task.sleep(for: .milliseconds(1200))
            try await world.work()
            let done = try await world.service.evaluation(begun.id, of: world.project)
            #expect(done.report?.verdict == .pass)
            let asked = world.script.asked
            let answers = (asked["good"] ?? 0) + (asked["plain"] ?? 0)
            // At most what was under way at the kill.
            #expect(answers <= 140 + 2, "\(asked)")
            #expect(asked["judge"] == 140)
        }
    }

    @Test("an outage is waited for, and what was answered before it stays")
    func outage() async throws {
        try await GateWorld.with { world in
            try await world.holdout(70)
            let begun = try await world.service.start(world.request("good"), in: world.project, by: "a")
            world.script.fail(next: 100)
            let ends = try await world.work()
            guard case .failure(JobFailure.later) = try #require(ends.first) else {
                Issue.record("the job should be tried again later")
                return
            }
            world.script.fail(next: 0)
            try await world.work()
            #expect(try await world.service.evaluation(begun.id, of: world.project).report?.verdict == .pass)
        }
    }

    @Test("a model that is not there ends the evaluation, and says why")
    func missing() async throws {
        try await GateWorld.with { world in
            try await world.holdout(60)
            let begun = try await world.service.start(world.request("nobody"), in: world.project, by: "a")
            try await world.work()
            let done = try await world.service.evaluation(begun.id, of: world.project)
            #expect(done.state == .failed)
            #expect(done.failure?.hasPrefix("status_") == true)
            #expect(done.markdown == nil)
        }
    }

    @Test("an estimate spends nothing; a limit below it refuses; a key used again is the same evaluation")
    func spending() async throws {
        try await GateWorld.with { world in
            try await world.holdout(60)
            var wanted = world.request("good")
            #expect(try await world.service.estimate(wanted, in: world.project).items == 60)
            wanted.limitUSD = 0.000001
            await #expect(throws: EvaluationError.self) {
                try await world.service.start(wanted, in: world.project, by: "a")
            }
            #expect(try await world.service.evaluations(of: world.project).isEmpty)
            wanted.limitUSD = nil
            wanted.key = "loop-7"
            let first = try await world.service.start(wanted, in: world.project, by: "a")
            let second = try await world.service.start(wanted, in: world.project, by: "a")
            #expect(first.id == second.id)
            wanted.candidate.model = "poisoned"
            await #expect(throws: EvaluationError.keyTaken) {
                try await world.service.start(wanted, in: world.project, by: "a")
            }
            #expect(try await world.queue.claim(world.handler.kind, limit: 10, lease: .seconds(1)).count == 1)
            #expect(world.script.asked.isEmpty)
        }
    }

    @Test("of a large holdout a sample is asked, the same one for every candidate")
    func sampled() async throws {
        try await GateWorld.with { world in
            try await world.holdout(90)
            var wanted = world.request("good")
            wanted.policy.maximumItems = 60
            let one = try await world.service.start(wanted, in: world.project, by: "a")
            wanted.candidate.model = "poisoned"
            let other = try await world.service.start(wanted, in: world.project, by: "a")
            #expect((one.holdout, one.items) == (90, 60))
            while try await !world.work().isEmpty {}
            let lines = try await world.pool.query(
                """
                SELECT count(DISTINCT line) AS lines, count(*) AS items FROM gleaner.evaluation_items
                WHERE evaluation_id IN (\(one.id.uuid), \(other.id.uuid))
                """)
            #expect(try lines[0].decode("lines", as: Int64.self) == 60)
            #expect(try lines[0].decode("items", as: Int64.self) == 240)
        }
    }

    @Test("without a holdout, a version or a provider there is nothing to measure, and the error says which")
    func nothing() async throws {
        try await GateWorld.with { world in
            try await world.holdout(0)
            var wanted = world.request("good")
            await #expect(throws: EvaluationError.holdoutEmpty(dataset: "chat", version: 1)) {
                try await world.service.estimate(wanted, in: world.project)
            }
            wanted.version = 7
            await #expect(throws: EvaluationError.versionUnknown(dataset: "chat", version: "7")) {
                try await world.service.estimate(wanted, in: world.project)
            }
            wanted.candidate.provider = "elsewhere"
            await #expect(throws: EvaluationError.providerUnknown("elsewhere")) {
                try await world.service.estimate(wanted, in: world.project)
            }
        }
    }

    @Test("embeddings of answer and reference are compared where the policy names a model for them")
    func embedded() async throws {
        try await GateWorld.with { world in
            try await world.holdout(60)
            var wanted = world.request("good")
            wanted.policy.embeddings = ModelChoice(model: "demo-embedding-1")
            wanted.policy.rules.append(GateRule(.similarity, .nonInferior, margin: 0.2))
            let begun = try await world.service.start(wanted, in: world.project, by: "a")
            try await world.work()
            let report = try #require(try await world.service.evaluation(begun.id, of: world.project).report)
            let similarity = try #require(report.rules.first { $0.metric == .similarity })
            #expect(similarity.items == 60)
            #expect(similarity.candidateMean != nil)
        }
    }
}
