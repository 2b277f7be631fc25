import AsyncPostgres
import GleanerCore

/// What a search form can offer: the values that the project's exchanges have.
public struct ExchangeValues: Sendable, Hashable {
    public let variants: [String]
    public let languages: [String]
    /// These four of the newest exchanges alone, as no index has them.
    public let models: [String]
    public let routes: [String]
    public let providers: [String]
    public let tags: [String]

    /// Of each, at most.
    static let most = 60
    private static let newest = 500

    static func of(_ project: ID<Project>, pool: PostgresPool) async throws -> ExchangeValues {
        try await pool.withConnection { connection in
            let recent = try await connection.query(
                """
                SELECT DISTINCT e.route, e.provider, e.model, t.tag FROM (
                    SELECT route, provider, coalesce(served_model, requested_model) AS model, tags FROM gleaner.exchanges
                    WHERE project_id = \(project.uuid) ORDER BY id DESC LIMIT \(Int64(newest))
                ) e LEFT JOIN LATERAL unnest(e.tags) AS t (tag) ON true
                """)
            func values(_ column: String) throws -> [String] {
                Array(
                    Set(try recent.compactMap { try $0.decodeIfPresent(column, as: String.self) }).sorted().prefix(most)
                )
            }
            return ExchangeValues(
                variants: try await distinct("variant", where: "e.variant IS NOT NULL", project, connection),
                languages: SearchDriver.commonLanguages
                    + (try await distinct(
                        "language", where: "e.language <> ALL ('{en,hi,hi-Latn,hi-en,und}')", project, connection)),
                models: try values("model"), routes: try values("route"), providers: try values("provider"),
                tags: try values("tag"))
        }
    }

    /// Hops along an index from each value to the next: as many look-ups as there are values, however many rows.
    private static func distinct(
        _ column: String, where isIndexed: SQL, _ project: ID<Project>, _ connection: PostgresConnection
    ) async throws -> [String] {
        try await connection.query(
            """
            WITH RECURSIVE v (value) AS (
                (SELECT e.\(identifier: column) FROM gleaner.exchanges e
                 WHERE e.project_id = \(project.uuid) AND \(sql: isIndexed) ORDER BY e.\(identifier: column) LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT e.\(identifier: column) FROM gleaner.exchanges e
                    WHERE e.project_id = \(project.uuid) AND \(sql: isIndexed) AND e.\(identifier: column) > v.value
                    ORDER BY e.\(identifier: column) LIMIT 1)
                FROM v WHERE v.value IS NOT NULL
            )
            SELECT value FROM v WHERE value IS NOT NULL LIMIT \(Int64(most))
            """
        ).map { try $0.decode("value") }
    }
}
