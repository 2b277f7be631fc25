import AsyncPostgres
import Foundation
import GleanerCore

/// A call to the teacher, planned or made.
struct DraftCall: Sendable {
    enum State: String, Sendable { case planned, asked, answered, logged, failed }
    let number: Int32
    let isAnswer: Bool
    let topic: String?
    let question: String?
    let reply: [UInt8]?
    let state: State
    let exchange: ID<Exchange>?
    let answeredAt: Date?
    let promptTokens: Int32?
    let completionTokens: Int32?
}

/// Runs and their calls in `gleaner.drafts` and `gleaner.draft_calls`.
struct DraftStore: Sendable {
    let pool: PostgresPool
    let project: ID<Project>

    /// The run of these settings; made when there is none.
    func begin(_ settings: DraftSettings, for dataset: String) async throws -> UUID {
        let hash = try settings.sha256()
        try await pool.query(
            """
            INSERT INTO gleaner.drafts (id, project_id, dataset, settings, settings_sha256, created_at)
            VALUES (\(ID<DraftSettings>.new().uuid), \(project.uuid), \(dataset), \(JSONB(bytes: try settings.document())),
                    \(hash), clock_timestamp())
            ON CONFLICT (project_id, dataset, settings_sha256) DO NOTHING
            """)
        return try await pool.query(
            """
            SELECT id FROM gleaner.drafts
            WHERE project_id = \(project.uuid) AND dataset = \(dataset) AND settings_sha256 = \(hash)
            """)[0].decode("id")
    }

    func known(_ settings: DraftSettings, for dataset: String) async throws -> UUID? {
        try await pool.query(
            """
            SELECT id FROM gleaner.drafts WHERE project_id = \(project.uuid) AND dataset = \(dataset)
              AND settings_sha256 = \(try settings.sha256())
            """
        ).first.map { try $0.decode("id") }
    }

    func calls(of draft: UUID) async throws -> [DraftCall] {
        try await pool.query(
            "SELECT * FROM gleaner.draft_calls WHERE draft_id = \(draft) ORDER BY number"
        ).map { row in
            DraftCall(
                number: try row.decode("number"), isAnswer: try row.decode("purpose", as: String.self) == "answer",
                topic: try row.decodeIfPresent("topic"), question: try row.decodeIfPresent("question"),
                reply: try row.decodeIfPresent("reply"),
                state: DraftCall.State(rawValue: try row.decode("state")) ?? .failed,
                exchange: try row.decodeIfPresent("exchange_id", as: UUID.self).map { ID($0) },
                answeredAt: try row.decodeIfPresent("answered_at"),
                promptTokens: try row.decodeIfPresent("prompt_tokens"),
                completionTokens: try row.decodeIfPresent("completion_tokens"))
        }
    }

    func planQuestions(_ topics: [String], of draft: UUID, from number: Int32) async throws {
        try await pool.withConnection { connection in
            try await plan(
                topics.map { (topic: $0, question: nil) }, purpose: "questions", of: draft, from: number, on: connection
            )
        }
    }

    private func plan(
        _ items: [(topic: String?, question: String?)], purpose: String, of draft: UUID, from number: Int32,
        on connection: PostgresConnection
    ) async throws {
        guard !items.isEmpty else { return }
        try await connection.query(
            """
            INSERT INTO gleaner.draft_calls (draft_id, number, purpose, topic, question, state)
            SELECT \(draft), \(number) + n - 1, \(purpose), topic, question, 'planned'
            FROM unnest(\(PostgresArray(items.map(\.topic))), \(PostgresArray(items.map(\.question)))) WITH ORDINALITY
                AS i (topic, question, n)
            """)
    }

    /// Written before it is sent: a successor knows that it may have been paid for.
    func asked(_ call: DraftCall, of draft: UUID) async throws {
        try await pool.query(
            """
            UPDATE gleaner.draft_calls SET state = 'asked', asked_at = clock_timestamp()
            WHERE draft_id = \(draft) AND number = \(call.number)
            """)
    }

    /// Nothing was paid for.
    func refused(_ call: DraftCall, of draft: UUID) async throws {
        try await pool.query(
            "UPDATE gleaner.draft_calls SET state = 'planned' WHERE draft_id = \(draft) AND number = \(call.number)")
    }

    func failed(_ call: DraftCall, _ answer: TeacherAnswer?, of draft: UUID) async throws {
        try await pool.query(
            """
            UPDATE gleaner.draft_calls
            SET state = 'failed', reply = NULL, answered_at = clock_timestamp(), prompt_tokens = \(answer?.promptTokens),
                completion_tokens = \(answer?.completionTokens)
            WHERE draft_id = \(draft) AND number = \(call.number)
            """)
    }

    /// The reply with the id and the time that its exchange will have.
    func answered(_ call: DraftCall, _ reply: [UInt8], _ answer: TeacherAnswer, of draft: UUID) async throws {
        try await pool.query(
            """
            UPDATE gleaner.draft_calls
            SET state = 'answered', reply = \(reply), exchange_id = \(ID<Exchange>.new().uuid),
                answered_at = date_trunc('milliseconds', clock_timestamp()), prompt_tokens = \(answer.promptTokens),
                completion_tokens = \(answer.completionTokens)
            WHERE draft_id = \(draft) AND number = \(call.number)
            """)
    }

    func logged(_ call: DraftCall, of draft: UUID) async throws {
        try await pool.query(
            """
            UPDATE gleaner.draft_calls SET state = 'logged', reply = NULL
            WHERE draft_id = \(draft) AND number = \(call.number)
            """)
    }

    /// What was asked for is there, and planned to be answered: both or neither.
    func proposed(
        _ call: DraftCall, _ questions: [String], _ answer: TeacherAnswer, of draft: UUID, from number: Int32
    ) async throws {
        try await pool.withTransaction { connection in
            try await connection.query(
                """
                UPDATE gleaner.draft_calls
                SET state = 'answered', answered_at = clock_timestamp(), prompt_tokens = \(answer.promptTokens),
                    completion_tokens = \(answer.completionTokens)
                WHERE draft_id = \(draft) AND number = \(call.number)
                """)
            try await plan(
                questions.map { (topic: call.topic, question: $0) }, purpose: "answer", of: draft, from: number,
                on: connection)
        }
    }

    func finish(_ draft: UUID) async throws {
        try await pool.query(
            "UPDATE gleaner.drafts SET finished_at = coalesce(finished_at, clock_timestamp()) WHERE id = \(draft)")
    }
}
