public import AsyncPostgres
import Foundation
public import GleanerCore

/// Estimates of quality from drawn exchanges and their reviews. Picks and hidden checks are never part of them.
public struct EstimateService: Sendable {
    /// Values beyond so many share the slice `otherSlices`.
    static let maximumSlices = 1000
    static let otherSlices = "(others)"

    private let store: EstimateStore

    public init(pool: PostgresPool, signals: any SignalSource = NoSignals()) {
        store = EstimateStore(pool: pool, signals: signals)
    }

    /// One pass over what was drawn, in constant memory for each slice.
    /// - Throws: `ReviewError.sliceNotCounted` for a stratified query by what only drawn exchanges tell.
    public func report(of project: ID<Project>, _ query: EstimateQuery) async throws -> EstimateReport {
        var overall = SliceTally()
        var slices: [String?: SliceTally] = [:]
        try await store.forEachDrawn(of: project, query) { values, exchange in
            overall.add(exchange)
            guard query.by != nil else { return }
            for value in values.isEmpty ? [nil] : values.map(Optional.some) {
                // Tags are clients' own, and may be of one exchange each.
                let isKnown = slices[value] != nil || slices.count < Self.maximumSlices
                slices[isKnown ? value : Self.otherSlices, default: SliceTally()].add(exchange)
            }
        }
        let ordered = slices.sorted { ($1.value.population, $0.key ?? "") < ($0.value.population, $1.key ?? "") }
        var stratified: [Measure]?
        if query.isStratified, let by = query.by {
            stratified = Self.stratified(overall, slices, try await store.counts(of: project, query, by: by))
        }
        return EstimateReport(
            from: query.range.from, to: query.range.to, by: query.by, overall: .init(nil, overall),
            slices: ordered.map { EstimateReport.Slice($0.key, $0.value) }, stratified: stratified)
    }

    /// Slices of which nothing was drawn cannot be estimated: their exchanges are left to the smallest other one.
    private static func stratified(
        _ overall: SliceTally, _ slices: [String?: SliceTally], _ counts: [String?: Int]
    ) -> [Measure] {
        overall.keys.sorted { $0.name < $1.name }.compactMap { key in
            let strata = Set(counts.keys).union(slices.keys).map { value in
                Stratum(population: counts[value] ?? 0, slices[value]?.moments(key) ?? SampleMoments())
            }
            let moments = overall.moments(key)
            return StratifiedMean(strata).map {
                Measure(key.name, key.kind, $0, moments)
            }
        }
    }
}
