import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation

@Suite("Evaluators", .database)
struct EvaluatorTests {
    @Test("what lands is measured by the policy in force, each figure once")
    func landing() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"code_mix"},{"kind":"length"},{"kind":"refusal","share":0.5}"#)
            let exchange = try await world.stored.add(answer: "Bilkul, kal meeting hai.")
            try await world.land([exchange, exchange])
            #expect(try await world.work().count == 1)
            let values = try await world.values(exchange, "length")
            #expect(values["words"] == 4)
            #expect(try await world.values(exchange, "code_mix")["cmi"]! > 0)
            // Again: nothing is there twice, and nothing is lost.
            try await world.land([exchange])
            try await world.work()
            #expect(try await world.values(exchange, "length") == values)
        }
    }

    @Test("a project without a policy has no jobs")
    func none() async throws {
        try await EvaluatorWorld.with { world in
            try await world.land([try await world.stored.add()])
            #expect(try await world.work().isEmpty)
        }
    }

    @Test("of a share, those that are drawn are measured, with their probability")
    func share() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"length","share":0.3}"#)
            var exchanges: [ID<Exchange>] = []
            for _ in 0..<60 { exchanges.append(try await world.stored.add()) }
            try await world.land(exchanges)
            try await world.work()
            let choice = EvaluatorChoice(.length, share: 0.3)
            for exchange in exchanges {
                let results = try await world.service.results(of: exchange, in: world.project)
                #expect(!results.isEmpty == EvaluatorDraw.draws(exchange, for: choice, in: world.project))
                #expect(results.allSatisfy { $0.probability == 0.3 })
            }
        }
    }

    @Test("a correction that arrives has the comparison made, and a newer one has it made again")
    func correction() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"overlap"},{"kind":"length"}"#)
            let exchange = try await world.stored.add(answer: "mujhe nhi pata")
            try await world.land([exchange])
            try await world.work()
            #expect(try await world.values(exchange, "overlap").isEmpty)
            try await world.stored.feedback(exchange, correction: "mujhe nahi pata")
            try await world.service.written(on: [exchange], in: world.project)
            try await world.work()
            #expect(abs(try await world.values(exchange, "overlap")["chrf"]! - 64.15067049823338) < 1e-9)
            try await world.stored.feedback(exchange, correction: "mujhe nhi pata")
            try await world.service.written(on: [exchange], in: world.project)
            try await world.work()
            #expect(abs(try await world.values(exchange, "overlap")["chrf"]! - 100) < 1e-9)
        }
    }

    @Test("the comparison of before stays beside the new one, and a correction that is taken back leaves none in force")
    func superseded() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"overlap"}"#)
            let exchange = try await world.stored.add(answer: "mujhe nhi pata")
            try await world.stored.review(exchange, score: 4, correction: "mujhe nahi pata")
            try await world.service.written(on: [exchange], in: world.project)
            try await world.work()
            let first = try await world.values(exchange, "overlap")
            #expect(try await world.service.superseded(of: exchange, in: world.project).isEmpty)
            // Compared again with the same correction, nothing has changed.
            try await world.service.written(on: [exchange], in: world.project)
            try await world.work()
            #expect(try await world.service.superseded(of: exchange, in: world.project).isEmpty)
            try await world.pool.query(
                """
                INSERT INTO gleaner.review_retractions (shard, review_id, project_id, exchange_id, reviewer, retracted_at)
                SELECT shard, id, project_id, exchange_id, reviewer, now() FROM gleaner.reviews
                """)
            try await world.service.written(on: [exchange], in: world.project)
            try await world.work()
            #expect(try await world.values(exchange, "overlap").isEmpty)
            let old = try await world.service.superseded(of: exchange, in: world.project)
            #expect(Dictionary(uniqueKeysWithValues: old.map { ($0.measure, $0.value) }) == first)
            let hour = try await world.pool.query(
                "SELECT count(*) AS n FROM gleaner.rollup_marks WHERE part = 'evaluators'")
            #expect(try hour[0].decode("n", as: Int.self) == 3)
        }
    }

    @Test("one that pauses measures nothing, and what it can and cannot say is counted by kind")
    func pause() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"length"},{"kind":"overlap"},{"kind":"http","name":"hook","uses":"nowhere"}"#)
            _ = try await world.service.setPaused(true, "length", in: world.project, author: "t")
            let exchange = try await world.stored.add()
            try await world.land([exchange])
            #expect(try await world.service.status(of: world.project).waiting == 1)
            try await world.work()
            #expect(try await world.values(exchange, "length").isEmpty)
            let counts = world.metrics.counts.filter { $0.count > 0 }.map {
                "\($0.kind) \($0.outcome.rawValue) \($0.count)"
            }
            #expect(counts == ["overlap not_applicable 1", "http failed 1"])
            let status = try await world.service.status(of: world.project)
            #expect(status.waiting == 0)
            #expect(status.evaluators.map(\.isPaused) == [true, false, false])
            await #expect(throws: EvaluatorError.evaluatorUnknown("judge")) {
                try await world.service.setShare(0.5, of: "judge", in: world.project, author: "t")
            }
            await #expect(throws: EvaluatorError.self) {
                try await world.service.setShare(0, of: "hook", in: world.project, author: "t")
            }
            // All that there is pauses: nothing is asked for.
            for name in ["overlap", "hook"] {
                _ = try await world.service.setPaused(true, name, in: world.project, author: "t")
            }
            try await world.land([try await world.stored.add()])
            #expect(try await world.work().isEmpty)
            // Switched on with a click, the standard ones come beside what is there.
            let more = try await world.service.addStandard(to: world.project, author: "t").policy
            #expect(more.evaluators.count == 9)
            #expect(more.evaluators[0].isPaused)
            try await world.service.begin(in: world.project)
            #expect(try await world.service.policy(of: world.project).policy == more)
        }
    }

    @Test("a judge is asked in both orders, and the mean counts")
    func judge() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"judge","judge":{"model":"scorer"}}"#)
            let exchange = try await world.stored.add(answer: "Sab theek hai.")
            try await world.land([exchange])
            try await world.work()
            #expect(try await world.values(exchange, "judge") == ["score": 4.5, "order_gap": 1])
            #expect(world.script.asked == 2)
            // What is known is not paid for again.
            try await world.land([exchange])
            try await world.work()
            #expect(world.script.asked == 2)
        }
    }

    @Test("a judge that is away is tried again, and others' results are kept")
    func outage() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"judge","judge":{"model":"scorer"}},{"kind":"length"}"#)
            let exchange = try await world.stored.add()
            try await world.land([exchange])
            world.script.fail(next: 100)
            #expect(try await world.work().contains { if case .failure = $0 { true } else { false } })
            let failed = try await world.service.results(of: exchange, in: world.project).first {
                $0.evaluator == "judge"
            }
            #expect(failed?.measure == "failed")
            #expect(failed?.failure == "status_503")
            #expect(try await world.values(exchange, "length")["words"] != nil)
            world.script.fail(next: 0)
            #expect(try await world.work().allSatisfy { if case .success = $0 { true } else { false } })
            let results = try await world.service.results(of: exchange, in: world.project)
            #expect(results.filter { $0.evaluator == "judge" }.map(\.measure).sorted() == ["order_gap", "score"])
        }
    }

    @Test("a judge that babbles has failed for good, and so has one nobody configured")
    func forGood() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(
                #"""
                {"kind":"judge","judge":{"model":"babbler"}},{"kind":"judge","name":"far","judge":{"model":"m","provider":"x"}},
                {"kind":"http","name":"hook","uses":"nowhere"},{"kind":"command","name":"cat","uses":"cat"}
                """#)
            let exchange = try await world.stored.add()
            try await world.land([exchange])
            #expect(try await world.work().allSatisfy { if case .success = $0 { true } else { false } })
            let failures = try await world.service.results(of: exchange, in: world.project)
                .reduce(into: [String: String]()) { $0[$1.evaluator] = $1.failure }
            #expect(
                failures == [
                    "judge": "unreadable", "far": "provider_unknown", "hook": "not_configured", "cat": "unreadable",
                ])
        }
    }

    @Test("relevance tells similarity, and where it lies among others of the model")
    func relevance() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"relevance","embeddings":{"model":"demo-embedding-1"}}"#)
            let parrot = try await world.stored.add(user: "Chai kaise banate hain?", answer: "Chai kaise banate hain?")
            let other = try await world.stored.add(user: "Chai kaise banate hain?", answer: "Zebra crossing par ruko.")
            try await world.land([parrot, other])
            try await world.work()
            let values = try await world.values(parrot, "relevance")
            #expect(abs(values["similarity"]! - 1) < 1e-6)
            #expect(values["prompt_copy"] == 1)
            let results = try await world.service.results(of: other, in: world.project)
            #expect(results.first { $0.measure == "similarity" }?.percentile == 0.5)
        }
    }

    @Test("a backfill walks everything once, tells how far it is, and asks only what it was told")
    func backfill() async throws {
        try await EvaluatorWorld.with { world in
            var exchanges: [ID<Exchange>] = []
            for _ in 0..<5 { exchanges.append(try await world.stored.add()) }
            try await world.put(#"{"kind":"length"},{"kind":"refusal"}"#)
            let job = try await world.service.backfill(in: world.project, names: ["refusal"])
            try await world.work()
            let progress = BackfillProgress(try await world.queue.job(job, of: world.project).progress)
            #expect(progress.seen == 5)
            #expect(progress.total == 5)
            #expect(progress.left == 0)
            for exchange in exchanges {
                #expect(try await world.values(exchange, "refusal") == ["refused": 0])
                #expect(try await world.values(exchange, "length").isEmpty)
            }
            await #expect(throws: EvaluatorError.evaluatorUnknown("judge")) {
                try await world.service.backfill(in: world.project, names: ["judge"])
            }
        }
    }

    @Test("exchanges of long ago find room for their results")
    func old() async throws {
        try await EvaluatorWorld.with { world in
            let then = Date().addingTimeInterval(-400 * 86_400)
            let id = ID<Exchange>(UUID.lowest(at: then))
            for table in ["exchanges", "exchange_bodies"] {
                try await world.pool.query("SELECT gleaner.ensure_partitions(\(table), \(then), \(then))")
            }
            try await world.stored.add(id: id, receivedAt: then)
            try await world.put(#"{"kind":"length"}"#)
            _ = try await world.service.backfill(in: world.project, since: then.addingTimeInterval(-86_400))
            try await world.work()
            #expect(try await world.values(id, "length")["words"] == 4)
        }
    }

    @Test("no text of an exchange is stored with its figures")
    func noTexts() async throws {
        try await EvaluatorWorld.with { world in
            try await world.put(#"{"kind":"code_mix"},{"kind":"transliteration"},{"kind":"json"},{"kind":"overlap"}"#)
            let exchange = try await world.stored.add(
                user: "geheimwort", answer: "Geheimwort hai, geheimwort nahi.",
                requestMembers: ["response_format": ["type": "json_object"]])
            try await world.stored.feedback(exchange, correction: "geheimwort bilkul nahi")
            try await world.land([exchange])
            try await world.work()
            let rows = try await world.pool.query(
                "SELECT string_agg(r::text, '') AS rows FROM gleaner.evaluator_results r")
            #expect(try !rows[0].decode("rows", as: String.self).lowercased().contains("geheim"))
        }
    }
}
