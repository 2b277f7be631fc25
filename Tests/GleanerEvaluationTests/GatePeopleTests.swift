import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerReview
import GleanerServer
import GleanerTestSupport
import Logging
import Testing

@testable import GleanerEvaluation

@Suite("People and the gate", .database)
struct GatePeopleTests {
    private func begin(
        _ world: GateWorld, candidate: String = "good", pairs: Int = 24, verdicts: Int? = nil
    ) async throws -> Evaluation {
        var request = world.request(candidate)
        request.policy.people = PeopleChoice(pairs: pairs, verdicts: verdicts)
        request.policy.rules.append(GateRule(.people, .superior, margin: 0, isRequired: false))
        let begun = try await world.service.start(request, in: world.project, by: "asha")
        try await world.work()
        return try await world.service.evaluation(begun.id, of: world.project)
    }

    private func keeper(_ world: GateWorld) -> PeopleKeeper {
        PeopleKeeper(
            pool: world.pool, people: ComparingReviewers(pairs: GatePairs(pool: world.pool)),
            logger: Logger(label: "test"))
    }

    /// Judges up to so many pairs by what stands in them.
    private func judge(
        _ world: GateWorld, _ count: Int, preferring wanted: (_ answer: String) -> Bool
    ) async throws -> Int {
        let comparisons = ComparisonService(pool: world.pool)
        var judged = 0
        while judged < count, let item = try await comparisons.next(for: "ravi", in: world.project) {
            let left = try #require(item.left?["content"]?.stringValue)
            let right = try #require(item.right?["content"]?.stringValue)
            let isLeft = wanted(left)
            #expect(isLeft != wanted(right))
            #expect(item.messages?.map { $0["role"] } == ["system", "user"])
            try await comparisons.decide(
                isLeft ? .left : .right, comparison: item.id, token: item.leaseToken, in: world.project)
            judged += 1
        }
        return judged
    }

    private func isGood(_ answer: String) -> Bool { !answer.contains("matlab") }

    @Test("the verdict waits for reviewers, who compare blind, and is written from what they said")
    func preferred() async throws {
        try await GateWorld.with { world in
            try await world.holdout(80)
            let waiting = try await begin(world)
            #expect(waiting.state == .waitingForPeople)
            #expect((waiting.report == nil, waiting.answered) == (true, 160))
            let offered = try await world.pool.query("SELECT kind, name_a, name_b FROM gleaner.comparisons")
            #expect(offered.count == 24)
            #expect(try offered.allSatisfy { try $0.decode("kind") == "gate" })
            #expect(try await judge(world, 23, preferring: isGood) == 23)
            await keeper(world).lookOnce()
            #expect(try await world.service.evaluation(waiting.id, of: world.project).state == .waitingForPeople)
            #expect(try await world.work().isEmpty)
            #expect(try await judge(world, 2, preferring: isGood) == 1)
            await keeper(world).lookOnce()
            await keeper(world).lookOnce()
            #expect(try await world.work().count == 1)
            let done = try await world.service.evaluation(waiting.id, of: world.project)
            #expect((done.state, done.peopleEndedBy) == (.done, "gleaner"))
            let report = try #require(done.report)
            #expect(report.verdict == .pass, "\(report.rules.map(\.why))")
            let people = try #require(report.people)
            #expect((people.offered, people.candidateWins, people.incumbentWins, people.ties) == (24, 24, 0, 0))
            #expect(isNear(people.p, 2 / Double(1 << 24)))
            let rule = try #require(report.rules.first { $0.metric == .people })
            #expect((rule.outcome, rule.items, rule.estimate) == (.pass, 24, 1))
            #expect(done.markdown?.contains("## People") == true)
            #expect(world.script.asked["good"] == 80, "no model is asked again after the wait")
            let results = try await ComparisonService(pool: world.pool).results(
                of: world.project, in: TimeRange(lastDays: 1), kind: .gate)
            #expect(results.contenders.map(\.name) == ["good", "plain"])
            #expect(results.contenders[0].wins == 24)
        }
    }

    @Test("a candidate that people like less is refused, whatever else it shows")
    func disliked() async throws {
        try await GateWorld.with { world in
            try await world.holdout(80)
            let waiting = try await begin(world, pairs: 30, verdicts: 25)
            #expect(try await judge(world, 25) { !isGood($0) } == 25)
            await keeper(world).lookOnce()
            try await world.work()
            let report = try #require(try await world.service.evaluation(waiting.id, of: world.project).report)
            #expect(report.verdict == .fail)
            #expect(report.rules.filter { $0.outcome == .fail }.map(\.metric) == [.people])
            #expect((report.people?.incumbentWins, report.people?.winRate) == (25, 0))
            #expect(try await judge(world, 5, preferring: isGood) == 0, "what was left is offered no more")
        }
    }

    @Test("whoever will not wait concludes it; a lease is lost, and too few verdicts decide nothing")
    func concluded() async throws {
        try await GateWorld.with { world in
            try await world.holdout(80)
            let waiting = try await begin(world)
            #expect(try await judge(world, 3, preferring: isGood) == 3)
            let comparisons = ComparisonService(pool: world.pool)
            let held = try #require(try await comparisons.next(for: "meena", in: world.project))
            let other = try await StoredExchanges(pool: world.pool, project: "other").project
            await #expect(throws: EvaluationError.evaluationUnknown(waiting.id.description)) {
                try await world.service.conclude(waiting.id, of: other, by: "eve")
            }
            let concluded = try await world.service.conclude(waiting.id, of: world.project, by: "asha")
            #expect((concluded.state, concluded.peopleEndedBy) == (.running, "asha"))
            await #expect(throws: EvaluationError.notWaitingForPeople("running")) {
                try await world.service.conclude(waiting.id, of: world.project, by: "asha")
            }
            try await world.work()
            let report = try #require(try await world.service.evaluation(waiting.id, of: world.project).report)
            #expect(report.verdict == .pass)
            #expect(report.rules.first { $0.metric == .people }?.outcome == .passedOver)
            #expect(report.people?.verdicts == 3)
            await #expect(throws: ReviewError.leaseLost) {
                try await comparisons.decide(
                    .left, comparison: held.id, token: held.leaseToken, in: world.project)
            }
        }
    }

    @Test("where no answers differ nobody is waited for; a line that was erased meanwhile is not offered")
    func nothingToCompare() async throws {
        try await GateWorld.with { world in
            try await world.holdout(60)
            #expect(try await begin(world, candidate: "plain").state == .done)
            let rows = try await world.pool.query(
                "SELECT shard, exchange_id FROM gleaner.examples ORDER BY line LIMIT 59")
            for row in rows {
                let (shard, id): (Int16, UUID) = (try row.decode("shard"), try row.decode("exchange_id"))
                try await world.pool.query(
                    """
                    INSERT INTO gleaner.erased_exchanges (shard, exchange_id, project_id, erasure_id, erased_at)
                    VALUES (\(shard), \(id), \(world.project.uuid), gen_random_uuid(), now())
                    """)
            }
            #expect(try await begin(world, pairs: 60).state == .waitingForPeople)
            let offered: Int = try await world.pool.query("SELECT count(*) AS count FROM gleaner.comparisons")[0]
                .decode("count")
            #expect(offered == 1)
        }
    }

    @Test("a handful of wins among ties is not known, though resampling alone would take it for better")
    func handful() throws {
        func item(_ line: Int, _ isCandidate: Bool) -> ScoredItem {
            ScoredItem(
                line: line, isCandidate: isCandidate, scores: ItemScores(), milliseconds: 1, costUSD: nil)
        }
        func outcome(wins: Int, of count: Int) -> RuleEvidence.Outcome? {
            let pairs = (0..<count).map { line in
                ScoredPair(
                    line: line, cluster: "\(line)", isEdited: true, candidate: item(line, true),
                    incumbent: item(line, false), judged: nil, preferred: line < wins ? 1 : 0)
            }
            var policy = GatePolicy()
            policy.rules = [GateRule(.people, .superior, margin: 0)]
            return GateDecision(policy: policy, pairs: pairs, seed: 7).evidence().first?.outcome
        }
        #expect(outcome(wins: 4, of: 20) == .notEnoughData)
        #expect(outcome(wins: 5, of: 20) == .pass)
        #expect(outcome(wins: 19, of: 19) == .notEnoughData)
    }
}
