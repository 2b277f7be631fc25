import AsyncPostgres
import Foundation
import GleanerCore
import GleanerHTTP
import GleanerTestSupport
import Testing

@testable import GleanerReport

@Suite("Reports", .database)
struct ReportTests {
    private func filled() async throws -> ReportWorld {
        let world = try await ReportWorld()
        // Now and an hour ago by the hour; what is older than the week is of the week before.
        try await world.add(
            .init(
                at: ReportWorld.hours(ago: 0), exchanges: 100, errors: 5, input: 1000, output: 500, priced: 80,
                cost: 1.5,
                quick: 90, slow: 10, answered: 90, rated: 18, ups: 12, downs: 6, flagged: 4))
        try await world.add(
            .init(
                at: ReportWorld.hours(ago: 30), variant: "b", language: "", exchanges: 300, errors: 30, input: 9000,
                output: 3000, priced: 300, cost: 6, quick: 270, slow: 30, answered: 250, rated: 25, ups: 5, downs: 20,
                flagged: 1))
        try await world.add(
            .init(
                at: ReportWorld.hours(ago: 30), source: "shadow", variant: "c", exchanges: 50, priced: 50, cost: 2,
                quick: 50))
        try await world.add(
            .init(
                at: ReportWorld.hours(ago: 200), exchanges: 1000, errors: 10, priced: 1000, cost: 10, quick: 990,
                slow: 10,
                answered: 900, rated: 90, ups: 80, downs: 10, flagged: 100))
        return world
    }

    private func value(_ report: Report, _ measure: ReportMeasure) -> Double? {
        report.first.figure(measure)?.estimate.value
    }

    @Test("the figures of a week are those counted by hand, shadow copies only in what they cost")
    func figures() async throws {
        let report = try await filled().report("range=7d")
        #expect(value(report, .exchanges) == 400)
        #expect(value(report, .errors) == 35.0 / 400)
        #expect(value(report, .satisfaction) == 17.0 / 43)
        #expect(value(report, .responseRate) == 43.0 / 340)
        #expect(value(report, .flagged) == 5.0 / 400)
        #expect(value(report, .cost) == 9.5)
        #expect(value(report, .inputTokens) == 10_000)
        #expect(value(report, .firstToken) == nil)
        let wilson = try #require(WilsonInterval(17, of: 43))
        let satisfaction = try #require(report.first.figure(.satisfaction)).estimate
        #expect(satisfaction == Estimated(value: 17.0 / 43, low: wilson.low, high: wilson.high, count: 43))
        // 360 of 400 are in the quick bin, so the median lies 200/360 through it, and the 95th percentile half through the slow one.
        let p95 = try #require(report.first.figure(.duration)).estimate
        #expect(abs(try #require(value(report, .durationMedian)) - pow(2, (48 + 200.0 / 360) / 8)) < 1e-9)
        #expect(abs(try #require(p95.value) - pow(2, (80 + 20.0 / 40) / 8)) < 1e-9)
        let (low, middle, high) = (try #require(p95.low), try #require(p95.value), try #require(p95.high))
        #expect(low < middle && middle < high)
    }

    @Test("quantiles are those of report.quantile")
    func quantiles() async throws {
        let world = try await ReportWorld()
        var histogram = LatencyHistogram()
        let counts: [(Int16, Int)] = [(-16, 3), (0, 1), (40, 17), (41, 0), (167, 2)]
        for (bin, count) in counts { histogram.add(count, in: bin) }
        for share in [0, 0.01, 0.5, 0.9, 0.95, 1] {
            let row = try await world.pool.query(
                """
                SELECT report.quantile(\(share), \(PostgresArray(counts.map { $0.0 })), \(PostgresArray(counts.map { Int64($0.1) }))) AS q
                """)[0]
            let expected: Double = try row.decode("q")
            #expect(abs(try #require(histogram.quantile(share)) / expected - 1) < 1e-12, "\(share)")
        }
        #expect(LatencyHistogram().quantile(0.5) == nil)
    }

    @Test("each range reads the view that fits it, ends with the step under way, and has a point for every step")
    func ranges() async throws {
        let world = try await filled()
        try await world.add(.init(at: ReportWorld.now.addingTimeInterval(-600), exchanges: 7, quick: 7), minutes: 5)
        for days in [20, 40] {
            try await world.add(.init(at: ReportWorld.days(ago: days), exchanges: 11), minutes: 1440)
        }
        let expected: [(String, ReportStep, Double, Int)] = [
            ("1h", .recent, 7, 12), ("24h", .hourly, 100, 24), ("7d", .hourly, 400, 168), ("30d", .daily, 1411, 30),
            ("90d", .daily, 1422, 90),
        ]
        for (name, step, exchanges, points) in expected {
            let report = try await world.report("range=\(name)")
            #expect(report.query.range.step == step && value(report, .exchanges) == exchanges, "\(name)")
            let series = try #require(report.first.series("exchanges"))
            #expect(series.points.count == points && series.seconds == step.rawValue, "\(name)")
            #expect(series.points.reduce(0) { $0 + ($1.estimate.value ?? 0) } == exchanges, "\(name)")
            #expect(series.points.last.map { $0.at == step.begin(of: ReportWorld.now) } == true, "\(name)")
        }
        // Durations of a week are by the day, which is quick, and still of just that week.
        let week = try await world.report("range=7d")
        #expect(week.first.series("duration_p95_ms")?.points.count == 8)
        #expect(week.first.series("duration_p95_ms")?.points.map(\.estimate.count).reduce(0, +) == 400)
        // Judgements are not counted by five minutes: of the hours that the last one touches.
        let hour = try await world.report("range=1h")
        #expect(hour.first.series("up_share")?.points.map(\.estimate.count) == [0, 18])
        #expect(value(hour, .satisfaction) == 12.0 / 18)
    }

    @Test("a stretch of one's own is widened to whole steps, and what cannot be meant is refused by name")
    func own() throws {
        func range(_ query: String) throws -> ReportRange {
            try ReportQuery(QueryItems(query), now: ReportWorld.now).range
        }
        let week = try range("since=2026-11-01&until=2026-11-04T10:30:00Z")
        #expect(week.step == .hourly && week.since.ISO8601Format() == "2026-11-01T00:00:00Z")
        #expect(week.until.ISO8601Format() == "2026-11-04T11:00:00Z")
        #expect(try range("since=2026-01-01&until=2026-03-01").step == .daily)
        #expect(try range("since=3h").step == .recent)
        #expect(try range("since=2026-11-01&until=2099-01-01").until <= ReportWorld.now.addingTimeInterval(86_400))
        for (query, name) in [
            ("range=2d", "range"), ("since=yesterday", "since"), ("until=2026-11-01", "since"),
            ("since=2026-11-04&until=2026-11-01", "until"), ("since=2024-01-01", "since"), ("by=user", "by"),
            ("compare=user", "compare"), ("compare=variant&first=a", "second"),
            ("compare=variant&first=a&second=a", "second"),
        ] {
            #expect(throws: QueryError.self, "\(query)") { try range(query) }
            do { _ = try range(query) } catch let error as QueryError {
                #expect(error.explanation.why.contains("`\(name)`"), "\(query): \(error.explanation.why)")
            }
        }
    }

    @Test("beside the time before, both are as long and over; shares differ by Newcombe's interval or cannot be told")
    func previous() async throws {
        let world = try await filled()
        let report = try await world.report("range=7d&compare=previous")
        let second = try #require(report.second)
        #expect(report.first.range.until == ReportWorld.hours(ago: 0))
        #expect(second.range.until == report.first.range.since)
        #expect(second.range.since == report.first.range.since.addingTimeInterval(-7 * 86_400))
        // The hour under way is in neither.
        #expect(value(report, .exchanges) == 300 && second.figure(.exchanges)?.estimate.value == 1000)
        let exchanges = try #require(report.difference("exchanges"))
        #expect(
            exchanges.verdict == .counted && exchanges.value == -700 && exchanges.ratio == -0.7 && exchanges.low == nil)
        // 5 of 25 against 80 of 90.
        let satisfaction = try #require(report.difference("up_share"))
        #expect(satisfaction.verdict == .lower)
        let (a, b) = (try #require(WilsonInterval(5, of: 25)), try #require(WilsonInterval(80, of: 90)))
        let (p, q) = (5.0 / 25, 80.0 / 90)
        let low = p - q - ((p - a.low) * (p - a.low) + (b.high - q) * (b.high - q)).squareRoot()
        #expect(abs(try #require(satisfaction.low) - low) < 1e-12)
        #expect(report.difference("error_share")?.verdict == .higher)
        #expect(report.difference("ttft_p95_ms")?.verdict == .notEnough)
        let same = ReportDifference(report.first.figures[1], minus: report.first.figures[1])
        #expect(same.verdict == .notTold && same.value == 0)
    }

    @Test("sums that were added up in another order are the same")
    func rounding() {
        func cost(_ parts: [Double]) -> ReportFigure {
            ReportFigure(.cost, Estimated(value: parts.reduce(0, +), count: parts.count))
        }
        let parts = [0.1, 0.2, 0.3]
        let (one, other) = (cost(parts), cost(parts.reversed()))
        #expect(one.estimate.value != other.estimate.value)
        let same = ReportDifference(one, minus: other)
        #expect(same.value == 0 && same.ratio == 0 && same.verdict == .counted)
        let more = ReportDifference(cost(parts + [1e-6]), minus: one)
        #expect((more.value ?? 0) > 0.9e-6 && (more.ratio ?? 0) > 1.6e-6)
    }

    @Test("two values of a slice stand beside each other over the same time, whatever they are called")
    func values() async throws {
        let world = try await filled()
        let evil = "'; DROP TABLE gleaner.rollups; --\"<img src=x>%_\\"
        try await world.add(
            .init(at: ReportWorld.hours(ago: 2), variant: evil, exchanges: 20, answered: 20, rated: 8, ups: 8))
        let name = try #require(evil.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        let report = try await world.report("range=7d&compare=variant&first=\(name)&second=b&variant=a")
        #expect(report.first.label == evil && value(report, .exchanges) == 20)
        #expect(report.second?.figure(.exchanges)?.estimate.value == 300)
        // Eight thumbs are too few, all of one mind though they are.
        #expect(report.difference("up_share")?.verdict == .notEnough)
        #expect(report.difference("error_share")?.verdict == .notTold)
        let only = try await world.report("range=7d&variant=\(name)&by=language")
        #expect(value(only, .exchanges) == 20 && only.rows.map(\.value) == ["hi-Latn"])
        #expect(try await world.report("range=7d&by=language").rows.map(\.value) == ["(none)", "hi-Latn"])
        #expect(try await world.report("range=7d&by=source").rows.map(\.value) == ["gateway", "shadow"])
        #expect(
            try await world.service.values(in: only.query.range, of: world.project)[.variant] == ["b", "a", "c", evil])
    }

    @Test("by a slice there is a row for each value, the largest first, with what reviews say of it")
    func slices() async throws {
        let world = try await filled()
        try await world.review(at: ReportWorld.hours(ago: 30), variant: "b", accuracy: 4, n: 40)
        try await world.review(at: ReportWorld.hours(ago: 0), variant: "a", accuracy: 3, n: 9)
        let report = try await world.report("range=7d")
        #expect(report.rows.map(\.value) == ["b", "a"])
        #expect(report.rows[0].figure(.errors)?.value == 0.1)
        #expect(report.rows[0].figures.first { $0.name == "quality_accuracy" }?.estimate.value == 4)
        // Nine reviews tell nothing.
        #expect(report.rows[1].figures.first { $0.name == "quality_accuracy" }?.estimate.value == nil)
        let quality = try #require(report.first.figure("quality_accuracy"))
        #expect(quality.unit == .score && quality.estimate.count == 49)
        #expect(report.first.series("quality_accuracy")?.points.count == 2)
        let one = try await world.report("range=7d&variant=b")
        #expect(one.first.figure("quality_accuracy")?.estimate.value == 4)
        #expect(try await world.report("range=7d&variant=b&route=chat").first.figure("quality_accuracy") == nil)
    }

    @Test("an empty project has a report that knows nothing, and no difference")
    func empty() async throws {
        let world = try await ReportWorld()
        let report = try await world.report("range=30d&compare=previous")
        #expect(report.first.isEmpty && report.rows.isEmpty && report.events.isEmpty)
        #expect(value(report, .exchanges) == 0 && value(report, .errors) == nil && value(report, .cost) == nil)
        #expect(report.differences.filter { $0.unit == .share }.allSatisfy { $0.verdict == .notEnough })
        #expect(report.freshness.countedAt == nil)
        #expect(ReportTable(report, .series, name: "error_share").rows.count == 2 * 30)
        await #expect(throws: ReportError.projectUnknown) {
            try await world.service.report(report.query, of: .new(), now: ReportWorld.now)
        }
    }

    @Test("a table has the report's numbers, and no cell that a spreadsheet would run or that breaks its line")
    func table() async throws {
        let world = try await filled()
        for (number, name) in ["=1+1", "@x", "a,\"b\"\r\nc"].enumerated() {
            try await world.add(.init(at: ReportWorld.hours(ago: 2 + number), variant: name, exchanges: 3))
        }
        let report = try await world.report("range=7d")
        let csv = ReportTable(report, .slices, name: "exchanges").csv
        #expect(
            csv.hasPrefix(
                "variant,name,unit,value,low,high,n\r\nb,exchanges,count,300,,,300\r\na,exchanges,count,100,,,100\r\n"))
        #expect(csv.contains("\r\n'=1+1,exchanges") && csv.contains("\r\n'@x,exchanges"))
        #expect(csv.contains("\r\n\"a,\"\"b\"\"\r\nc\",exchanges"))
        let series = ReportTable(report, .series, name: "up_share").rows
        #expect(
            series.count == 168
                && series.last.map { Array($0.dropFirst(2)) } == [
                    "up_share", "share", "0.666667", "0.437495", "0.837212", "18",
                ])
        #expect(ReportTable(report, .figures).rows.first { $0[3] == "cost_usd" }?[5] == "9.5")
    }
}
