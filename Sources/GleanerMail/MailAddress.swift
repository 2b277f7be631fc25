/// One mailbox, and how it may be shown.
///
/// Shape: `local@domain` of visible ASCII, without quoted local parts and address literals; 254 bytes at most. A domain in
/// another script is written as `xn--…`.
public struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    public let name: String?
    public let address: String

    /// - Parameter text: `ann@example.com` or `Ann <ann@example.com>`.
    public init(_ text: String) throws(MailError) {
        var address = Substring(text)
        var name = Substring("")
        if text.last == ">", let open = text.lastIndex(of: "<") {
            name = text[..<open]
            address = text[text.index(after: open)...].dropLast()
        }
        address = address.trimmingSpaces()
        name = name.trimmingSpaces()
        if name.count > 1, name.first == "\"", name.last == "\"" { name = name.dropFirst().dropLast() }
        guard Self.isMailbox(address), name.unicodeScalars.allSatisfy(\.maybeShown), name.utf8.count <= 200 else {
            throw .address(text)
        }
        self.name = name.isEmpty ? nil : String(name)
        self.address = String(address)
    }

    public var description: String { name.map { "\($0) <\(address)>" } ?? address }

    var domain: Substring { address[address.index(after: address.lastIndex(of: "@")!)...] }

    private static func isMailbox(_ text: Substring) -> Bool {
        guard text.utf8.count <= 254, let at = text.lastIndex(of: "@") else { return false }
        let local = text[..<at].split(separator: ".", omittingEmptySubsequences: false)
        let domain = text[text.index(after: at)...].split(separator: ".", omittingEmptySubsequences: false)
        return text[..<at].utf8.count <= 64 && local.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isAtom) }
            && domain.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// `atext` of RFC 5322.
    private static func isAtom(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var rest = self
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return rest
    }
}

extension Unicode.Scalar {
    /// Nothing that ends a line or hides in one: what stands in a header.
    var maybeShown: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
