import AsyncPostgres
import Foundation
import GleanerCore

/// What models were asked and measured with: answers to holdout lines, judgements of them, and canaries' counts.
struct EvaluationErasure {
    let sweep: ErasureSweep
    private var project: UUID { sweep.project.uuid }

    /// Answers to the prompts of `ids`, whatever evaluation asked, and what was counted of them alone.
    func erase(
        exchanges ids: [ID<Exchange>], _ tally: inout ErasureTally, _ connection: PostgresConnection
    ) async throws {
        let uuids = PostgresArray(ids.map(\.uuid))
        // An item names its exchange; a judgement has its line only, so it goes first.
        let judged = try await connection.query(
            """
            DELETE FROM gleaner.evaluation_judgements j USING (
                SELECT DISTINCT i.evaluation_id, i.line
                FROM gleaner.evaluation_items i JOIN gleaner.evaluations e ON e.id = i.evaluation_id
                WHERE i.exchange_id = ANY (\(uuids)) AND e.project_id = \(project)) g
            WHERE j.evaluation_id = g.evaluation_id AND j.line = g.line
            """)
        tally.add(judged.affected, to: "evaluation_judgements")
        let answered = try await connection.query(
            """
            DELETE FROM gleaner.evaluation_items i USING gleaner.evaluations e
            WHERE i.exchange_id = ANY (\(uuids)) AND e.id = i.evaluation_id AND e.project_id = \(project)
            """)
        tally.add(answered.affected, to: "evaluation_items")
        try await erase(units: ids.map { "exchange:\($0)" }, &tally, connection)
    }

    /// - Parameter units: `user:…`, `conversation:…` or `exchange:…`.
    func erase(units: [String], _ tally: inout ErasureTally, _ connection: PostgresConnection) async throws {
        let counted = try await connection.query(
            """
            DELETE FROM gleaner.canary_units u USING gleaner.canaries c
            WHERE u.unit = ANY (\(PostgresArray(units))) AND c.id = u.canary_id AND c.project_id = \(project)
            """)
        tally.add(counted.affected, to: "canary_units")
    }
}
