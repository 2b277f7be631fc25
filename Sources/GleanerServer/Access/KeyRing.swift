import AsyncPostgres
import Foundation
import GleanerCore
import Synchronization

/// Checks tokens, and remembers the answers for a few seconds.
///
/// A revoked key stops working within `freshness`. While the database is away, a key that was good not longer than
/// `grace` ago stays good: clients are not punished for our outage, and their exchanges wait in the journal. A database
/// that hangs holds up one caller in `patience`; the others go by what was known.
final class KeyRing: Sendable {
    private struct Known {
        let caller: Caller?
        /// When the database said so.
        let at: ContinuousClock.Instant
        /// When it was asked last, whether it answered or not.
        var asked: ContinuousClock.Instant
    }

    static let freshness = Duration.seconds(5)
    /// Nobody can revoke a key meanwhile; a day is longer than most outages and shorter than most journals last.
    static let grace = Duration.seconds(86_400)
    /// Above the store's own deadline of 2 seconds.
    static let patience = Duration.seconds(3)
    /// Wrong tokens are remembered too, but never more than this many.
    private static let limit = 10_000

    private let store: PostgresKeyStore
    private let known = Mutex<[[UInt8]: Known]>([:])
    private let clock = ContinuousClock()

    init(store: PostgresKeyStore) { self.store = store }

    func caller(_ text: some StringProtocol) async throws(AccessError) -> Caller {
        guard let token = APIToken(parsing: text) else { throw .keyRefused }
        let hash = token.sha256
        let memory = known.withLock { $0[hash] }
        if let memory, clock.now - memory.at < Self.freshness { return try Self.accepted(memory.caller) }
        if let caller = memory?.caller, !mustAsk(hash) { return caller }
        do {
            let caller = try await store.caller(token)
            remember(hash, caller)
            return try Self.accepted(caller)
        } catch let error as AccessError {
            throw error
        } catch {
            if let memory, let caller = memory.caller, clock.now - memory.at < Self.grace { return caller }
            throw .unavailable
        }
    }

    /// Whether it is this caller's turn to ask about a good key that is due. Nobody else's is, until it is answered or
    /// `patience` is over.
    private func mustAsk(_ hash: [UInt8]) -> Bool {
        let now = clock.now
        return known.withLock { known in
            guard let memory = known[hash], now - memory.at < Self.grace, now - memory.asked < Self.patience else {
                known[hash]?.asked = now
                return true
            }
            return false
        }
    }

    private static func accepted(_ caller: Caller?) throws(AccessError) -> Caller {
        guard let caller else { throw .keyRefused }
        return caller
    }

    private func remember(_ hash: [UInt8], _ caller: Caller?) {
        let now = clock.now
        known.withLock { known in
            if known.count >= Self.limit { known = known.filter { $0.value.caller != nil } }
            if known.count < Self.limit || caller != nil { known[hash] = Known(caller: caller, at: now, asked: now) }
        }
    }
}
