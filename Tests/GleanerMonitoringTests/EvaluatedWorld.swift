import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport

@testable import GleanerEvaluation

extension RollupWorld {
    /// What a test expects of one measure: values with the probabilities they were drawn with.
    typealias Found = [String: [PredictionPowered.Unit]]

    /// Writes figures of all that dashboards show, as evaluators would.
    @discardableResult
    func evaluate(_ ids: [ID<Exchange>], seed: UInt64, share: Double = 0.5) async throws -> Found {
        try await pool.query(
            """
            INSERT INTO gleaner.evaluator_policies (project_id, version, document, author, note, created_at)
            VALUES (\(project.uuid), 1, '{"evaluators": []}', 'test', '', now()) ON CONFLICT DO NOTHING
            """)
        var random = SeededRandom(seed: seed)
        var found: Found = [:]
        var results: [EvaluatorStore.Result] = []
        func add(
            _ evaluator: String, _ id: ID<Exchange>, probability: Double = 1, version: String = "1",
            _ values: [String: Double]
        ) {
            results.append(
                .init(
                    exchange: id, evaluator: evaluator, version: version, probability: probability,
                    outcome: .measured(values.map { MeasuredValue($0.key, $0.value) })))
            for (measure, value) in values {
                found[measure, default: []].append(.init(judge: value, judged: probability))
            }
        }
        for (number, id) in ids.enumerated() {
            add("refusal", id, ["refused": number % 9 == 0 ? 1 : 0])
            add("json", id, ["json_valid": number % 11 == 0 ? 0 : 1])
            add("repetition", id, ["repetition": Double.random(in: 0..<0.4, using: &random)])
            add(
                "code_mix", id,
                [
                    "cmi": Double.random(in: 0...50, using: &random), "same_matrix": number % 4 == 0 ? 0 : 1,
                    "mix_distance": Double.random(in: 0...20, using: &random),
                    "instructed": Double.random(in: 0.5...1, using: &random),
                ])
            add("transliteration", id, ["pair_agreement": Double.random(in: 0.5...1, using: &random)])
            if Double.random(in: 0..<1, using: &random) < share {
                add(
                    "relevance", id, probability: share, version: "1-aaaa",
                    ["similarity": Double.random(in: -0.2...0.9, using: &random)])
            } else {
                results.append(
                    .init(
                        exchange: id, evaluator: "judge", version: "1-bbbb", probability: share,
                        outcome: .failed(reason: number % 2 == 0 ? "timed_out" : "status_503", isTransient: true)))
            }
        }
        try await EvaluatorStore(pool: pool).write(results, by: 1, in: project)
        return found
    }
}
