public import AsyncPostgres
import Foundation
public import GleanerCore
import Synchronization

/// Draws exchanges for review: a fixed share of everything, decided by hash, with its probability on record.
public struct SamplingService: Sendable {
    /// What a new project starts with.
    public static let defaultName = "floor"
    public static let defaultProbability = 0.05

    private let store: SamplingStore
    private let cache: RuleCache

    public init(pool: PostgresPool) {
        store = SamplingStore(pool: pool)
        cache = RuleCache()
    }

    // MARK: Rules

    /// The rules in force.
    public func rules(of project: ID<Project>) async throws -> [SamplingRule] { try await store.rules(of: project) }

    /// Replaces the rule called `name` with one of this probability, or makes it; the same probability again changes
    /// nothing. The salt stays, so that a higher probability keeps what a lower one drew.
    /// - Throws: `ReviewError.probabilityOutOfRange`.
    public func setRule(project: ID<Project>, name: String, probability: Double) async throws -> SamplingRule {
        guard probability > 0, probability <= 1 else { throw ReviewError.probabilityOutOfRange }
        guard !name.isEmpty, name.utf8.count <= 64, !name.utf8.contains(0) else { throw ReviewError.ruleNameInvalid }
        let rule = try await store.replace(project: project, name: name, probability: probability)
        cache.forget(project)
        return rule
    }

    public func ensureDefaultRule(project: ID<Project>) async throws {
        guard try await store.rules(of: project).isEmpty else { return }
        try await store.createFirst(project: project, name: Self.defaultName, probability: Self.defaultProbability)
        cache.forget(project)
    }

    // MARK: Drawing

    /// Draws from exchanges that have just landed. Drawing the same ones again changes nothing.
    public func draw(_ candidates: [SamplingCandidate]) async throws {
        var drawn: [Sample] = []
        for (project, candidates) in Dictionary(grouping: candidates.filter(\.isEligible), by: \.project) {
            let rules = try await cachedRules(of: project)
            drawn += candidates.flatMap { candidate in Self.samples(of: candidate.id, project, rules) }
        }
        try await store.keep(drawn)
    }

    /// Draws from exchanges that had landed before the rule was made, oldest first, in batches.
    /// - Returns: how many were drawn.
    public func drawBacklog(_ rule: SamplingRule) async throws -> Int {
        var last = ID<Exchange>(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
        var count = 0
        while true {
            let batch = try await store.eligible(of: rule.project, after: last, limit: 1000)
            guard let end = batch.last else { return count }
            let drawn = batch.flatMap { Self.samples(of: $0, rule.project, [rule]) }
            try await store.keep(drawn)
            count += drawn.count
            last = end
        }
    }

    private static func samples(of id: ID<Exchange>, _ project: ID<Project>, _ rules: [SamplingRule]) -> [Sample] {
        rules.filter { $0.draws(id) }.map {
            Sample(exchange: id, project: project, rule: $0.id, ruleVersion: $0.version, probability: $0.probability)
        }
    }

    private func cachedRules(of project: ID<Project>) async throws -> [SamplingRule] {
        if let known = cache.rules(of: project) { return known }
        try await ensureDefaultRule(project: project)
        let rules = try await store.rules(of: project)
        cache.remember(rules, of: project)
        return rules
    }
}

/// Rules for two seconds: ingest asks for them with every batch, people change them once a week.
private final class RuleCache: Sendable {
    private let known = Mutex<[ID<Project>: (rules: [SamplingRule], at: ContinuousClock.Instant)]>([:])

    func rules(of project: ID<Project>) -> [SamplingRule]? {
        known.withLock { known in
            guard let entry = known[project], ContinuousClock.now - entry.at < .seconds(2) else { return nil }
            return entry.rules
        }
    }
    func remember(_ rules: [SamplingRule], of project: ID<Project>) { known.withLock { $0[project] = (rules, .now) } }
    func forget(_ project: ID<Project>) { known.withLock { $0[project] = nil } }
}
