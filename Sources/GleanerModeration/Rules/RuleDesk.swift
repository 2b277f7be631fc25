import AsyncEpoll
import Dispatch
import Synchronization

/// A thread of its own that reads texts, one request after the other: what takes long must not take the threads that
/// everything else runs on.
final class RuleDesk: Sendable {
    /// For what nobody waits for. It gives way: live calls come first when there are not cores enough.
    static let later = RuleDesk(name: "rules-later", niceness: 10)
    /// The same for long texts, which short ones need not wait for.
    static let laterAndLong = RuleDesk(name: "rules-long", niceness: 10)
    /// For long texts of calls that wait.
    static let now = RuleDesk(name: "rules", niceness: 0)

    private let waiting = Mutex<[@Sendable () -> Void]>([])
    private let signal = DispatchSemaphore(value: 0)

    private init(name: String, niceness: Int32) {
        Thread.start(name: name, niceness: niceness) { [self] in
            while true {
                signal.wait()
                for work in waiting.withLock({ waiting in
                    defer { waiting.removeAll(keepingCapacity: true) }
                    return waiting
                }) {
                    work()
                }
            }
        }
    }

    /// One result for each text. Whoever is cancelled waits for nothing: the texts may take seconds, and a stop has none.
    func read(_ texts: [String], by classifier: RuleClassifier) async -> [Classification] {
        let wait = FirstAnswer()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait.begin(continuation)
                waiting.withLock {
                    $0.append {
                        var results: [Classification] = []
                        for text in texts {
                            guard wait.isOpen else { return }
                            results.append(classifier.classify(text))
                        }
                        wait.end(results)
                    }
                }
                signal.signal()
            }
        } onCancel: {
            wait.end(texts.map { _ in .failed(.timedOut, after: .zero) })
        }
    }
}

/// A wait that ends once, with the first answer; also with one that comes before it begins.
private final class FirstAnswer: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<[Classification], Never>)
        case early([Classification])
        case over
    }
    private let state = Mutex(State.new)

    var isOpen: Bool {
        state.withLock { state in
            if case .waiting = state { true } else { false }
        }
    }

    func begin(_ continuation: CheckedContinuation<[Classification], Never>) {
        let early: [Classification]? = state.withLock { state in
            guard case .early(let answer) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .over
            return answer
        }
        if let early { continuation.resume(returning: early) }
    }

    func end(_ answer: [Classification]) {
        let waiting: CheckedContinuation<[Classification], Never>? = state.withLock { state in
            switch state {
            case .new: state = .early(answer)
            case .waiting(let continuation):
                state = .over
                return continuation
            case .early, .over: break
            }
            return nil
        }
        waiting?.resume(returning: answer)
    }
}
