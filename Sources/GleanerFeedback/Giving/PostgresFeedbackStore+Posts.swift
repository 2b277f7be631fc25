import AsyncPostgres
import GleanerCore
import GleanerHTTP

extension PostgresFeedbackStore {
    /// Whoever comes second waits here until the first has committed, and then finds its answer; or goes on in its place.
    func claim(_ key: PostKey) async throws -> KeptPost? {
        let inserted = try await query(
            """
            INSERT INTO gleaner.feedback_posts
                (project_id, holder, key_sha256, request_sha256, http_status, answer, created_at)
            VALUES (\(key.project.uuid), \(key.holder), \(key.sha256), \(key.requestHash), 0, ''::bytea, now())
            ON CONFLICT (project_id, holder, key_sha256) DO NOTHING
            """)
        guard inserted.affected == 0 else { return nil }
        let row = try await query(
            """
            SELECT request_sha256, http_status, answer FROM gleaner.feedback_posts
            WHERE project_id = \(key.project.uuid) AND holder = \(key.holder) AND key_sha256 = \(key.sha256)
            """
        ).first
        // It expired in between: the sender may try again.
        guard let row else { throw IdempotencyError.running }
        return KeptPost(
            requestHash: try row.decode("request_sha256"),
            answer: PostAnswer(status: try row.decode("http_status", as: Int.self), body: try row.decode("answer")))
    }

    func keep(_ answer: PostAnswer, for key: PostKey) async throws {
        try await query(
            """
            UPDATE gleaner.feedback_posts SET http_status = \(Int16(answer.status)), answer = \(answer.body)
            WHERE project_id = \(key.project.uuid) AND holder = \(key.holder) AND key_sha256 = \(key.sha256)
            """)
    }

    /// Forgets posts older than 24 hours.
    public func expirePosts() async throws {
        try await query("DELETE FROM gleaner.feedback_posts WHERE created_at < now() - interval '24 hours'")
    }
}
