import AsyncCurl
import NIOCore
import Synchronization

/// Notices that the client's connection closed, also while nothing is being written to it.
///
/// The server does not cancel a handler when its client leaves, and a provider that is silent at that moment would
/// keep the handler waiting until a deadline.
final class ClientWatch: Sendable {
    private struct State {
        var isGone = false
        var actions: [@Sendable () -> Void] = []
    }
    private let state = Mutex(State())

    init(channel: any Channel) {
        channel.closeFuture.whenComplete { [weak self] _ in self?.leave() }
    }

    var isGone: Bool { state.withLock(\.isGone) }

    /// Runs `action` when the client leaves; at once if it has left already.
    func whenGone(_ action: @escaping @Sendable () -> Void) {
        let isGone = state.withLock { state in
            if !state.isGone { state.actions.append(action) }
            return state.isGone
        }
        if isGone { action() }
    }

    /// Returns after `duration`, or when the client leaves or the task is cancelled.
    func sleep(for duration: Duration) async {
        let pause = Task { try? await Task.sleep(for: duration) }
        whenGone { pause.cancel() }
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
    }

    private func leave() {
        let actions = state.withLock { state in
            state.isGone = true
            defer { state.actions.removeAll() }
            return state.actions
        }
        for action in actions { action() }
    }
}
