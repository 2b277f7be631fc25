import AsyncPostgres
import Foundation
import GleanerCore

/// Which decisions a list shows; those that allow are never shown.
public struct DecisionFilter: Sendable, Hashable {
    /// Empty: all that are not `allow`.
    public var actions: Set<ModerationAction> = []
    public var target: ModerationTarget?
    /// Exact.
    public var category: String?
    /// Made by a person, or by a policy; `nil` for both.
    public var isByPerson: Bool?

    public init() {}
}

/// How moderation stands in a project.
public struct ModerationStanding: Sendable, Hashable {
    /// Decisions in force of the last days, by action; `allow` is not counted.
    public let decisions: [ModerationAction: Int]
    /// Failed asks of the last days, by classifier and failure.
    public let failures: [(classifier: String, failure: String, count: Int)]
    /// There are more: the newest `mostCounted` of each are counted.
    public let isCut: Bool
    static let mostCounted = 5_000

    public static func == (a: Self, b: Self) -> Bool {
        a.decisions == b.decisions && a.isCut == b.isCut && a.failures.elementsEqual(b.failures) { $0 == $1 }
    }
    public func hash(into hasher: inout Hasher) { hasher.combine(decisions) }
}

extension ModerationStore {
    /// Exchanges of a project in order of their ids.
    func exchanges(
        of project: ID<Project>, after: ID<Exchange>?, since: ID<Exchange>?, limit: Int
    ) async throws -> [ID<Exchange>] {
        let start = [after, since].compactMap { $0 }.max()?.uuid ?? Self.zero
        return try await pool.query(
            """
            SELECT id FROM gleaner.exchanges WHERE project_id = \(project.uuid) AND id > \(start) ORDER BY id LIMIT \(limit)
            """
        ).map { ID(try $0.decode("id")) }
    }

    private static let zero = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// Decisions in force that do not allow, newest first.
    /// - Parameter before: the last one of the page before.
    func flagged(
        _ filter: DecisionFilter, of project: ID<Project>, before: ID<StoredDecision>?, limit: Int
    ) async throws -> [StoredDecision] {
        let actions = PostgresArray(
            (filter.actions.isEmpty ? Set(ModerationAction.allCases).subtracting([.allow]) : filter.actions)
                .map(\.rawValue).sorted())
        return try await pool.query(
            """
            SELECT \(raw: Self.decisionColumns) FROM gleaner.moderation_decisions d
            WHERE d.project_id = \(project.uuid) AND d.action <> 'allow' AND d.action = ANY(\(actions))
              AND (\(filter.target?.rawValue)::text IS NULL OR d.target = \(filter.target?.rawValue))
              AND (\(filter.category)::text IS NULL OR \(filter.category) = ANY(d.categories))
              AND (\(filter.isByPerson)::boolean IS NULL OR (d.actor IS NOT NULL) = \(filter.isByPerson))
              AND (\(before?.uuid)::uuid IS NULL OR d.id < \(before?.uuid))
              AND \(sql: Self.isNewest)
            ORDER BY d.id DESC LIMIT \(limit)
            """
        ).flatMap(Self.decisions)
    }

    private static var isNewest: SQL {
        """
        NOT EXISTS (SELECT 1 FROM gleaner.moderation_decisions n
                    WHERE n.shard = d.shard AND n.exchange_id = d.exchange_id AND n.id > d.id
                      AND n.target = d.target AND n.subject_id = d.subject_id)
        """
    }

    /// - Parameter since: looks no further back.
    func standing(of project: ID<Project>, since: Date) async throws -> ModerationStanding {
        let from = UUID.lowest(at: since)
        var decisions: [ModerationAction: Int] = [:]
        var met = 0
        for row in try await pool.query(
            """
            SELECT d.action, count(*) AS met, count(*) FILTER (
                WHERE NOT EXISTS (
                    SELECT 1 FROM gleaner.moderation_decisions n
                    WHERE n.shard = d.shard AND n.exchange_id = d.exchange_id AND n.id > d.id AND n.id >= \(from)
                      AND n.target = d.target AND n.subject_id = d.subject_id OFFSET 0)) AS count
            FROM (
                SELECT d.* FROM gleaner.moderation_decisions d
                WHERE d.project_id = \(project.uuid) AND d.action <> 'allow' AND d.id >= \(from)
                ORDER BY d.id DESC LIMIT \(Int64(ModerationStanding.mostCounted))
            ) d GROUP BY d.action
            """)
        {
            met += Int(try row.decode("met", as: Int64.self))
            guard let action = ModerationAction(rawValue: try row.decode("action")) else { continue }
            let count = Int(try row.decode("count", as: Int64.self))
            if count > 0 { decisions[action] = count }
        }
        let failures = try await pool.query(
            """
            SELECT classifier, failure, count(*) AS count FROM (
                SELECT classifier, failure FROM gleaner.moderation_results
                WHERE project_id = \(project.uuid) AND status <> 'ok' AND id >= \(from)
                ORDER BY id DESC LIMIT \(Int64(ModerationStanding.mostCounted))
            ) r GROUP BY classifier, failure ORDER BY count DESC, classifier, failure LIMIT 50
            """
        ).map { row in
            (
                classifier: try row.decode("classifier", as: String.self),
                failure: try row.decode("failure", as: String.self),
                count: Int(try row.decode("count", as: Int64.self))
            )
        }
        let isCut = max(met, failures.reduce(0) { $0 + $1.count }) >= ModerationStanding.mostCounted
        return ModerationStanding(decisions: decisions, failures: failures, isCut: isCut)
    }

    /// Whether the project has such an exchange, and when a comment is meant, that feedback on it.
    func has(_ subject: ModerationSubject, in project: ID<Project>) async throws -> Bool {
        let exchange = subject.exchange
        if subject.target != .comment {
            return try await !pool.query(
                """
                SELECT 1 FROM gleaner.exchanges
                WHERE shard = \(exchange.shard.value) AND id = \(exchange.uuid) AND project_id = \(project.uuid)
                """
            ).isEmpty
        }
        return try await !pool.query(
            """
            SELECT 1 FROM gleaner.feedback
            WHERE shard = \(exchange.shard.value) AND id = \(subject.subject) AND exchange_id = \(exchange.uuid)
              AND project_id = \(project.uuid)
            """
        ).isEmpty
    }
}
