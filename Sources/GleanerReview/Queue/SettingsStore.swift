import AsyncPostgres
import Foundation
import GleanerCore
import Synchronization

/// A project's `ReviewSettings`, known for two seconds at a time: each lease and each batch of ingest asks.
final class SettingsStore: Sendable {
    let pool: PostgresPool
    private let known = Mutex<[ID<Project>: (settings: ReviewSettings, at: ContinuousClock.Instant)]>([:])

    init(pool: PostgresPool) { self.pool = pool }

    func settings(of project: ID<Project>) async throws -> ReviewSettings {
        if let entry = known.withLock({ $0[project] }), ContinuousClock.now - entry.at < .seconds(2) {
            return entry.settings
        }
        let row = try await pool.query(
            "SELECT document FROM gleaner.review_settings WHERE project_id = \(project.uuid)"
        ).first
        let settings = try row.map {
            try JSONDecoder().decode(ReviewSettings.self, from: Data($0.decode("document", as: JSONB.self).bytes))
        }
        remember(settings ?? ReviewSettings(), of: project)
        return settings ?? ReviewSettings()
    }

    func set(_ settings: ReviewSettings, of project: ID<Project>, by author: String) async throws {
        let document = JSONB(bytes: Array(try JSONEncoder().encode(settings)))
        try await pool.query(
            """
            INSERT INTO gleaner.review_settings (project_id, document, updated_by, updated_at)
            VALUES (\(project.uuid), \(document), \(author), now())
            ON CONFLICT (project_id) DO UPDATE SET
                document = excluded.document, updated_by = excluded.updated_by, updated_at = excluded.updated_at
            """)
        remember(settings, of: project)
    }

    private func remember(_ settings: ReviewSettings, of project: ID<Project>) {
        known.withLock { $0[project] = (settings, .now) }
    }
}
