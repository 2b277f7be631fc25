public import Foundation
public import GleanerCore

/// A right to judge one exchange, for a page that has no key: signed by Gleaner, readable by anybody, forged by nobody.
///
/// Shape: 93 bytes in base64url, 124 characters: version (1), key id (4), expiry in seconds since 1970 (8), project (16),
/// exchange (16), the end user's hash or zeros (16), and the HMAC-SHA256 of all before it (32). 93 is a multiple of 3,
/// so that no two texts stand for the same bytes.
public struct FeedbackToken: Sendable, Hashable {
    public let project: ID<Project>
    public let exchange: ID<Exchange>
    /// Whole seconds.
    public let expiresAt: Date
    /// `nil` when the exchange named no end user.
    public let endUser: EndUserHash?

    static let version: UInt8 = 1
    static let signedBytes = 61
    static let bytes = 93

    init(project: ID<Project>, exchange: ID<Exchange>, expiresAt: Date, endUser: EndUserHash?) {
        self.project = project
        self.exchange = exchange
        self.expiresAt = expiresAt
        self.endUser = endUser
    }

    /// Whose vote it is. Everybody with the token of an exchange without an end user is one voice together, so that a
    /// token shown again replaces its vote.
    var rater: String { endUser?.rater ?? "token:\(exchange)" }

    /// All that is signed.
    func content(signedBy key: FeedbackSecret.ID) -> [UInt8] {
        var content: [UInt8] = [Self.version]
        content.reserveCapacity(Self.bytes)
        withUnsafeBytes(of: key.bigEndian) { content += $0 }
        withUnsafeBytes(of: UInt64(max(0, expiresAt.timeIntervalSince1970)).bigEndian) { content += $0 }
        content += project.bytes
        content += exchange.bytes
        content += endUser?.bytes ?? EndUserHash.none
        return content
    }

    /// Reads what was signed; whether it was, its signature must show.
    init?(content: ArraySlice<UInt8>) {
        guard content.count == Self.signedBytes, content.first == Self.version else { return nil }
        let start = content.startIndex
        func part(_ from: Int, _ count: Int) -> ArraySlice<UInt8> { content[(start + from)..<(start + from + count)] }
        guard let project = ID<Project>(bytes: part(13, 16)), let exchange = ID<Exchange>(bytes: part(29, 16)) else {
            return nil
        }
        let seconds = part(5, 8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.init(
            project: project, exchange: exchange, expiresAt: Date(timeIntervalSince1970: Double(seconds)),
            endUser: EndUserHash(bytes: part(45, 16)))
    }
}
