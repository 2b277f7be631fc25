import AsyncPostgres
import Foundation
import GleanerCore

extension ReportStore {
    /// What reviews of a sample say of all answers. Quality is told of one slice at a time: with more conditions there is none.
    func quality(_ stretch: Stretch) async throws -> [ReportFigure] {
        guard let chosen = Self.chosen(stretch) else { return [] }
        let rows = try await connection.query(
            """
            SELECT measure, kind, value, low, high, n
            FROM report.quality(\(stretch.project), \(stretch.range.since), \(stretch.range.until), \(chosen.slice))
            WHERE slice_value IS NOT DISTINCT FROM \(chosen.value) AND \(sql: Self.told) ORDER BY measure
            """)
        return try rows.map(Self.figure)
    }

    /// The same for each value of a slice.
    func quality(_ stretch: Stretch, by slice: ReportSlice) async throws -> [String: [ReportFigure]] {
        guard stretch.only.isEmpty else { return [:] }
        let rows = try await connection.query(
            """
            SELECT slice_value, measure, kind, value, low, high, n
            FROM report.quality(\(stretch.project), \(stretch.range.since), \(stretch.range.until), \(slice.rawValue))
            WHERE \(sql: Self.told) ORDER BY measure
            """)
        return try rows.reduce(into: [:]) { all, row in
            all[try row.decode("slice_value"), default: []].append(try Self.figure(row))
        }
    }

    /// Over time, some days a point.
    func qualityOverTime(_ stretch: Stretch) async throws -> [ReportSeries] {
        guard let chosen = Self.chosen(stretch), let days = stretch.range.daysOfQuality else { return [] }
        let rows = try await connection.query(
            """
            SELECT d.at, q.measure, q.kind, q.value, q.low, q.high, q.n
            FROM generate_series(\(stretch.range.since), \(stretch.range.until) - interval '1 microsecond',
                                 make_interval(days => \(Int32(days)))) AS d (at)
            CROSS JOIN LATERAL report.quality(
                \(stretch.project), d.at, least(d.at + make_interval(days => \(Int32(days))), \(stretch.range.until)),
                \(chosen.slice)) q
            WHERE q.slice_value IS NOT DISTINCT FROM \(chosen.value) AND \(sql: Self.told) ORDER BY q.measure, d.at
            """)
        var series: [String: (unit: ReportUnit, points: [ReportSeries.Point])] = [:]
        for row in rows {
            let figure = try Self.figure(row)
            series[figure.name, default: (figure.unit, [])].points.append(
                ReportSeries.Point(at: try row.decode("at"), estimate: figure.estimate))
        }
        return series.sorted { $0.key < $1.key }.map { name, curve in
            ReportSeries(name: name, unit: curve.unit, seconds: days * 86_400, points: curve.points)
        }
    }

    /// Means of what reviewers were asked, and how many answers they would have put otherwise.
    private static let told: SQL = "measure NOT LIKE '%>=4'"

    /// - Returns: `nil` for a combination, which no estimate is kept of.
    private static func chosen(_ stretch: Stretch) -> (slice: String?, value: String?)? {
        guard stretch.only.count <= 1 else { return nil }
        return (stretch.only.first?.key.rawValue, stretch.only.first?.value)
    }

    private static func figure(_ row: PostgresRow) throws -> ReportFigure {
        .quality(
            try row.decode("measure"), isShare: try row.decode("kind", as: String.self) == "share",
            Estimated(
                value: try row.decodeIfPresent("value"), low: try row.decodeIfPresent("low"),
                high: try row.decodeIfPresent("high"), count: try row.decode("n")))
    }
}
