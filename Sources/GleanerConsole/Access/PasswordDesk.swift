import Foundation

/// Computes hashes of passwords on one thread of its own, one after the other: each takes 32 MiB and a quarter of a
/// second, and neither a flood of guesses nor a slow check may hold up anything else.
final class PasswordDesk: Sendable {
    /// Further ones are turned away.
    static let longestQueue = 40

    private let costs: Password.Costs
    private let queue = DispatchQueue(label: "gleaner.passwords")
    private let waiting = WaitingCount()

    init(costs: Password.Costs) { self.costs = costs }

    func make(_ password: String, handle: Handle) async throws -> Password {
        try await run { [costs] in try Password.make(password, handle: handle, costs: costs) }
    }

    /// - Parameter kept: `nil` when nobody has chosen one: takes as long, and is `false`.
    func matches(_ password: String, _ kept: Password?) async throws -> Bool {
        try await run { [costs] in (kept ?? .nobodys(costs)).matches(password) }
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard waiting.enter(atMost: Self.longestQueue) else { throw AccountError.busy }
        defer { waiting.leave() }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
