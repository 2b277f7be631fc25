import AsyncPostgres
public import GleanerCore

extension CanaryService {
    /// The newest canary of a candidate on a route, whatever became of it.
    public func canary(of candidate: String, on route: String, in project: ID<Project>) async throws -> Canary? {
        let row = try await store.pool.query(
            """
            SELECT id FROM gleaner.canaries
            WHERE project_id = \(project.uuid) AND route = \(route) AND candidate = \(candidate) ORDER BY id DESC LIMIT 1
            """
        ).first
        guard let row else { return nil }
        return try await canary(ID(row.decode("id")), of: project)
    }

    /// Whether a canary runs on a route.
    public func isRunning(on route: String, in project: ID<Project>) async throws -> Bool {
        try await !store.pool.query(
            """
            SELECT 1 FROM gleaner.canaries WHERE project_id = \(project.uuid) AND route = \(route) AND state = 'running'
            """
        ).isEmpty
    }
}
