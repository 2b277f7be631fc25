import Foundation
import Synchronization

/// Named places where a test may kill the process: `GLEANER_FAULT_POINT=name:n` raises SIGKILL at the n-th pass.
///
/// Only in debug builds; in release builds `pass()` is empty.
public enum FaultPoint: String, Sendable, CaseIterable {
    case intentDurable = "intent.durable"
    case beforeSpend = "spend.before"
    case midStream = "stream.middle"
    case recordDurable = "record.durable"
    case beforeLastByte = "last_byte.before"
    case beforeCommit = "journal.commit.before"
    case afterCommit = "journal.commit.after"
    case beforeStore = "ingest.store.before"
    case afterStore = "ingest.store.after"
    case afterAcknowledge = "ingest.acknowledge.after"
    case duringRecovery = "journal.recovery"
    /// What will be made at a trainer is written down; nothing was sent.
    case tuningIntended = "tuning.intended"
    /// The trainer has made it; nothing was written down.
    case tuningMade = "tuning.made"
    /// What was made is written down.
    case tuningNoted = "tuning.noted"
    /// A job has ended at its trainer; nothing was written down.
    case tuningEnding = "tuning.ending"

    #if DEBUG
        private static let armed: (point: String, count: Int)? = {
            guard let text = ProcessInfo.processInfo.environment["GLEANER_FAULT_POINT"] else { return nil }
            let parts = text.split(separator: ":")
            return (String(parts.first ?? ""), parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }()
        private static let passes = Mutex<Int>(0)

        @inline(never)
        public func pass() {
            guard let armed = Self.armed, armed.point == rawValue else { return }
            let count = Self.passes.withLock { passes in
                passes += 1
                return passes
            }
            if count == armed.count { raise(SIGKILL) }
        }
    #else
        @inlinable
        public func pass() {}
    #endif
}
