import AsyncPostgres
import GleanerCore
import GleanerJobs

/// Evaluations that wait for reviewers.
extension PostgresEvaluationStore {
    func waitForPeople(_ id: ID<Evaluation>) async throws {
        try await pool.query(
            """
            UPDATE gleaner.evaluations SET state = 'waiting_for_people'
            WHERE id = \(id.uuid) AND state = 'running' AND people_ended_at IS NULL
            """)
    }

    /// Of all projects, the oldest first.
    func waitingForPeople() async throws -> [Evaluation] {
        try await pool.query(
            "\(sql: Self.all) WHERE e.state = 'waiting_for_people' ORDER BY e.id LIMIT 1000"
        ).map(Self.evaluation)
    }

    /// Ends the wait and queues the rest of the work, both or neither.
    /// - Returns: `false` when it did not wait.
    @discardableResult
    func endWait(
        _ id: ID<Evaluation>, of project: ID<Project>, by actor: String, queue: JobQueue
    ) async throws -> Bool {
        try await pool.withTransaction { connection in
            let ended = try await connection.query(
                """
                UPDATE gleaner.evaluations SET state = 'running', people_ended_at = now(), people_ended_by = \(actor)
                WHERE id = \(id.uuid) AND project_id = \(project.uuid) AND state = 'waiting_for_people'
                """)
            guard ended.affected == 1 else { return false }
            let job = try await queue.enqueue(
                NewJob(
                    kind: .evaluation, project: project, payload: ["evaluation": .string(id.description)],
                    idempotencyKey: "\(id):people"), on: connection)
            try await connection.query("UPDATE gleaner.evaluations SET job_id = \(job.uuid) WHERE id = \(id.uuid)")
            return true
        }
    }
}
