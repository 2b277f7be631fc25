import AsyncPostgres
import GleanerCore
import GleanerReview
import GleanerTestSupport
import Testing

extension StoredExchanges {
    /// A project with `number` exchanges that are all drawn for review.
    static func drawn(_ number: Int) async throws -> StoredExchanges {
        let world = try await StoredExchanges(pool: TestDatabase.current.pool)
        for count in 0..<number { try await world.add(user: "Sawaal \(count)", answer: "Jawab \(count)") }
        try await world.drawAll()
        return world
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

extension ReviewVerdict {
    static func all(_ score: Int, correction: String? = nil) throws -> ReviewVerdict {
        try ReviewVerdict(
            scores: Dictionary(uniqueKeysWithValues: Rubric.questions.map { ($0, try Score(score)) }),
            correction: correction)
    }
}
