import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerMonitoring

@Suite("Rollups of exchanges", .database)
struct RollupTests {
    /// The same over the rows themselves, for the whole project.
    func raw(_ world: RollupWorld, from: Date, to: Date) async throws -> [String?] {
        try await sums(
            world,
            """
            SELECT count(*), count(*) FILTER (WHERE status = 'completed'),
                   count(*) FILTER (WHERE status = 'upstream_failed' OR http_status = 429 OR http_status >= 500),
                   count(*) FILTER (WHERE status = 'completed' AND complete AND http_status = 200),
                   count(*) FILTER (WHERE streamed), count(*) FILTER (WHERE finish_reason = 'length'),
                   sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens), count(cost_usd), sum(cost_usd)::numeric(20, 6),
                   sum(request_bytes), count(duration_ms), sum(round(duration_ms * 1000)::bigint), count(ttft_ms),
                   sum(round(ttft_ms * 1000)::bigint)
            FROM gleaner.exchanges
            WHERE project_id = \(world.project.uuid) AND id >= \(UUID.lowest(at: from)) AND id < \(UUID.lowest(at: to))
            """)
    }
    func counted(_ world: RollupWorld, minutes: Int16, from: Date, to: Date) async throws -> [String?] {
        try await sums(
            world,
            """
            SELECT sum(exchanges), sum(completed), sum(errors), sum(answered), sum(streamed), sum(cut_short), sum(prompt_tokens),
                   sum(completion_tokens), sum(cached_tokens), sum(priced), sum(cost_usd)::numeric(20, 6), sum(request_bytes),
                   sum(timed), (sum(duration_ms) * 1000)::bigint, sum(first_timed), (sum(ttft_ms) * 1000)::bigint
            FROM gleaner.rollups
            WHERE project_id = \(world.project.uuid) AND minutes = \(minutes) AND at >= \(from) AND at < \(to)
            """)
    }
    private func sums(_ world: RollupWorld, _ sql: SQL) async throws -> [String?] {
        let line = try await world.pool.query("SELECT t::text AS line FROM (\(sql: sql)) t")
        return try line.map { try $0.decodeIfPresent("line", as: String.self) }
    }

    @Test("five minutes, hours and days come to what the rows come to")
    func sums() async throws {
        let world = try await RollupWorld()
        let (first, second) = (RollupWorld.hour(30), RollupWorld.hour(29))
        _ = try await world.add(400, in: first, seed: 1)
        _ = try await world.add(300, in: second, seed: 2)
        try await world.rollups.pass()
        let end = second.addingTimeInterval(3600)
        let truth = try await raw(world, from: first, to: end)
        for minutes: Int16 in [5, 60] {
            #expect(try await counted(world, minutes: minutes, from: first, to: end) == truth)
        }
        let day = first.addingTimeInterval(-86_400)
        #expect(try await counted(world, minutes: 1440, from: day, to: end) == truth)
        #expect(try await world.number("SELECT count(*) AS n FROM gleaner.rollup_marks") == 0)
    }

    @Test("each slice comes to what its combinations come to, in numbers and histograms, after late ones too")
    func slices() async throws {
        let world = try await RollupWorld()
        let hours = [RollupWorld.hour(40), RollupWorld.hour(3)]
        for (number, hour) in hours.enumerated() { _ = try await world.add(200, in: hour, seed: UInt64(number)) }
        try await world.rollups.pass()
        _ = try await world.add(20, in: hours[0], seed: 9)
        try await world.rollups.pass()
        for slice in ["all"] + RollupTable.slices.dropFirst() {
            let value = slice == "all" ? "''" : slice
            func rows(_ table: String, _ value: String, _ filter: String) -> SQL {
                """
                SELECT minutes, at, source, \(raw: value) AS value, sum(exchanges) AS exchanges, sum(cost_usd) AS cost,
                       sum(prompt_tokens) AS tokens, sum(duration_ms) AS duration,
                       (SELECT sum(count) FROM unnest(array_agg(b.n)) AS u (count)) AS timed
                FROM gleaner.\(raw: table) CROSS JOIN LATERAL (
                    SELECT sum(bin * count) AS n FROM unnest(duration_bins, duration_counts) AS u (bin, count)) b
                WHERE \(raw: filter) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
                """
            }
            let parts = try await sums(world, rows("rollups", value, "true"))
            #expect(parts.count >= 8)
            #expect(try await sums(world, rows("rollup_slices", "value", "slice = '\(slice)'")) == parts)
        }
        let quantiles = try await sums(
            world,
            """
            SELECT DISTINCT at, duration_p95_ms = report.quantile(0.95, duration_bins, duration_counts) AND value = '(all)' AS is_so
            FROM report.slices_hourly WHERE slice = 'all' ORDER BY at
            """)
        #expect(quantiles.count == 2 && quantiles.allSatisfy { $0?.hasSuffix(",t)") == true })
    }

    @Test("what comes late counts in the hour it belongs to, and nothing else is counted again")
    func late() async throws {
        let world = try await RollupWorld()
        let (old, new) = (RollupWorld.hour(50), RollupWorld.hour(2))
        _ = try await world.add(50, in: old, seed: 1)
        _ = try await world.add(50, in: new, seed: 2)
        try await world.rollups.pass()
        // A number that is not so: it stays where nothing is counted again.
        try await world.pool.query("UPDATE gleaner.rollups SET redacted = 77 WHERE at = \(new)")
        _ = try await world.add(10, in: old, seed: 3)
        try await world.rollups.pass()
        let end = old.addingTimeInterval(3600)
        #expect(try await counted(world, minutes: 60, from: old, to: end) == raw(world, from: old, to: end))
        #expect(try await world.number("SELECT count(*) AS n FROM gleaner.rollups WHERE redacted = 77") > 0)
    }

    @Test("counted bit by bit, twice, or all anew, the numbers are identical", arguments: [UInt64(5), 6])
    func rebuild(seed: UInt64) async throws {
        let world = try await RollupWorld()
        var random = SeededRandom(seed: seed)
        for round in 0..<6 {
            let hour = RollupWorld.hour(Int.random(in: 1...40, using: &random))
            let ids = try await world.add(60, in: hour, seed: seed * 100 + UInt64(round))
            // Told of twice, as after a crash.
            try await world.rollups.landed(ids.map { ($0, world.project) })
            for id in ids.prefix(9) { try await world.stored.feedback(id, thumb: 1, rater: "u\(round)") }
            try await world.rollups.pass()
        }
        func ofExchanges(_ line: String) -> Bool { line.hasPrefix("rollups ") || line.hasPrefix("rollup_slices ") }
        let bitByBit = try await world.everything().filter(ofExchanges)
        // Of feedback that no service wrote nothing tells; the rebuild finds it in any case.
        _ = try await world.rollups.rebuild(world.project, from: RollupWorld.hour(48), to: Date())
        let once = try await world.everything()
        #expect(once.filter(ofExchanges) == bitByBit)
        _ = try await world.rollups.rebuild(world.project, from: RollupWorld.hour(48), to: Date())
        #expect(try await world.everything() == once)
        #expect(once.filter { $0.hasPrefix("rollup_judgements") }.count > 10)
        // An hour that is counted at once, as one is whose five minutes are gone, comes to the same.
        let later = Date().addingTimeInterval(30 * 86_400)
        try await world.rollups.store.markAll(of: world.project, from: RollupWorld.hour(48), to: Date())
        try await world.rollups.pass(now: later)
        #expect(try await world.everything() == once)
        try await world.rollups.prune(now: later)
        let short = ["rollups", "rollup_slices"].map { "\($0) (\(world.project),5," }
        #expect(try await world.everything() == once.filter { line in !short.contains { line.hasPrefix($0) } })
    }

    @Test("quantiles of bins are within five percent, also of bins put together from hours and slices")
    func quantiles() async throws {
        let world = try await RollupWorld()
        let hours = [RollupWorld.hour(5), RollupWorld.hour(4)]
        for (number, hour) in hours.enumerated() { _ = try await world.add(500, in: hour, seed: UInt64(number)) }
        try await world.rollups.pass()
        for q in [0.5, 0.9, 0.95, 0.99] {
            let truth = try #require(
                try await world.share(
                    "SELECT percentile_cont(\(q)) WITHIN GROUP (ORDER BY duration_ms) AS x FROM gleaner.exchanges"))
            let found = try #require(
                try await world.share(
                    """
                    SELECT report.quantile(\(q), array_agg(bin), array_agg(exchanges)) AS x FROM report.latency_hourly
                    WHERE measure = 'duration'
                    """))
            #expect(abs(found / truth - 1) < 0.05, "\(q): \(found) instead of \(truth)")
        }
        #expect(try await world.share("SELECT report.quantile(0.5, '{}', '{}') AS x") == nil)
        // All in one bin: from its beginning to its end.
        #expect(try await world.share("SELECT report.quantile(0, '{80}', '{9}') AS x") == 1024)
        #expect(
            try await world.share("SELECT report.quantile(1, '{72}', '{9}') AS x").map { abs($0 - 558.34) < 0.01 }
                == true)
    }

    @Test("fifty system prompts of a day are told apart, and counting anew tells the same apart")
    func prompts() async throws {
        let world = try await RollupWorld()
        // Both in one day.
        let day = Date().addingTimeInterval(-2 * 86_400).beginning(of: .day)
        _ = try await world.add(300, in: day, seed: 1, prompts: 40)
        try await world.rollups.pass()
        _ = try await world.add(300, in: day.addingTimeInterval(3600), seed: 2, prompts: 200)
        try await world.rollups.pass()
        let names = try await world.pool.query(
            "SELECT DISTINCT prompt FROM report.exchanges_daily WHERE prompt NOT IN ('(none)', '(others)')")
        #expect(names.count == 50)
        #expect(
            try await world.number(
                "SELECT sum(exchanges)::bigint AS n FROM report.exchanges_daily WHERE prompt = '(others)'") > 50)
        let once = try await world.everything()
        _ = try await world.rollups.rebuild(world.project, from: day, to: Date())
        #expect(try await world.everything() == once)
    }

    @Test("what was counted of a week stays when retention drops the week, whatever is marked afterwards")
    func retention() async throws {
        let world = try await RollupWorld()
        let hour = RollupWorld.hour(100)
        let ids = try await world.add(80, in: hour, seed: 1)
        try await world.rollups.pass()
        let once = try await world.everything()
        let week = try await world.pool.query(
            "SELECT tableoid::regclass::text AS name FROM gleaner.exchanges WHERE id = \(ids[0].uuid)")[0]
            .decode("name", as: String.self)
        try await world.pool.query("DROP TABLE \(raw: week)")
        try await world.rollups.landed(ids.map { ($0, world.project) })
        try await world.rollups.pass()
        #expect(try await world.everything() == once)
        #expect(try await world.number("SELECT count(*) AS n FROM gleaner.rollup_marks") == 0)
    }

    @Test("of two instances one counts, and the other leaves it to that one")
    func together() async throws {
        let world = try await RollupWorld()
        _ = try await world.add(50, in: RollupWorld.hour(3), seed: 1)
        async let one = world.rollups.pass()
        async let two = world.rollups.pass()
        _ = try await (one, two)
        try await world.rollups.pass()
        #expect(try await world.number("SELECT sum(exchanges)::bigint AS n FROM report.exchanges_daily") == 50)
    }
}
