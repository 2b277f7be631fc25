import AsyncPostgres
import GleanerCore

extension PostgresFeedbackStore {
    /// Some thousand bound values a statement.
    private static let together = 1000

    func keepEach(_ items: [[GivenFeedback]]) async throws -> [Int: FeedbackRefused] {
        var refused: [Int: FeedbackRefused] = [:]
        var start = 0
        while start < items.count {
            let end = min(start + Self.together, items.count)
            try await keep(items, start..<end, &refused)
            start = end
        }
        return refused
    }

    /// All of them in one statement; if the database refuses that, half by half, until the one that it refuses is alone.
    private func keep(
        _ items: [[GivenFeedback]], _ range: Range<Int>, _ refused: inout [Int: FeedbackRefused]
    ) async throws {
        try await query("SAVEPOINT each")
        do {
            try await keep(items[range].flatMap(\.self))
            try await query("RELEASE SAVEPOINT each")
        } catch PostgresError.server(let error) where !error.isTransient {
            try await query("ROLLBACK TO SAVEPOINT each")
            guard range.count > 1 else {
                refused[range.lowerBound] = FeedbackRefused(sqlState: error.sqlState)
                return
            }
            let middle = range.lowerBound + range.count / 2
            try await keep(items, range.lowerBound..<middle, &refused)
            try await keep(items, middle..<range.upperBound, &refused)
        }
    }
}
