import Foundation
import GleanerCore
import Synchronization
import Testing

@testable import GleanerFeedback

@Suite("Feedback tokens")
struct FeedbackTokenTests {
    /// Secrets as several instances share them; `nil` stands for a database that is away.
    private final class SharedSecrets: FeedbackSecretStore {
        private let bytes: Mutex<[UInt32: [UInt8]]?>
        private let reads = Atomic(0)

        init(_ ids: [UInt32]?) {
            bytes = Mutex(ids.map { Dictionary(uniqueKeysWithValues: $0.map { ($0, Self.make($0)) }) })
        }

        var asked: Int { reads.load(ordering: .relaxed) }
        func set(_ ids: [UInt32]?) {
            bytes.withLock { $0 = ids.map { Dictionary(uniqueKeysWithValues: $0.map { ($0, Self.make($0)) }) } }
        }
        func secrets() async throws -> [FeedbackSecret] {
            reads.add(1, ordering: .relaxed)
            guard let known = bytes.withLock({ $0 }) else { throw CancellationError() }
            return known.map { FeedbackSecret(id: $0.key, bytes: $0.value) }
        }
        private static func make(_ id: UInt32) -> [UInt8] { [UInt8](repeating: UInt8(id), count: 32) }
    }

    private let project = ID<Project>.new()
    private let exchange = ID<Exchange>.new()

    private func tokens(
        _ store: SharedSecrets = SharedSecrets([1]), lifetime: Duration? = .seconds(3600),
        now: @escaping @Sendable () -> Date = { Date() }
    ) async throws -> FeedbackTokens {
        let tokens = FeedbackTokens(store: store, lifetime: lifetime, now: now)
        try? await tokens.refresh()
        return tokens
    }

    @Test("a token says again what it was made for, and its user under a name that tells nothing")
    func roundTrip() async throws {
        let tokens = try await tokens()
        let text = try #require(tokens.token(for: exchange, of: project, endUser: "asha@example.com"))
        #expect(text.utf8.count == 124)
        let token = try await tokens.check(text)
        #expect(token.project == project && token.exchange == exchange)
        #expect(token.rater == EndUserHash("asha@example.com", in: project).rater)
        #expect(token.rater.hasPrefix("user:") && !token.rater.contains("asha"))
        #expect(EndUserHash("asha@example.com", in: .new()) != token.endUser)
        let nobody = try #require(tokens.token(for: exchange, of: project, endUser: nil))
        #expect(try await tokens.check(nobody).rater == "token:\(exchange)")
    }

    /// Made with Python's hashlib and hmac. Votes are stored under the name, and tokens outlive an upgrade.
    @Test("a token, and its user's name, are the same bytes whenever and wherever they are made")
    func bytes() async throws {
        let project = try #require(ID<Project>("0190a0c0-0000-7000-8000-000000000001"))
        let exchange = try #require(ID<Exchange>("0190a0c0-0001-7abc-8000-000000000002"))
        #expect(EndUserHash("asha@example.com", in: project).rater == "user:otdAEZUh6SNuQFNIbUhS9A")
        let received = Date(timeIntervalSince1970: 1_800_000_000)
        let tokens = try await tokens(now: { received.addingTimeInterval(1000) })
        let text = tokens.token(for: exchange, of: project, endUser: "asha@example.com", received: received)
        #expect(
            text == "AQAAAAEAAAAAa0ngEAGQoMAAAHAAgAAAAAAAAAEBkKDAAAF6vIAAAAAAAAACotdAEZUh6SNuQFNIbUhS9"
                + "G1-R6wNcGMPTmRfOdA1py4e20lt57r67khK2LNwVvos")
        #expect(tokens.token(for: exchange, of: project, endUser: "asha@example.com", received: received) == text)
    }

    @Test("a token with any bit changed is refused")
    func bitFlips() async throws {
        let tokens = try await tokens()
        let text = try #require(tokens.token(for: exchange, of: project, endUser: "u"))
        let bytes = try #require(Base64URL.decode(text))
        #expect(bytes.count == 93)
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << bit
                await #expect(throws: FeedbackTokenError.invalid) { try await tokens.check(Base64URL.encode(changed)) }
            }
        }
    }

    @Test("a token whose text is changed anywhere is refused, also where base64 has bits to spare")
    func textChanges() async throws {
        let tokens = try await tokens()
        let text = try #require(tokens.token(for: exchange, of: project, endUser: nil))
        for place in text.indices {
            for letter: Character in ["A", "B", "z", "-", "+", "=", " ", "é", "\0"] where text[place] != letter {
                var changed = text
                changed.replaceSubrange(place...place, with: String(letter))
                await #expect(throws: FeedbackTokenError.invalid) { try await tokens.check(changed) }
            }
        }
        for changed in ["", " " + text, text + " ", text + "A", String(text.dropLast()), text + text, text + "\0"] {
            await #expect(throws: FeedbackTokenError.invalid) { try await tokens.check(changed) }
        }
    }

    @Test("a token signed with a secret of somebody's own is refused")
    func forged() async throws {
        let tokens = try await tokens()
        let token = FeedbackToken(
            project: project, exchange: exchange, expiresAt: Date(timeIntervalSinceNow: 60), endUser: nil)
        let own = FeedbackSecret(id: 1, bytes: [UInt8](repeating: 9, count: 32))
        await #expect(throws: FeedbackTokenError.invalid) { try await tokens.check(own.sign(token)) }
    }

    @Test("a token is good to the second before its time, and not in it")
    func expiry() async throws {
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        let clock = Mutex(start)
        let tokens = try await tokens(lifetime: .seconds(60)) { clock.withLock { $0 } }
        let text = try #require(tokens.token(for: exchange, of: project, endUser: nil))
        clock.withLock { $0 = start + 59 }
        #expect(try await tokens.check(text).expiresAt == start + 60)
        clock.withLock { $0 = start + 60 }
        await #expect(throws: FeedbackTokenError.expired) { try await tokens.check(text) }
    }

    @Test("without a secret there is no token, and no error; the first one that is read makes them")
    func databaseAway() async throws {
        let store = SharedSecrets(nil)
        let tokens = try await tokens(store)
        #expect(tokens.token(for: exchange, of: project, endUser: nil) == nil)
        let other = try #require(try await self.tokens().token(for: exchange, of: project, endUser: nil))
        await #expect(throws: FeedbackTokenError.unavailable) { try await tokens.check(other) }
        store.set([1])
        #expect(try await tokens.check(other).exchange == exchange)
        #expect(tokens.token(for: exchange, of: project, endUser: nil) != nil)
    }

    @Test("tokens that are turned off are not made, and those of before stay good")
    func turnedOff() async throws {
        let store = SharedSecrets([1])
        let text = try #require(try await tokens(store).token(for: exchange, of: project, endUser: nil))
        let off = try await tokens(store, lifetime: nil)
        #expect(off.token(for: exchange, of: project, endUser: nil) == nil)
        #expect(try await off.check(text).exchange == exchange)
    }

    @Test("the newest secret signs, older ones verify, and one that was taken away does not")
    func rotation() async throws {
        let store = SharedSecrets([1])
        let tokens = try await tokens(store)
        let old = try #require(tokens.token(for: exchange, of: project, endUser: nil))
        store.set([1, 2])
        // Another instance signs with the new one already; this one learns of it by its first token.
        let new = try #require(try await self.tokens(store).token(for: exchange, of: project, endUser: nil))
        #expect(try #require(SealedToken(new)).key == 2)
        #expect(try await tokens.check(new).exchange == exchange)
        #expect(try await tokens.check(old).exchange == exchange)
        store.set([2])
        try await tokens.refresh()
        await #expect(throws: FeedbackTokenError.invalid) { try await tokens.check(old) }
        #expect(try await tokens.check(new).exchange == exchange)
    }

    @Test("forged tokens that name secrets at will do not have the database asked each time")
    func flood() async throws {
        let store = SharedSecrets([1])
        let tokens = try await tokens(store)
        let token = FeedbackToken(
            project: project, exchange: exchange, expiresAt: Date(timeIntervalSinceNow: 60), endUser: nil)
        for id: UInt32 in 2..<200 {
            let forged = FeedbackSecret(id: id, bytes: [UInt8](repeating: 0, count: 32)).sign(token)
            await #expect(throws: FeedbackTokenError.invalid) { try await tokens.check(forged) }
        }
        // Once at the start, and once for the first of them; a slow machine may take longer than the pause.
        #expect(store.asked < 20)
    }
}
