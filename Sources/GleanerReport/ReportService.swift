public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Makes reports. Reads only `report.*`.
public struct ReportService: Sendable {
    /// Values of a slice that a report has rows of.
    public static let mostRows = 20

    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// - Throws: `ReportError.projectUnknown`.
    public func report(_ query: ReportQuery, of project: ID<Project>, now: Date = Date()) async throws -> Report {
        let name = try await reading(project) { $1 }
        // Three connections at most: the gateway and ingest borrow from the same pool.
        async let first = side(query, name, isSecond: false, now: now)
        async let second = secondSide(query, name, now: now)
        async let rest = around(query, name)
        let sides = try await (first, second)
        let (rows, leftOut, events, freshness) = try await rest
        let differences =
            sides.1.map { second in
                sides.0.figures.compactMap { figure in
                    second.figure(figure.name).map { ReportDifference(figure, minus: $0) }
                }
            } ?? []
        return Report(
            project: name, query: query, at: now, first: sides.0, second: sides.1, differences: differences, rows: rows,
            rowsLeftOut: leftOut, events: events, freshness: freshness)
    }

    /// Which values each slice had in that time, those with most exchanges first; shadow copies' too.
    public func values(in range: ReportRange, of project: ID<Project>) async throws -> [ReportSlice: [String]] {
        try await reading(project) { store, name in
            try await store.values(.init(project: name, range: range, only: [:]))
        }
    }

    /// Whether anything was ever counted.
    public func hasTraffic(_ project: ID<Project>) async throws -> Bool {
        try await reading(project) { store, name in try await store.hasTraffic(name) }
    }

    public func openWork(of project: ID<Project>) async throws -> OpenWork {
        try await reading(project) { store, name in try await store.openWork(of: name) }
    }

    private func reading<Value: Sendable>(
        _ project: ID<Project>, _ body: (ReportStore, _ name: String) async throws -> Value
    ) async throws -> Value {
        try await ReportStore.reading(pool) { store in
            guard let name = try await store.name(of: project) else { throw ReportError.projectUnknown }
            return try await body(store, name)
        }
    }

    private func around(
        _ query: ReportQuery, _ project: String
    ) async throws -> (rows: [Report.Row], leftOut: Int, events: [Report.Event], freshness: ReportFreshness) {
        try await ReportStore.reading(pool) { store in
            let (rows, leftOut) = try await Self.rows(query, project, store)
            let events = try await store.events(.init(project: project, range: query.range, only: [:]))
            return (rows, leftOut, events, try await store.freshness())
        }
    }

    // MARK: Sides

    private func secondSide(_ query: ReportQuery, _ project: String, now: Date) async throws -> Report.Side? {
        if query.comparison == .nothing { return nil }
        return try await side(query, project, isSecond: true, now: now)
    }

    private func side(_ query: ReportQuery, _ project: String, isSecond: Bool, now: Date) async throws -> Report.Side {
        let (label, range, only) = Self.scope(query, isSecond: isSecond)
        let stretch = ReportStore.Stretch(project: project, range: range, only: only)
        let (tallies, quality, curves) = try await ReportStore.reading(pool) { store in
            (
                try await store.tallies(stretch, by: .time), try await store.quality(stretch),
                try await store.qualityOverTime(stretch)
            )
        }
        let total = tallies.values.reduce(into: ReportTally()) { $0 += $1 }
        return Report.Side(
            label: label, range: range, only: only, figures: total.figures + quality,
            series: Self.series(tallies, range, now: now) + curves, reported: total.reported, flagged: total.flagged,
            downs: total.downs, errors: total.errors)
    }

    private static func scope(
        _ query: ReportQuery, isSecond: Bool
    ) -> (label: String, range: ReportRange, only: ReportScope) {
        switch query.comparison {
        case .nothing: return ("", query.range, query.only)
        case .previous:
            return isSecond
                ? ("the time before", query.range.previous, query.only) : ("this time", query.range, query.only)
        case .values(let slice, let first, let second):
            var only = query.only
            only[slice] = isSecond ? second : first
            return (isSecond ? second : first, query.range, only)
        }
    }

    /// A point for every step that has begun, also where nothing came.
    private static func series(
        _ tallies: [ReportStore.Key: ReportTally], _ range: ReportRange, now: Date
    ) -> [ReportSeries] {
        ReportMeasure.allCases.map { measure in
            let step =
                measure.isLatency ? range.stepOfLatency : measure.isTraffic ? range.step : range.step.ofJudgements
            let points = range.widened(to: step).steps(now: now).map { at in
                ReportSeries.Point(at: at, estimate: (tallies[.at(at)] ?? ReportTally()).estimate(measure))
            }
            return ReportSeries(name: measure.rawValue, unit: measure.unit, seconds: step.rawValue, points: points)
        }
    }

    // MARK: Slices

    private static func rows(
        _ query: ReportQuery, _ project: String, _ store: ReportStore
    ) async throws -> (rows: [Report.Row], leftOut: Int) {
        let stretch = ReportStore.Stretch(project: project, range: query.range, only: query.only)
        let tallies = try await store.tallies(stretch, by: .slice(query.by))
        let quality = try await store.quality(stretch, by: query.by)
        let ordered = tallies.compactMap { key, tally -> (value: String, tally: ReportTally)? in
            // Those of which only shadow copies were made have nothing to show but cost.
            guard case .slice(let value) = key, tally.exchanges > 0 || tally.looked > 0 else { return nil }
            return (value, tally)
        }.sorted { ($1.tally.exchanges, $0.value) < ($0.tally.exchanges, $1.value) }
        let rows = ordered.prefix(Self.mostRows).map { value, tally in
            Report.Row(value: value, figures: tally.figures + (quality[value] ?? []))
        }
        return (rows, ordered.count - rows.count)
    }
}

public enum ReportError: Explained, Hashable {
    case projectUnknown

    public var explanation: Explanation {
        switch self {
        case .projectUnknown:
            Explanation(
                status: 404, code: "project_unknown", what: "There is no such project.", why: "It is gone.",
                fix: "Sign in anew, or use a key of a project that exists.")
        }
    }
}
