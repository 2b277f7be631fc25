public import Testing

/// Lends every test of a suite, or one test, a fresh database: `@Suite("Ratings", .database)`.
public struct DatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    public var isRecursive: Bool { true }

    @concurrent
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await TestDatabase.lend { _ in try await function() }
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database of its own, found as `TestDatabase.current`.
    public static var database: Self { Self() }
}
