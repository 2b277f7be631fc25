import AsyncPostgres
import Foundation
import GleanerCore

/// Reads the views of schema `report`, and nothing else: what a page asks costs what rollups cost, however much is kept.
struct ReportStore: Sendable {
    let connection: PostgresConnection

    /// Gives `body` a connection that plans as reports want it. Their statements look dear to the planner, and compiling
    /// one takes longer than running it.
    static func reading<Value: Sendable>(
        _ pool: PostgresPool, _ body: (ReportStore) async throws -> Value
    ) async throws -> Value {
        try await pool.withTransaction { connection in
            try await connection.query("SET LOCAL jit = off")
            return try await body(ReportStore(connection: connection))
        }
    }

    /// What rows are told apart by.
    enum Key: Sendable, Hashable {
        case at(Date)
        case slice(String)
    }
    enum Grouping: Sendable, Hashable {
        case time
        case slice(ReportSlice)
    }
    /// Whose, when and which.
    struct Stretch: Sendable {
        let project: String
        let range: ReportRange
        let only: ReportScope
    }

    func name(of project: ID<Project>) async throws -> String? {
        try await connection.query("SELECT project FROM report.projects WHERE project_id = \(project.uuid)")
            .first?.decode("project")
    }

    /// Everything that adds up.
    func tallies(_ stretch: Stretch, by grouping: Grouping) async throws -> [Key: ReportTally] {
        var tallies: [Key: ReportTally] = [:]
        try await addTraffic(stretch, grouping, to: &tallies)
        try await addLatency(stretch, grouping, to: &tallies)
        try await addRatings(stretch, grouping, to: &tallies)
        try await addSafety(stretch, grouping, to: &tallies)
        return tallies
    }

    // MARK: Exchanges

    private func addTraffic(
        _ stretch: Stretch, _ grouping: Grouping, to tallies: inout [Key: ReportTally]
    ) async throws {
        // Copies to a shadow variant cost, and count for nothing else.
        let told = Self.shown(stretch, grouping)
        let place = RowPlace(stretch, grouping, slices: "slices", all: "exchanges")
        let rows = try await connection.query(
            """
            SELECT \(sql: place.key) AS key,
                   coalesce(sum(exchanges) FILTER (WHERE \(sql: told)), 0)::bigint AS exchanges,
                   coalesce(sum(errors) FILTER (WHERE \(sql: told)), 0)::bigint AS errors,
                   coalesce(sum(counted) FILTER (WHERE \(sql: told)), 0)::bigint AS counted,
                   coalesce(sum(prompt_tokens) FILTER (WHERE \(sql: told)), 0)::bigint AS input,
                   coalesce(sum(completion_tokens) FILTER (WHERE \(sql: told)), 0)::bigint AS output,
                   sum(priced)::bigint AS priced, sum(cost_usd)::float8 AS cost
            FROM report.\(raw: place.view) WHERE \(sql: place.condition) GROUP BY 1
            """)
        for row in rows {
            let key = try Self.key(row, grouping)
            tallies[key, default: ReportTally()].exchanges += try row.decode("exchanges")
            tallies[key, default: ReportTally()].errors += try row.decode("errors")
            tallies[key, default: ReportTally()].counted += try row.decode("counted")
            tallies[key, default: ReportTally()].inputTokens += try row.decode("input")
            tallies[key, default: ReportTally()].outputTokens += try row.decode("output")
            tallies[key, default: ReportTally()].priced += try row.decode("priced")
            tallies[key, default: ReportTally()].cost += try row.decode("cost")
        }
    }

    private func addLatency(
        _ stretch: Stretch, _ grouping: Grouping, to tallies: inout [Key: ReportTally]
    ) async throws {
        let step = stretch.range.stepOfLatency
        for piece in stretch.range.piecesOfLatency {
            let part = Stretch(project: stretch.project, range: piece, only: stretch.only)
            let place = RowPlace(part, grouping, slices: "slices", all: "latency")
            for (measure, histogram) in Self.histograms {
                let bins: SQL =
                    place.isOfOneSlice
                    ? ", unnest(\(raw: measure)_bins, \(raw: measure)_counts) AS u (bin, n)" : ""
                let which: SQL = place.isOfOneSlice ? "true" : "measure = \(raw: "'\(measure)'")"
                let rows = try await connection.query(
                    """
                    SELECT \(sql: place.key) AS key, bin, sum(\(raw: place.isOfOneSlice ? "n" : "exchanges"))::bigint AS exchanges
                    FROM report.\(raw: place.view)\(sql: bins)
                    WHERE \(sql: place.condition) AND \(sql: which) AND \(sql: Self.shown(part, grouping))
                    GROUP BY 1, 2
                    """)
                for row in rows {
                    var key = try Self.key(row, grouping)
                    if case .at(let at) = key { key = .at(step.begin(of: at)) }
                    let bin = try row.decode("bin", as: Int16.self)
                    tallies[key, default: ReportTally()][keyPath: histogram].add(try row.decode("exchanges"), in: bin)
                }
            }
        }
    }

    private static let histograms:
        [(measure: String, histogram: any WritableKeyPath<ReportTally, LatencyHistogram> & Sendable)] = [
            ("duration", \.duration), ("ttft", \.firstToken),
        ]

    // MARK: Judgements

    private func addRatings(
        _ stretch: Stretch, _ grouping: Grouping, to tallies: inout [Key: ReportTally]
    ) async throws {
        let stretch = stretch.ofJudgements
        let place = RowPlace(stretch, grouping, slices: "judged_slices", all: "ratings")
        let rows = try await connection.query(
            """
            SELECT \(sql: place.key) AS key, sum(answered)::bigint AS answered, sum(rated)::bigint AS rated,
                   sum(ups)::bigint AS ups, sum(downs)::bigint AS downs
            FROM report.\(raw: place.view)
            WHERE \(sql: place.condition) AND \(sql: Self.shown(stretch, grouping)) GROUP BY 1
            """)
        for row in rows {
            let key = try Self.key(row, grouping)
            tallies[key, default: ReportTally()].answered += try row.decode("answered")
            tallies[key, default: ReportTally()].rated += try row.decode("rated")
            tallies[key, default: ReportTally()].ups += try row.decode("ups")
            tallies[key, default: ReportTally()].downs += try row.decode("downs")
        }
    }

    private func addSafety(
        _ stretch: Stretch, _ grouping: Grouping, to tallies: inout [Key: ReportTally]
    ) async throws {
        let stretch = stretch.ofJudgements
        let place = RowPlace(stretch, grouping, slices: "judged_slices", all: "safety")
        let rows = try await connection.query(
            """
            SELECT \(sql: place.key) AS key, sum(exchanges)::bigint AS looked, sum(flagged)::bigint AS flagged,
                   sum(reported)::bigint AS reported
            FROM report.\(raw: place.view)
            WHERE \(sql: place.condition) AND \(sql: Self.shown(stretch, grouping)) GROUP BY 1
            """)
        for row in rows {
            let key = try Self.key(row, grouping)
            tallies[key, default: ReportTally()].looked += try row.decode("looked")
            tallies[key, default: ReportTally()].flagged += try row.decode("flagged")
            tallies[key, default: ReportTally()].reported += try row.decode("reported")
        }
    }

    // MARK: Parts of statements

    static func condition(_ stretch: Stretch) -> SQL {
        var sql: SQL = "project = \(stretch.project) AND at >= \(stretch.range.since) AND at < \(stretch.range.until)"
        for (slice, value) in stretch.only.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            sql = "\(sql: sql) AND \(identifier: slice.rawValue) = \(value)"
        }
        return sql
    }

    private static func shown(_ stretch: Stretch, _ grouping: Grouping) -> SQL {
        stretch.only[.source] == nil && grouping != .slice(.source) ? "source <> 'shadow'" : "true"
    }

    private static func key(_ row: PostgresRow, _ grouping: Grouping) throws -> Key {
        switch grouping {
        case .time: return .at(try row.decode("key"))
        case .slice: return .slice(try row.decode("key"))
        }
    }
}

extension ReportStore.Stretch {
    /// What users and moderation said is not counted by five minutes.
    var ofJudgements: Self { Self(project: project, range: range.widened(to: range.step.ofJudgements), only: only) }
}
