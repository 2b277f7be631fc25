public import Foundation
public import GleanerCore
import Synchronization

/// Makes feedback tokens and checks them, with secrets held in memory: making one costs a hash, never a statement.
public final class FeedbackTokens: Sendable {
    private struct State {
        /// By id; the highest signs.
        var secrets: [FeedbackSecret.ID: FeedbackSecret] = [:]
        var signing: FeedbackSecret?
        /// When the store was asked last because of a token.
        var asked: ContinuousClock.Instant?
    }

    /// A token may name a secret that another instance has just made; a forged one may name any.
    private static let pause = Duration.seconds(2)

    private let store: any FeedbackSecretStore
    private let lifetime: Duration?
    private let now: @Sendable () -> Date
    private let state = Mutex(State())

    /// - Parameter lifetime: of a token; `nil`: none are made, and those of before stay good.
    public convenience init(store: PostgresFeedbackSecrets, lifetime: Duration?) {
        self.init(store: store, lifetime: lifetime, now: { Date() })
    }

    init(store: any FeedbackSecretStore, lifetime: Duration?, now: @escaping @Sendable () -> Date) {
        self.store = store
        self.lifetime = lifetime
        self.now = now
    }

    /// A token for `exchange`; `nil` when none are made, or while no secret has been read.
    /// - Parameter received: when its lifetime begins, so that it is the same whenever it is made; `nil`: now.
    public func token(
        for exchange: ID<Exchange>, of project: ID<Project>, endUser: String?, received: Date? = nil
    ) -> String? {
        guard let lifetime, let secret = state.withLock(\.signing) else { return nil }
        let token = FeedbackToken(
            project: project, exchange: exchange,
            expiresAt: (received ?? now()).addingTimeInterval(Double(lifetime.components.seconds)),
            endUser: endUser.map { EndUserHash($0, in: project) })
        return secret.sign(token)
    }

    /// The token that `text` is.
    /// - Throws: `FeedbackTokenError`.
    func check(_ text: String) async throws(FeedbackTokenError) -> FeedbackToken {
        guard let sealed = SealedToken(text) else { throw .invalid }
        guard let secret = try await secret(sealed.key), secret.hasSigned(sealed) else { throw .invalid }
        guard sealed.token.expiresAt > now() else { throw .expired }
        return sealed.token
    }

    /// Reads the secrets again, and makes the first one.
    func refresh() async throws {
        let secrets = try await store.secrets()
        state.withLock { state in
            state.secrets = Dictionary(secrets.map { ($0.id, $0) }) { first, _ in first }
            state.signing = secrets.max { $0.id < $1.id }
        }
    }

    private func secret(_ id: FeedbackSecret.ID) async throws(FeedbackTokenError) -> FeedbackSecret? {
        if let known = state.withLock({ $0.secrets[id] }) { return known }
        let mustAsk = state.withLock { state in
            let time = ContinuousClock.now
            if let asked = state.asked, time - asked < Self.pause { return state.secrets.isEmpty }
            state.asked = time
            return true
        }
        if mustAsk { try? await refresh() }
        return try state.withLock { state throws(FeedbackTokenError) in
            if state.secrets.isEmpty { throw .unavailable }
            return state.secrets[id]
        }
    }
}
