import AsyncPostgres
import GleanerCore
import GleanerReview
import GleanerTestSupport
import Testing

extension StoredExchanges {
    /// A project in which every item gets one judgement, and no reviewer a hidden check.
    static func single(_ pool: PostgresPool, project name: String = "default") async throws -> StoredExchanges {
        let world = try await StoredExchanges(pool: pool, project: name)
        try await world.settings { _ in }
        return world
    }

    /// A project with `number` exchanges that are all drawn for review, by one reviewer each unless `edit` says otherwise.
    static func drawn(
        _ number: Int, _ edit: (inout ReviewSettings) -> Void = { _ in }
    ) async throws -> StoredExchanges {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        try await world.settings(edit)
        for count in 0..<number { try await world.add(user: "Sawaal \(count)", answer: "Jawab \(count)") }
        try await world.drawAll()
        return world
    }

    /// Sets how the project reviews, from one judgement each and no hidden checks on.
    func settings(_ edit: (inout ReviewSettings) -> Void) async throws {
        var settings = ReviewSettings(doubleReviewShare: 0, goldShare: 0)
        edit(&settings)
        try await RubricService(pool: pool).set(settings, of: project, by: "test")
    }

    /// Draws everything that is stored.
    func drawAll() async throws {
        let sampling = SamplingService(pool: pool)
        _ = try await sampling.drawBacklog(sampling.setRule(project: project, name: "all", probability: 1))
    }

    /// How many rows there are.
    func count(_ table: String) async throws -> Int {
        try await pool.query("SELECT count(*) AS count FROM gleaner.\(identifier: table)")[0].decode("count")
    }
}

extension ReviewAnswers {
    /// Every question of the standard rubric answered alike.
    static func all(_ score: Int, correction: String? = nil, comment: String? = nil) -> ReviewAnswers {
        ReviewAnswers(
            scores: Dictionary(uniqueKeysWithValues: Rubric.standard.questions.map { ($0.name, score) }),
            correction: correction, comment: comment)
    }
}
