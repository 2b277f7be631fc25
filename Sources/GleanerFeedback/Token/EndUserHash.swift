import Crypto
public import GleanerCore

/// An end user under a name that tells a page nothing: the first 128 bits of SHA-256(project, 0x00, end user).
///
/// No secret is part of it: it must outlive every secret, or one user would be two raters.
public struct EndUserHash: Sendable, Hashable {
    static let none = [UInt8](repeating: 0, count: 16)
    let bytes: [UInt8]

    public init(_ endUser: String, in project: ID<Project>) {
        bytes = Array(SHA256.digest(of: project.bytes + [0] + endUser.utf8).prefix(16))
    }

    /// `nil` for zeros, which stand for nobody.
    init?(bytes: some Collection<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == 16, self.bytes != Self.none else { return nil }
    }

    /// As `feedback.rater` has it.
    public var rater: String { "user:" + Base64URL.encode(bytes) }
}
