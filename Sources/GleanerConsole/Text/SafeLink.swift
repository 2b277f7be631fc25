import Foundation

/// A link that may be followed: `http`, `https` or `mailto`, without anything hidden in it.
struct SafeLink: Sendable, Hashable {
    let href: String
    /// Where it leads; the address's for mail.
    let host: String

    /// In bytes.
    static let longest = 2048

    /// - Returns: `nil` for any other scheme, for what names no host or a person in front of it, and for addresses with
    ///   characters that are not printable ASCII.
    init?(_ address: some StringProtocol) {
        guard address.utf8.count <= Self.longest else { return nil }
        let address = String(address)
        guard address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }),
            let parts = URLComponents(string: address)
        else { return nil }
        switch parts.scheme?.lowercased() {
        case "http", "https":
            guard let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil else { return nil }
            self.host = host
        case "mailto":
            guard parts.path.contains("@") else { return nil }
            host = parts.path
        default: return nil
        }
        href = address
    }
}
