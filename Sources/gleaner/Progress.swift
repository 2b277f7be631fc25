import Foundation
import Synchronization

/// Progress on standard error: one line redrawn on a terminal, a plain line now and then otherwise.
final class Progress: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let isQuiet: Bool
    private let last = Mutex<(label: String, at: ContinuousClock.Instant)>(("", .now - .seconds(60)))

    init(isQuiet: Bool = false) { self.isQuiet = isQuiet }

    /// - Parameter total: 0 when it is not known.
    func show(_ label: String, _ done: Int, of total: Int) {
        guard !isQuiet else { return }
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
        let isDue = last.withLock { last in
            let isNew = last.label != label
            guard isNew || done == total || ContinuousClock.now - last.at >= pause else { return false }
            if isNew, isTerminal, !last.label.isEmpty { write("\n") }
            last = (label, .now)
            return true
        }
        guard isDue else { return }
        let text = total > 0 ? "\(label): \(done) of \(total)" : "\(label): \(done)"
        write(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n")
    }

    func end() {
        if isTerminal, !isQuiet { write("\n") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
