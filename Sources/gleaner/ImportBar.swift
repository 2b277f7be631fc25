import Foundation
import GleanerImport
import Synchronization

/// How far an import is, on standard error: a bar redrawn on a terminal, a plain line every ten seconds otherwise.
final class ImportBar: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let isQuiet: Bool
    private let started = ContinuousClock.now
    private let shown = Mutex<ContinuousClock.Instant?>(nil)

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    func show(_ progress: ImportProgress) {
        guard !isQuiet else { return }
        let now = ContinuousClock.now
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
        let isDue = shown.withLock { last in
            guard now - (last ?? (isTerminal ? started - pause : started)) >= pause else { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let line = text(progress, after: now - started)
        FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n").utf8))
    }

    /// Clears the line, so that what comes next stands alone.
    func end() {
        if isTerminal, !isQuiet { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }

    private func text(_ progress: ImportProgress, after elapsed: Duration) -> String {
        let report = progress.report
        let seconds = max(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18, 0.001)
        let rate = Int(Double(report.records - report.resumedFrom) / seconds)
        let counts = "\(report.records) records, \(report.rejected) rejected, \(max(rate, 0))/s"
        guard let size = progress.size, size > 0 else { return "\(report.file)  \(counts)" }
        let share = min(Double(progress.bytes) / Double(size), 1)
        let filled = Int(share * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
        return "\(report.file)  [\(bar)] \(Int(share * 100)) %  \(counts)"
    }
}
