import Crypto
import CryptoExtras
import Foundation

/// A password as it is kept: scrypt, with its costs beside it, so that they can be raised later.
///
/// Form: `$scrypt$ln=15,r=8,p=3$SALT$HASH`, salt and hash in base64 without padding.
/// Source: OWASP's password storage sheet gives N=2^15, r=8, p=3 as one of its equivalent minimums: 32 MiB, about a
/// quarter of a second of one core.
struct Password: Sendable {
    static let minimumCharacters = 10
    static let maximumBytes = 1024

    /// What a guess costs whoever makes it.
    struct Costs: Sendable, Hashable {
        let logN: Int
        let blockSize: Int
        let parallelism: Int

        #if DEBUG
            /// The function itself is not optimised in such a build: an eighth of the rounds takes as long.
            static let standard = Costs(logN: 12, blockSize: 8, parallelism: 3)
        #else
            static let standard = Costs(logN: 15, blockSize: 8, parallelism: 3)
        #endif
    }

    let text: String

    /// - Throws: `AccountError` when nobody should use it.
    static func make(_ password: String, handle: Handle, costs: Costs = .standard) throws -> Password {
        guard password.count >= minimumCharacters else { throw AccountError.passwordShort(minimumCharacters) }
        guard password.utf8.count <= maximumBytes else { throw AccountError.passwordLong(maximumBytes) }
        guard Set(password).count > 3,
            !password.lowercased().contains(handle.description) || handle.description.count < 4
        else { throw AccountError.passwordGuessable }
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Password(salt: salt, hash: try derive(password, salt, costs), costs: costs)
    }

    init(text: String) { self.text = text }

    private init(salt: [UInt8], hash: [UInt8], costs: Costs) {
        text =
            "$scrypt$ln=\(costs.logN),r=\(costs.blockSize),p=\(costs.parallelism)"
            + "$\(Self.base64(salt))$\(Self.base64(hash))"
    }

    /// Takes its quarter of a second for every password, right or wrong.
    func matches(_ password: String) -> Bool {
        let parts = text.split(separator: "$")
        guard parts.count == 4, parts[0] == "scrypt", let costs = Self.costs(parts[1]),
            let salt = Self.bytes(parts[2]), let hash = Self.bytes(parts[3]),
            password.utf8.count <= Self.maximumBytes, let derived = try? Self.derive(password, salt, costs)
        else { return false }
        return areEqual(Self.base64(derived), Self.base64(hash))
    }

    /// For handles that nobody has: as long as a real check, and never right.
    static func nobodys(_ costs: Costs = .standard) -> Password {
        Password(salt: [UInt8](repeating: 7, count: 16), hash: [UInt8](repeating: 0, count: 32), costs: costs)
    }

    /// Both are read the same way whatever keyboard wrote them: NFKC, as RFC 8265 asks.
    private static func derive(_ password: String, _ salt: [UInt8], _ costs: Costs) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt, outputByteCount: 32,
            rounds: 1 << costs.logN, blockSize: costs.blockSize, parallelism: costs.parallelism)
        return key.withUnsafeBytes { Array($0) }
    }

    private static func costs(_ text: Substring) -> Costs? {
        let numbers = text.split(separator: ",").compactMap { part in
            part.split(separator: "=").last.flatMap { Int($0) }
        }
        // Bounded, so that a damaged row cannot ask for all memory.
        guard numbers.count == 3, (10...17).contains(numbers[0]), (1...16).contains(numbers[1]),
            (1...8).contains(numbers[2])
        else { return nil }
        return Costs(logN: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
    }
    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString(options: .omitPaddingCharacter)
    }
    private static func bytes(_ text: Substring) -> [UInt8]? {
        Data(base64Encoded: text + String(repeating: "=", count: (4 - text.count % 4) % 4)).map(Array.init)
    }
}
