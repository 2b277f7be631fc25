import Synchronization

/// How long `body` takes, in turns of a loop that only sleeps: what holds up everything in this process, such as a machine that is
/// busy with other tests, holds up both.
public func inTurns(
    of turn: Duration = .milliseconds(5), _ body: () async throws -> Void
) async rethrows -> Duration {
    let turns = Turns()
    let ticking = Task {
        while !Task.isCancelled {
            try? await Task.sleep(for: turn)
            turns.count.add(1, ordering: .relaxed)
        }
    }
    defer { ticking.cancel() }
    try await body()
    return turn * turns.count.load(ordering: .relaxed)
}

private final class Turns: Sendable {
    let count = Atomic(0)
}
