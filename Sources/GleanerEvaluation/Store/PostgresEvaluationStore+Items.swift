import AsyncPostgres
import Foundation
import GleanerCore

extension PostgresEvaluationStore {
    struct AnswerKey: Hashable {
        let line: Int
        let isCandidate: Bool
    }

    func answered(_ id: ID<Evaluation>) async throws -> Set<AnswerKey> {
        Set(
            try await pool.query("SELECT line, side FROM gleaner.evaluation_items WHERE evaluation_id = \(id.uuid)").map
            {
                AnswerKey(
                    line: Int(try $0.decode("line", as: Int32.self)), isCandidate: try $0.decode("side") == "candidate")
            })
    }

    /// A line that was erased while it was asked about leaves no answer behind.
    private func isThere(_ line: Int, _ id: ID<Evaluation>) -> SQL {
        """
        EXISTS (SELECT 1 FROM gleaner.evaluations v JOIN gleaner.examples x ON x.version_id = v.version_id
                WHERE v.id = \(id.uuid) AND x.split = 'holdout' AND x.line = \(Int32(line)))
        """
    }

    func put(
        _ answer: ModelAnswer, _ scores: ItemScores, costUSD: Double?, of item: HoldoutItem, side: String,
        _ id: ID<Evaluation>
    ) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.evaluation_items
                (evaluation_id, line, side, exchange_id, answer, finish_reason, prompt_tokens, completion_tokens, cost_usd,
                 duration_ms, scores, answered_at)
            SELECT \(id.uuid), \(Int32(item.line)), \(side), \(item.exchange.uuid), \(answer.text), \(answer.finishReason),
                   \(answer.promptTokens.map(Int32.init(clamping:))), \(answer.completionTokens.map(Int32.init(clamping:))),
                   \(costUSD), \(answer.duration.milliseconds), \(JSONB(bytes: try StoredJSON.bytes(scores))), now()
            WHERE \(sql: isThere(item.line, id))
            ON CONFLICT DO NOTHING
            """)
    }

    func put(
        _ failure: AnswerFailure, of item: HoldoutItem, side: String, _ id: ID<Evaluation>, after duration: Duration
    ) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.evaluation_items
                (evaluation_id, line, side, exchange_id, failure, duration_ms, scores, answered_at)
            SELECT \(id.uuid), \(Int32(item.line)), \(side), \(item.exchange.uuid), \(failure.word),
                   \(duration.milliseconds), '{}', now()
            WHERE \(sql: isThere(item.line, id))
            ON CONFLICT DO NOTHING
            """)
    }

    /// By line, then by whether it is the candidate's.
    func scored(_ id: ID<Evaluation>) async throws -> [Int: [Bool: ScoredItem]] {
        var scored: [Int: [Bool: ScoredItem]] = [:]
        for row in try await pool.query(
            """
            SELECT line, side, failure, scores, duration_ms, cost_usd FROM gleaner.evaluation_items
            WHERE evaluation_id = \(id.uuid)
            """)
        {
            let line = Int(try row.decode("line", as: Int32.self))
            let isCandidate = try row.decode("side", as: String.self) == "candidate"
            let failed = try row.decodeIfPresent("failure", as: String.self) != nil
            scored[line, default: [:]][isCandidate] = ScoredItem(
                line: line, isCandidate: isCandidate,
                scores: failed ? nil : try StoredJSON.read(ItemScores.self, row.decode("scores", as: JSONB.self).bytes),
                milliseconds: try row.decode("duration_ms"), costUSD: try row.decodeIfPresent("cost_usd"))
        }
        return scored
    }

    /// Answers by line; `nil` where there was none.
    func texts(_ id: ID<Evaluation>) async throws -> [Int: (candidate: String?, incumbent: String?)] {
        var texts: [Int: (candidate: String?, incumbent: String?)] = [:]
        for row in try await pool.query(
            "SELECT line, side, answer FROM gleaner.evaluation_items WHERE evaluation_id = \(id.uuid)")
        {
            let line = Int(try row.decode("line", as: Int32.self))
            let answer: String? = try row.decodeIfPresent("answer")
            if try row.decode("side", as: String.self) == "candidate" {
                texts[line, default: (nil, nil)].candidate = answer
            } else {
                texts[line, default: (nil, nil)].incumbent = answer
            }
        }
        return texts
    }

    // MARK: Judgements

    /// By line, then by whether the candidate's answer stood first.
    func judged(_ id: ID<Evaluation>) async throws -> [Int: [Bool: JudgedPreference]] {
        var judged: [Int: [Bool: JudgedPreference]] = [:]
        for row in try await pool.query(
            """
            SELECT line, candidate_first, preferred FROM gleaner.evaluation_judgements WHERE evaluation_id = \(id.uuid)
            """)
        {
            judged[Int(try row.decode("line", as: Int32.self)), default: [:]][try row.decode("candidate_first")] =
                JudgedPreference(rawValue: try row.decode("preferred")) ?? .unreadable
        }
        return judged
    }

    func put(
        _ preference: JudgedPreference, by judge: JudgeChoice, candidateFirst: Bool, costUSD: Double?, of line: Int,
        _ id: ID<Evaluation>
    ) async throws {
        try await pool.query(
            """
            INSERT INTO gleaner.evaluation_judgements
                (evaluation_id, line, candidate_first, preferred, model, prompt_sha256, cost_usd, judged_at)
            SELECT \(id.uuid), \(Int32(line)), \(candidateFirst), \(preference.rawValue), \(judge.model),
                   \(judge.promptHash), \(costUSD), now()
            WHERE \(sql: isThere(line, id))
            ON CONFLICT DO NOTHING
            """)
    }

    /// Of answers and judgements; `nil` when no price is known.
    func cost(_ id: ID<Evaluation>) async throws -> Double? {
        try await pool.query(
            """
            SELECT sum(cost_usd) AS cost FROM (
                SELECT cost_usd FROM gleaner.evaluation_items WHERE evaluation_id = \(id.uuid)
                UNION ALL SELECT cost_usd FROM gleaner.evaluation_judgements WHERE evaluation_id = \(id.uuid)) c
            """
        ).first?.decodeIfPresent("cost")
    }
}

extension Duration {
    var milliseconds: Double { Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15 }
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
