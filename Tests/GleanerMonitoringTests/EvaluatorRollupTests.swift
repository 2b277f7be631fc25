import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerEvaluation
@testable import GleanerMonitoring
@testable import GleanerReview

@Suite("Rollups of evaluators", .database)
struct EvaluatorRollupTests {
    private struct Estimate {
        let kind: String
        let value: Double
        let low: Double?
        let high: Double?
        let count: Int
        let median: Double
    }

    private func estimate(_ world: RollupWorld, _ measure: String) async throws -> Estimate {
        let row = try #require(
            try await world.pool.query(
                """
                SELECT kind, value, low, high, n, p50
                FROM report.evaluators('default', \(RollupWorld.hour(96)), now() + interval '1 hour') WHERE measure = \(measure)
                """
            ).first)
        return Estimate(
            kind: try row.decode("kind"), value: try row.decode("value"), low: try row.decodeIfPresent("low"),
            high: try row.decodeIfPresent("high"), count: try row.decode("n"), median: try row.decode("p50"))
    }

    @Test("over hours and days the estimates equal those of the figures themselves, weighed by how they were drawn")
    func estimates() async throws {
        let world = try await RollupWorld()
        var found: RollupWorld.Found = [:]
        for (number, hour) in [50, 30, 2].enumerated() {
            let ids = try await world.add(120, in: RollupWorld.hour(hour), seed: UInt64(number))
            let share = number == 0 ? 0.4 : 0.8
            found.merge(try await world.evaluate(ids, seed: UInt64(number), share: share), uniquingKeysWith: +)
        }
        try await world.rollups.pass()
        for measure in ["cmi", "similarity", "repetition"] {
            let units = try #require(found[measure])
            let truth = try #require(PredictionPowered(units)).raw
            let counted = try await estimate(world, measure)
            #expect(counted.kind == "mean")
            #expect(counted.count == truth.count)
            #expect(abs(counted.value - truth.value) < 1e-9, "\(measure)")
            #expect(abs(counted.low! - truth.low!) < 1e-6, "\(measure)")
            #expect(abs(counted.high! - truth.high!) < 1e-6, "\(measure)")
        }
        let units = try #require(found["refused"])
        let refused = units.count { $0.judge == 1 }
        let share = try await estimate(world, "refused")
        let wilson = try #require(WilsonInterval(refused, of: units.count))
        #expect(share.kind == "share")
        #expect(abs(share.value - Double(refused) / Double(units.count)) < 1e-12)
        #expect(abs(share.low! - wilson.low) < 1e-12)
        #expect(abs(share.high! - wilson.high) < 1e-12)
        // Drawn with one probability in each world of hours, the median is that of bins a twelfth wide.
        let sorted = try #require(found["cmi"]).map(\.judge).sorted()
        #expect(abs(try await estimate(world, "cmi").median / sorted[sorted.count / 2] - 1) < 0.09)
        // A reader adds up rows of a view himself.
        let added = try await world.share(
            """
            SELECT (report.weighted(sum(n), sum(events), min(lowest), max(highest), sum(population), sum(wy),
                    sum(wyy), sum(ww), sum(wwy), sum(wwyy))).low AS x
            FROM report.evaluators_hourly WHERE measure = 'similarity'
            """)
        let low = try await estimate(world, "similarity").low
        #expect(abs(try #require(added) - low!) < 1e-12)
        let failures = try await world.number(
            "SELECT sum(exchanges)::bigint AS n FROM report.evaluator_failures_daily WHERE failure = 'status_503'")
        let raw = try await world.number(
            "SELECT count(*) AS n FROM gleaner.evaluator_results WHERE failure = 'status_503'")
        #expect(failures == raw)
        #expect(failures > 10)
    }

    /// The hours that hold anything, all anew.
    private func recount(_ world: RollupWorld) async throws {
        for hour in [40, 3] {
            let from = RollupWorld.hour(hour)
            _ = try await world.rollups.rebuild(world.project, from: from, to: from.addingTimeInterval(3600))
        }
    }

    @Test("counted bit by bit, late, or all anew, the numbers are identical, and what is erased is in none of them")
    func rebuild() async throws {
        let world = try await RollupWorld()
        var ids: [ID<Exchange>] = []
        for (number, hour) in [40, 40, 3].enumerated() {
            let new = try await world.add(60, in: RollupWorld.hour(hour), seed: UInt64(number))
            // The first results are counted before their exchanges are, whose prompts have no names yet.
            try await world.evaluate(new, seed: UInt64(number))
            if number == 0 { try await world.rollups.pass([.evaluators]) }
            try await world.rollups.pass()
            ids += new
        }
        let once = try await world.everything().filter { $0.hasPrefix("rollup_evaluators") }
        #expect(once.count > 50)
        #expect(try await world.number("SELECT count(*) AS n FROM gleaner.rollup_marks") == 0)
        // Evaluated again, as after a crash.
        try await world.evaluate(Array(ids.prefix(60)), seed: 0)
        try await world.rollups.pass()
        #expect(try await world.everything().filter { $0.hasPrefix("rollup_evaluators") } == once)
        try await recount(world)
        #expect(try await world.everything().filter { $0.hasPrefix("rollup_evaluators") } == once)
        // As an erasure does it.
        let gone = try #require(ids.first)
        for (table, key) in [("evaluator_results", "exchange_id"), ("exchanges", "id")] {
            try await world.pool.query(
                "DELETE FROM gleaner.\(identifier: table) WHERE \(identifier: key) = \(gone.uuid)")
        }
        try await world.rollups.landed([(gone, world.project)])
        try await world.rollups.pass()
        #expect(try await estimate(world, "refused").count == ids.count - 1)
        let erased = try await world.everything()
        #expect(erased != once)
        try await recount(world)
        #expect(try await world.everything() == erased)
    }

    @Test("quantiles of bins hold for figures of any sign and size, within the smallest and the largest")
    func quantiles() async throws {
        let world = try await RollupWorld()
        let ids = try await world.add(9, in: RollupWorld.hour(2), seed: 1)
        let values = [-4, -0.3, 0, 0, 1e-12, 0.5, 3, 2e20, -9e30]
        let results = zip(ids, values).map {
            EvaluatorStore.Result(
                exchange: $0, evaluator: "mine", version: "1", probability: 1,
                outcome: .measured([MeasuredValue("amount", $1)]))
        }
        try await EvaluatorStore(pool: world.pool).write(results, by: 1, in: world.project)
        try await world.rollups.pass()
        let counted = try await estimate(world, "amount")
        #expect(counted.median == 0)
        #expect(counted.value.isFinite)
        func quantile(_ q: Double) async throws -> Double {
            try #require(
                try await world.share(
                    "SELECT report.value_quantile(\(q), bins, counts, lowest, highest) AS x FROM gleaner.rollup_evaluators WHERE minutes = 1440 AND model = 'model-0'"
                ))
        }
        #expect(try await quantile(0) >= -1e15)
        let low = try #require(
            try await world.share("SELECT report.value_quantile(0, '{-1016,1000}', '{5,5}') AS x"))
        #expect(abs(low + pow(2, 17.0 / 8)) < 1e-9)
        #expect(try await world.share("SELECT report.value_quantile(1, '{1000}', '{5}', 1, 1) AS x") == 1)
        #expect(try await world.share("SELECT report.value_quantile(0.5, '{}', '{}') AS x") == nil)
    }
}
