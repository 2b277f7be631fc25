import Synchronization

/// A value that becomes known once; whoever asks earlier waits for it.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case open([Int: CheckedContinuation<Value, any Error>], next: Int)
        case settled(Result<Value, any Error>)
    }
    private let state = Mutex<State>(.open([:], next: 0))

    /// The first call counts, later ones change nothing.
    func settle(_ result: Result<Value, any Error>) {
        let waiting: [CheckedContinuation<Value, any Error>] = state.withLock { state in
            guard case .open(let waiting, _) = state else { return [] }
            state = .settled(result)
            return Array(waiting.values)
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    /// - Throws: what it was settled with, or `CancellationError`.
    var value: Value {
        get async throws {
            let ticket = state.withLock { state -> Int in
                guard case .open(let waiting, let next) = state else { return 0 }
                state = .open(waiting, next: next + 1)
                return next
            }
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let known: Result<Value, any Error>? = state.withLock { state in
                        switch state {
                        case .settled(let result): return result
                        case .open(var waiting, let next):
                            if Task.isCancelled { return .failure(CancellationError()) }
                            waiting[ticket] = continuation
                            state = .open(waiting, next: next)
                            return nil
                        }
                    }
                    if let known { continuation.resume(with: known) }
                }
            } onCancel: {
                let waiter: CheckedContinuation<Value, any Error>? = state.withLock { state in
                    guard case .open(var waiting, let next) = state else { return nil }
                    let waiter = waiting.removeValue(forKey: ticket)
                    state = .open(waiting, next: next)
                    return waiter
                }
                waiter?.resume(throwing: CancellationError())
            }
        }
    }
}
