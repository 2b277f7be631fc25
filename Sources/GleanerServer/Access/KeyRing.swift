import AsyncPostgres
import Foundation
import GleanerCore
import Synchronization

/// Checks tokens, and remembers the answers for a few seconds.
///
/// A revoked key stops working within `freshness`. While the database is away, a key that was good not longer than
/// `grace` ago stays good: clients are not punished for our outage, and their exchanges wait in the journal.
final class KeyRing: Sendable {
    private struct Known {
        let caller: Caller?
        let at: ContinuousClock.Instant
    }

    static let freshness = Duration.seconds(5)
    static let grace = Duration.seconds(600)
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

    private static func accepted(_ caller: Caller?) throws(AccessError) -> Caller {
        guard let caller else { throw .keyRefused }
        return caller
    }

    private func remember(_ hash: [UInt8], _ caller: Caller?) {
        known.withLock { known in
            if known.count >= Self.limit { known = known.filter { $0.value.caller != nil } }
            if known.count < Self.limit || caller != nil { known[hash] = Known(caller: caller, at: clock.now) }
        }
    }
}
