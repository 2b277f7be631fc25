import GleanerCore

/// What could not be written when it was due. A checkpoint goes with the end of its exchange; an end that failed waits
/// for room, as `interrupted`, since its client was told that it failed.
struct JournalArrears {
    private var parts: [Int64: [JournalEntry]] = [:]
    private var ends: [Int64: JournalEntry] = [:]

    /// - Parameter reason: why the exchange is interrupted, as it is stored.
    mutating func add(_ entry: JournalEntry, reason: String) {
        switch entry {
        case .open: break
        case .checkpoint(let sequence, _, _): parts[sequence, default: []].append(entry)
        case .close(let sequence, let outcome, let rest):
            ends[sequence] = .close(sequence, outcome.interrupted(reason), rest: rest)
        }
    }

    /// Of one exchange, oldest first.
    func checkpoints(of sequence: Int64) -> [JournalEntry] { parts[sequence] ?? [] }

    /// The ends that wait.
    var waiting: [JournalEntry] { ends.sorted { $0.key < $1.key }.map(\.value) }

    /// The exchange has its end.
    mutating func settled(_ sequence: Int64) {
        parts[sequence] = nil
        ends[sequence] = nil
    }

    var isEmpty: Bool { parts.isEmpty && ends.isEmpty }
}

extension ExchangeOutcome {
    /// The same answer, whose end its client was not given.
    fileprivate func interrupted(_ reason: String) -> ExchangeOutcome {
        ExchangeOutcome(
            status: .interrupted, reason: reason, httpStatus: httpStatus, headers: headers, duration: duration,
            timeToFirstToken: timeToFirstToken, responseHash: responseHash, attempts: attempts)
    }
}
