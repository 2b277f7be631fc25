import AsyncPostgres
public import Foundation
import GleanerCore

/// Canaries, their points and the decisions over them.
struct PostgresCanaryStore: Sendable {
    let pool: PostgresPool

    // MARK: Reading

    func canary(_ id: ID<Canary>, of project: ID<Project>) async throws -> Canary? {
        try await pool.query(
            "SELECT * FROM gleaner.canaries WHERE project_id = \(project.uuid) AND id = \(id.uuid)"
        ).first.map(Self.canary)
    }

    /// Newest first.
    func canaries(of project: ID<Project>, before: ID<Canary>?, limit: Int) async throws -> [Canary] {
        try await pool.query(
            """
            SELECT * FROM gleaner.canaries WHERE project_id = \(project.uuid)
              AND (\(before?.uuid)::uuid IS NULL OR id < \(before?.uuid)) ORDER BY id DESC LIMIT \(limit)
            """
        ).map(Self.canary)
    }

    /// Of all projects.
    func running() async throws -> [Canary] {
        try await pool.query("SELECT * FROM gleaner.canaries WHERE state = 'running' ORDER BY id").map(Self.canary)
    }

    private static func canary(_ row: PostgresRow) throws -> Canary {
        func document<Value: Decodable>(_ column: String, _ type: Value.Type) throws -> Value {
            try StoredJSON.read(type, row.decode(column, as: JSONB.self).bytes)
        }
        return Canary(
            id: ID(try row.decode("id")), project: ID(try row.decode("project_id")), route: try row.decode("route"),
            candidate: try row.decode("candidate"), incumbent: try row.decode("incumbent"),
            plan: try document("plan", CanaryPlan.self),
            evaluation: try row.decodeIfPresent("evaluation_id").map { ID($0) },
            state: Canary.State(rawValue: try row.decode("state")) ?? .ended,
            step: Int(try row.decode("step", as: Int32.self)), stepSince: try row.decode("step_since"),
            stepVersion: try row.decode("step_version"), original: try document("original", Route.self),
            expected: try document("expected", Route.self),
            reason: CanaryReason(rawValue: try row.decode("reason")) ?? .gathering,
            pinnedBy: try row.decodeIfPresent("pinned_by"), pinnedAt: try row.decodeIfPresent("pinned_at"),
            pinNote: try row.decodeIfPresent("pin_note"), pending: try row.decodeIfPresent("pending").map { ID($0) },
            seenUntil: try row.decode("seen_until"), lookedAt: try row.decodeIfPresent("looked_at"),
            author: try row.decode("author"), createdAt: try row.decode("created_at"),
            finishedAt: try row.decodeIfPresent("finished_at"))
    }

    // MARK: Decisions

    func decision(_ id: ID<Decision>) async throws -> Decision? {
        try await pool.query("SELECT * FROM gleaner.decisions WHERE id = \(id.uuid)").first.map(Self.decision)
    }

    /// Newest first.
    func decisions(
        of project: ID<Project>, canary: ID<Canary>?, before: ID<Decision>?, limit: Int
    ) async throws -> [Decision] {
        try await pool.query(
            """
            SELECT * FROM gleaner.decisions WHERE project_id = \(project.uuid)
              AND (\(canary?.uuid)::uuid IS NULL OR canary_id = \(canary?.uuid))
              AND (\(before?.uuid)::uuid IS NULL OR id < \(before?.uuid)) ORDER BY id DESC LIMIT \(limit)
            """
        ).map(Self.decision)
    }

    private static func decision(_ row: PostgresRow) throws -> Decision {
        Decision(
            id: ID(try row.decode("id")), canary: try row.decodeIfPresent("canary_id").map { ID($0) },
            evaluation: try row.decodeIfPresent("evaluation_id").map { ID($0) },
            kind: Decision.Kind(rawValue: try row.decode("kind")) ?? .hold,
            step: try row.decodeIfPresent("step", as: Int32.self).map(Int.init), actor: try row.decode("actor"),
            why: try row.decode("why"), evidence: try JSONValue(parsing: row.decode("evidence", as: JSONB.self).bytes),
            weights: try row.decodeIfPresent("weights", as: JSONB.self).map {
                try StoredJSON.read([String: Double].self, $0.bytes)
            },
            routesVersion: try row.decodeIfPresent("routes_version"),
            state: Decision.State(rawValue: try row.decode("state")) ?? .void, createdAt: try row.decode("created_at"),
            settledAt: try row.decodeIfPresent("settled_at"))
    }

    // MARK: Points

    /// The confidence sequence as it stands now; p never rises.
    func point(_ metric: CanaryMetricEvidence, of canary: Canary, at now: Date) async throws {
        guard let mine = metric.candidateMean, let other = metric.incumbentMean, let estimate = metric.estimate,
            let low = metric.low, let high = metric.high, let p = metric.p
        else { return }
        try await pool.query(
            """
            INSERT INTO gleaner.canary_points
                (canary_id, step, at, metric, candidate, incumbent, candidate_mean, incumbent_mean, estimate, low, high, p)
            VALUES (\(canary.id.uuid), \(Int32(canary.step)), \(now), \(metric.metric.rawValue),
                    \(Int32(clamping: metric.candidateUsers)), \(Int32(clamping: metric.incumbentUsers)), \(mine), \(other),
                    \(estimate), \(low), \(high),
                    least(\(p), (SELECT q.p FROM gleaner.canary_points q
                                 WHERE q.canary_id = \(canary.id.uuid) AND q.step = \(Int32(canary.step))
                                   AND q.metric = \(metric.metric.rawValue) ORDER BY q.at DESC LIMIT 1)))
            ON CONFLICT DO NOTHING
            """)
    }

    /// In order of time; of more than `limit` of a metric evenly thinned ones, the last among them.
    func points(of canary: ID<Canary>, limit: Int) async throws -> [CanaryPoint] {
        try await pool.query(
            """
            SELECT * FROM (
                SELECT *, row_number() OVER (PARTITION BY step, metric ORDER BY at DESC) - 1 AS place,
                       count(*) OVER (PARTITION BY step, metric) AS all_of_it
                FROM gleaner.canary_points WHERE canary_id = \(canary.uuid)) p
            WHERE place % greatest(1, (all_of_it + \(Int64(limit)) - 1) / \(Int64(limit))) = 0 ORDER BY step, metric, at
            """
        ).map { row in
            CanaryPoint(
                step: Int(try row.decode("step", as: Int32.self)), at: try row.decode("at"),
                metric: CanaryMetric(rawValue: try row.decode("metric")) ?? .rating,
                candidateUsers: Int(try row.decode("candidate", as: Int32.self)),
                incumbentUsers: Int(try row.decode("incumbent", as: Int32.self)),
                candidateMean: try row.decode("candidate_mean"), incumbentMean: try row.decode("incumbent_mean"),
                estimate: try row.decode("estimate"), low: try row.decode("low"), high: try row.decode("high"),
                p: try row.decode("p"))
        }
    }
}

/// How a metric stood at one look.
public struct CanaryPoint: Sendable, Hashable, Encodable {
    public let step: Int
    public let at: Date
    public let metric: CanaryMetric
    public let candidateUsers: Int
    public let incumbentUsers: Int
    public let candidateMean: Double
    public let incumbentMean: Double
    public let estimate: Double
    public let low: Double
    public let high: Double
    /// The smallest so far.
    public let p: Double

    enum CodingKeys: String, CodingKey {
        case step, at, metric, estimate, low, high, p
        case candidateUsers = "candidate_users"
        case incumbentUsers = "incumbent_users"
        case candidateMean = "candidate_mean"
        case incumbentMean = "incumbent_mean"
    }
}
