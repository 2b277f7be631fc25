import NIOCore

/// Where one connection stands and since when, as a value: events in, a verdict out. No channel, no timer.
struct RequestClock {
    enum Reading: Equatable {
        case nothing
        case head(since: NIODeadline)
        case body(since: NIODeadline, bytes: Int)
    }
    enum Verdict: Equatable {
        case fine, slowHead, slowBody, idle, stalled
    }

    let policy: ConnectionPolicy
    private(set) var reading = Reading.nothing
    /// Requests whose answer is not over.
    private(set) var open = 0
    private var idleSince: NIODeadline
    private var written = 0
    private var taken = 0
    private var takenAt: NIODeadline

    init(_ policy: ConnectionPolicy, now: NIODeadline) {
        self.policy = policy
        idleSince = now
        takenAt = now
    }

    /// Nothing is under way in either direction, as far as requests go.
    var isIdle: Bool { open == 0 && reading == .nothing }
    /// Bytes may be waiting that the client has not taken.
    var mayBeBehind: Bool { written > taken }

    mutating func received(_ bytes: Int, now: NIODeadline) {
        switch reading {
        case .nothing: reading = .head(since: now)
        case .head: break
        case .body(let since, let before): reading = .body(since: since, bytes: before + bytes)
        }
    }

    mutating func headEnded(now: NIODeadline) {
        open += 1
        reading = .body(since: now, bytes: 0)
    }

    mutating func requestEnded() { reading = .nothing }

    mutating func answerEnded(now: NIODeadline) {
        open -= 1
        idleSince = now
    }

    mutating func wrote(_ bytes: Int) { written += bytes }

    /// - Parameter waiting: bytes of what was written that the kernel has not taken, since its own buffer is full.
    mutating func check(waiting: Int, now: NIODeadline) -> Verdict {
        if waiting == 0 || written - waiting > taken {
            taken = written - waiting
            takenAt = now
        } else if now - takenAt >= policy.stallTimeout {
            return .stalled
        }
        switch reading {
        case .nothing:
            return open == 0 && now - idleSince >= policy.idleTimeout ? .idle : .fine
        case .head(let since):
            return now - since >= policy.headTimeout ? .slowHead : .fine
        case .body(let since, let bytes):
            let earned = TimeAmount.nanoseconds(Int64(bytes) * 1_000_000_000 / Int64(policy.minimumBodyRate))
            return now - since >= min(policy.bodyTimeout, policy.headTimeout + earned) ? .slowBody : .fine
        }
    }
}
