public import GleanerCore
import Synchronization

/// Calls that wait to leave as spans. Whoever brings them pays for a copy of a few fields, and never waits.
public final class SpanQueue: Sendable {
    /// Of what was said, with all calls that wait; those after them leave without it.
    static let mostTextBytes = 64 << 20
    /// The same of one batch: a collector takes 20 MB at once.
    static let mostTextBytesOfBatch = 4 << 20

    private struct State {
        var calls: [StoredCall] = []
        var textBytes = 0
    }
    private let state = Mutex(State())
    private let limit: Int
    private let textLimit: Int?
    private let sampler: TraceSampler
    private let counts: TelemetryCounts

    /// - Parameter textLimit: `nil`: what was said is not kept.
    init(limit: Int, textLimit: Int? = nil, sampler: TraceSampler, counts: TelemetryCounts) {
        self.limit = limit
        self.textLimit = textLimit
        self.sampler = sampler
        self.counts = counts
    }

    /// What does not fit is dropped, and counted.
    public func add(_ new: [StoredCall]) {
        let sampled = new.filter { ExchangeSpans($0).isSampled(by: sampler) }
        let over = state.withLock { state -> ArraySlice<StoredCall> in
            let room = max(0, limit - state.calls.count)
            for var call in sampled.prefix(room) {
                if textLimit == nil || state.textBytes + call.textBytes > Self.mostTextBytes { call.texts = nil }
                state.textBytes += call.textBytes
                state.calls.append(call)
            }
            return sampled.dropFirst(room)
        }
        counts.dropped(over.reduce(0) { $0 + $1.spanCount }, .traces, .queueFull)
    }

    public var count: Int { state.withLock(\.calls.count) }

    func putBack(_ batch: [StoredCall]) {
        state.withLock { state in
            state.calls.insert(contentsOf: batch, at: 0)
            state.textBytes += batch.reduce(0) { $0 + $1.textBytes }
        }
    }

    /// - Returns: at most `limit`, and no more than one request may hold.
    func take(_ limit: Int) -> [StoredCall] {
        state.withLock { state in
            var bytes = 0
            let batch = Array(
                state.calls.prefix(limit).prefix { call in
                    // Cut, before they leave, to two attributes, and perhaps instructions.
                    bytes += min(call.textBytes, 3 * (textLimit ?? 0))
                    return bytes <= Self.mostTextBytesOfBatch
                })
            let taken = batch.isEmpty ? Array(state.calls.prefix(min(limit, 1))) : batch
            state.calls.removeFirst(taken.count)
            state.textBytes -= taken.reduce(0) { $0 + $1.textBytes }
            return taken
        }
    }
}

extension StoredCall {
    /// One for the call, and one for each of its attempts.
    var spanCount: Int { 1 + outcome.attempts.count }
    fileprivate var textBytes: Int { (texts?.messages?.count ?? 0) + (texts?.answer?.count ?? 0) }
}
