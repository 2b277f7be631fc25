import Crypto
public import Foundation
public import GleanerCore
import NIOCore
import Synchronization

/// Takes exchanges that are over into the journal: a company's backend called its provider itself.
public struct ExchangeLog: Sendable {
    private let journal: any ExchangeJournal
    private let recent = RecentExchanges(limit: 10_000)
    private let now: @Sendable () -> Date

    public init(journal: any ExchangeJournal, now: @escaping @Sendable () -> Date = { Date() }) {
        self.journal = journal
        self.now = now
    }

    /// What became of an exchange: it is durable when this says so.
    struct Receipt: Sendable, Hashable {
        let id: ID<Exchange>
        /// It waits in the journal from before, the same.
        let wasKnown: Bool
    }

    /// - Throws: `LogError` for what cannot be taken, `JournalError` when the journal takes nothing.
    func record(_ item: [UInt8], by caller: Caller) async throws -> Receipt {
        try await record(LoggedItem.reading(item, now: now()), namespace: "api", by: caller)
    }

    /// - Parameter namespace: of the names that senders give.
    func record(_ logged: LoggedExchange, namespace: String, by caller: Caller) async throws -> Receipt {
        let exchange = logged.journaled(in: caller.project, key: caller.key, source: .api, namespace: namespace)
        let id = exchange.intent.id
        let digest = exchange.digest
        do {
            try await journal.record(
                exchange.intent, request: ByteBuffer(bytes: exchange.request), exchange.outcome,
                response: ByteBuffer(bytes: exchange.response))
            recent.remember(id, digest)
            return Receipt(id: id, wasKnown: false)
        } catch JournalError.duplicate {
            guard let other = await digestOfOther(id) else { throw JournalError.duplicate }
            guard other == digest else { throw LogError.conflict }
            return Receipt(id: id, wasKnown: true)
        }
    }

    /// What the journal holds under `id`, once that is durable; `nil` when it came from before the start.
    private func digestOfOther(_ id: ID<Exchange>) async -> [UInt8]? {
        // Its twin may be in the same batch, a moment ahead.
        for _ in 0..<10 {
            if let digest = recent.digest(of: id) { return digest }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return recent.digest(of: id)
    }
}

/// Digests of what was recorded lately, to tell a repetition from another exchange with the same id.
private final class RecentExchanges: Sendable {
    private struct State {
        var digests: [ID<Exchange>: [UInt8]] = [:]
        /// In order of their recording, `next` the oldest once it is full.
        var order: [ID<Exchange>] = []
        var next = 0
    }
    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func digest(of id: ID<Exchange>) -> [UInt8]? { state.withLock { $0.digests[id] } }

    func remember(_ id: ID<Exchange>, _ digest: [UInt8]) {
        state.withLock { state in
            if state.digests.updateValue(digest, forKey: id) != nil { return }
            if state.order.count < limit { return state.order.append(id) }
            state.digests[state.order[state.next]] = nil
            state.order[state.next] = id
            state.next = (state.next + 1) % limit
        }
    }
}

extension JournaledExchange {
    /// Over what ingest compares when an id comes twice.
    fileprivate var digest: [UInt8] {
        var hash = SHA256()
        hash.update(data: intent.requestHash)
        hash.update(data: outcome.responseHash ?? [])
        hash.update(data: Array("\(intent.project) \(intent.receivedAt.timeIntervalSince1970)".utf8))
        return Array(hash.finalize().prefix(16))
    }
}
