import AsyncPostgres
import Foundation
import GleanerCore

/// What names a subject without hanging on one of its exchanges.
struct ErasureLooseEnds {
    let sweep: ErasureSweep
    private var project: UUID { sweep.project.uuid }

    func erase(on connection: PostgresConnection) async throws -> ErasureTally {
        var tally = ErasureTally()
        switch sweep.subject {
        case .exchange: break
        case .conversation(let name):
            try await erase(conversation: name, &tally, connection)
            try await quarantined("conversation", name, &tally, connection)
            try await audited([name], &tally, connection)
        case .endUser(let name):
            try await rated(name, &tally, connection)
            try await quarantined("end_user", name, &tally, connection)
            try await audited(sweep.raters, &tally, connection)
            try await EvaluationErasure(sweep: sweep).erase(units: ["user:\(name)"], &tally, connection)
        }
        return tally
    }

    /// Feedback on a conversation as a whole or on a turn whose exchange never came, and its placeholders.
    func erase(
        conversation name: String, _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        // What hangs on a stored exchange goes with that one.
        let said = try await connection.query(
            """
            DELETE FROM gleaner.feedback f
            WHERE f.project_id = \(project) AND f.conversation = \(name) AND f.created_at <= \(sweep.before)
              AND NOT EXISTS (SELECT 1 FROM gleaner.exchanges e WHERE e.shard = f.shard AND e.id = f.exchange_id)
            """)
        tally.add(said.affected, to: "feedback")
        let early = try await connection.query(
            """
            DELETE FROM gleaner.early_feedback
            WHERE project_id = \(project) AND conversation = \(name) AND created_at <= \(sweep.before)
            """)
        tally.add(early.affected, to: "early_feedback")
        let placeholders = try await connection.query(
            """
            DELETE FROM gleaner.moderation_placeholders
            WHERE shard = \(Shard(project: sweep.project, conversation: name).value) AND project_id = \(project)
              AND conversation = \(name)
              AND (created_at <= \(sweep.before)
                   OR NOT EXISTS (SELECT 1 FROM gleaner.exchanges e
                                  WHERE e.project_id = \(project) AND e.conversation = \(name)))
            """)
        tally.add(placeholders.affected, to: "moderation_placeholders")
        try await EvaluationErasure(sweep: sweep).erase(units: ["conversation:\(name)"], &tally, connection)
    }

    /// What the end user said of others' exchanges.
    private func rated(
        _ name: String, _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        let raters = PostgresArray(sweep.raters)
        let others: SQL = """
            f.project_id = \(project) AND f.rater = ANY (\(raters)) AND f.created_at <= \(sweep.before)
            AND NOT EXISTS (SELECT 1 FROM gleaner.exchanges e
                            WHERE e.shard = f.shard AND e.id = f.exchange_id AND e.project_id = f.project_id
                              AND e.end_user = \(name) AND e.received_at <= \(sweep.before))
            """
        let comments: SQL = "SELECT f.id, f.shard, f.exchange_id FROM gleaner.feedback f WHERE \(sql: others)"
        for table in ["moderation_results", "moderation_decisions"] {
            let gone = try await connection.query(
                """
                DELETE FROM gleaner.\(identifier: table) t USING (\(sql: comments)) f
                WHERE t.shard = f.shard AND t.exchange_id = f.exchange_id AND t.target = 'comment' AND t.subject_id = f.id
                """)
            tally.add(gone.affected, to: table)
        }
        let said = try await connection.query(
            """
            WITH gone AS (
                DELETE FROM gleaner.feedback f WHERE \(sql: others) RETURNING f.project_id, f.exchange_id, f.kind
            ), marked AS (
                INSERT INTO gleaner.rollup_marks (project_id, part, at)
                SELECT DISTINCT project_id, 'judgements', gleaner.hour_of(exchange_id) FROM gone WHERE exchange_id IS NOT NULL
            )
            SELECT exchange_id, kind FROM gone
            """)
        tally.add(said.count, to: "feedback")
        var words: Set<ID<Exchange>> = []
        var votes: Set<ID<Exchange>> = []
        for row in said {
            guard let id = try row.decodeIfPresent("exchange_id", as: UUID.self) else { continue }
            let isText = ["correction", "preference"].contains(try row.decode("kind", as: String.self))
            if isText { words.insert(ID(id)) } else { votes.insert(ID(id)) }
        }
        let datasets = DatasetErasure(sweep: sweep)
        try await datasets.erase(lines: Array(words), &tally, connection)
        try await datasets.forget(raters: sweep.raters, in: Array(votes.union(words)), &tally, connection)
        for table in ["early_feedback", "rater_marks"] {
            let gone = try await connection.query(
                "DELETE FROM gleaner.\(identifier: table) WHERE project_id = \(project) AND rater = ANY (\(raters))")
            tally.add(gone.affected, to: table)
        }
    }

    private func quarantined(
        _ column: String, _ name: String, _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        let gone = try await connection.query(
            """
            DELETE FROM gleaner.quarantine
            WHERE project_id = \(project) AND \(identifier: column) = \(Array(name.utf8))
              AND created_at <= \(sweep.before)
            """)
        tally.add(gone.affected, to: "quarantine")
    }

    /// That something was done stays; to whom does not.
    private func audited(
        _ names: [String], _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        let gone = try await connection.query(
            """
            UPDATE gleaner.audit_events SET subject = 'erased'
            WHERE project_id = \(project) AND subject = ANY (\(PostgresArray(names)))
            """)
        tally.add(gone.affected, to: "audit_events")
    }
}
