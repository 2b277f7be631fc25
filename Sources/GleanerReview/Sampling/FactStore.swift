import AsyncPostgres
import Foundation
import GleanerCore

/// What `gleaner.exchanges` tells of an exchange, and which system prompts are new.
struct FactStore: Sendable {
    let pool: PostgresPool

    /// Above so many system prompts in a project, each call has its own, and none is new.
    private static let maximumPrompts = 10_000

    /// Of those that are whole and answered well enough to be judged, as `SamplingCandidate.isEligible` says.
    func facts(of ids: [ID<Exchange>]) async throws -> [(facts: ExchangeFacts, fingerprint: [UInt8]?)] {
        try await pool.query(
            """
            SELECT e.id, e.project_id, e.route, e.variant, e.served_model, e.source, e.duration_ms, e.system_fingerprint
            FROM unnest(\(PostgresArray(ids.map(\.shard.value))), \(PostgresArray(ids.map(\.uuid)))) AS k (shard, id)
            JOIN gleaner.exchanges e ON e.shard = k.shard AND e.id = k.id
            WHERE e.status = 'completed' AND e.complete AND e.http_status = 200
            ORDER BY e.id
            """
        ).map(Self.facts)
    }

    /// The same for a project's exchanges after `last`, by id.
    func facts(
        of project: ID<Project>, after last: ID<Exchange>, limit: Int
    ) async throws -> [(facts: ExchangeFacts, fingerprint: [UInt8]?)] {
        try await pool.query(
            """
            SELECT id, project_id, route, variant, served_model, source, duration_ms, system_fingerprint
            FROM gleaner.exchanges
            WHERE project_id = \(project.uuid) AND id > \(last.uuid)
              AND status = 'completed' AND complete AND http_status = 200
            ORDER BY id LIMIT \(limit)
            """
        ).map(Self.facts)
    }

    /// The newest ones, and how many there were a day over the last week.
    func recent(
        of project: ID<Project>, limit: Int
    ) async throws -> (facts: [(facts: ExchangeFacts, fingerprint: [UInt8]?)], perDay: Double) {
        let rows = try await pool.query(
            """
            SELECT id, project_id, route, variant, served_model, source, duration_ms, system_fingerprint
            FROM gleaner.exchanges
            WHERE project_id = \(project.uuid) AND status = 'completed' AND complete AND http_status = 200
            ORDER BY id DESC LIMIT \(limit)
            """)
        let week = ID<Exchange>.earliest(at: Date().addingTimeInterval(-7 * 86_400))
        let count = try await pool.query(
            """
            SELECT count(*)::float8 / greatest(1, extract(epoch FROM now() - min(received_at)) / 86400)::float8 AS per_day
            FROM gleaner.exchanges
            WHERE project_id = \(project.uuid) AND id > \(week.uuid)
              AND status = 'completed' AND complete AND http_status = 200
            """, timeout: .seconds(120))
        return (try rows.map(Self.facts), try count[0].decodeIfPresent("per_day") ?? 0)
    }

    /// Remembers system prompts that were not seen before.
    /// - Returns: those first seen within the last week.
    func newPrompts(_ fingerprints: Set<[UInt8]>, in project: ID<Project>) async throws -> Set<[UInt8]> {
        guard !fingerprints.isEmpty else { return [] }
        let wanted = PostgresArray(fingerprints.sorted { $0.lexicographicallyPrecedes($1) })
        let rows = try await pool.query(
            """
            WITH room AS (
                SELECT count(*) < \(Self.maximumPrompts) AS is_left FROM (
                    SELECT 1 FROM gleaner.sampling_prompts WHERE project_id = \(project.uuid)
                    LIMIT \(Self.maximumPrompts)) p
            ), made AS (
                INSERT INTO gleaner.sampling_prompts (project_id, fingerprint, first_seen)
                SELECT \(project.uuid), f, now() FROM room, unnest(\(wanted)) AS f WHERE is_left
                ON CONFLICT DO NOTHING RETURNING fingerprint
            )
            SELECT fingerprint FROM made
            UNION
            SELECT fingerprint FROM gleaner.sampling_prompts
            WHERE project_id = \(project.uuid) AND fingerprint = ANY(\(wanted)) AND first_seen > now() - interval '7 days'
            """)
        return Set(try rows.map { try $0.decode("fingerprint", as: [UInt8].self) })
    }

    /// The prompts of the last month with the day each began, so that a rule on new ones does not take all for new.
    func primePrompts(of project: ID<Project>) async throws {
        let month = ID<Exchange>.earliest(at: Date().addingTimeInterval(-30 * 86_400))
        try await pool.query(
            """
            INSERT INTO gleaner.sampling_prompts (project_id, fingerprint, first_seen)
            SELECT \(project.uuid), system_fingerprint, min(received_at) FROM gleaner.exchanges
            WHERE project_id = \(project.uuid) AND id > \(month.uuid) AND system_fingerprint IS NOT NULL
            GROUP BY system_fingerprint LIMIT \(Self.maximumPrompts)
            ON CONFLICT DO NOTHING
            """, timeout: .seconds(120))
    }

    private static func facts(_ row: PostgresRow) throws -> (ExchangeFacts, [UInt8]?) {
        (
            ExchangeFacts(
                id: ID(try row.decode("id", as: UUID.self)), project: ID(try row.decode("project_id", as: UUID.self)),
                route: try row.decodeIfPresent("route"), variant: try row.decodeIfPresent("variant"),
                model: try row.decodeIfPresent("served_model"), source: try row.decodeIfPresent("source"),
                durationMS: try row.decodeIfPresent("duration_ms")),
            try row.decodeIfPresent("system_fingerprint")
        )
    }
}

extension ID {
    /// The smallest id of a moment: ids of UUIDv7 at or after it are not below.
    static func earliest(at time: Date) -> Self {
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1000))
        let bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * $0)) }
        return Self(bytes: bytes + [UInt8](repeating: 0, count: 10))!
    }
}
