/// Kinds of bytes of a `PlainText`, as a table: patterns ask this of every byte.
struct ByteClass: OptionSet {
    let rawValue: UInt16

    static let digit = ByteClass(rawValue: 1)
    static let upper = ByteClass(rawValue: 2)
    static let lower = ByteClass(rawValue: 4)
    /// Of other scripts.
    static let foreign = ByteClass(rawValue: 8)
    static let underscore = ByteClass(rawValue: 16)
    /// Of an e-mail address before the @: `._%+-` and what is alphanumeric.
    static let local = ByteClass(rawValue: 32)
    /// Of base64 as URLs have it.
    static let base64 = ByteClass(rawValue: 64)
    static let hexadecimal = ByteClass(rawValue: 128)
    static let dash = ByteClass(rawValue: 256)
    static let at = ByteClass(rawValue: 512)
    static let colon = ByteClass(rawValue: 1024)

    static let letter: ByteClass = [.upper, .lower]
    static let alphanumeric: ByteClass = [.digit, .upper, .lower]
    /// What `\w` is in a pattern.
    static let word: ByteClass = [.digit, .upper, .lower, .foreign, .underscore]

    private static let table: [ByteClass] = (0...255).map { value -> ByteClass in
        let byte = UInt8(value)
        var kinds: ByteClass = []
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): kinds = [.digit, .local, .base64, .hexadecimal]
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): kinds = [.upper, .local, .base64]
        case UInt8(ascii: "a")...UInt8(ascii: "z"): kinds = [.lower, .local, .base64]
        case UInt8(ascii: "_"): kinds = [.underscore, .local, .base64]
        case UInt8(ascii: "-"): kinds = [.local, .base64, .dash]
        case UInt8(ascii: "@"): kinds = [.at]
        case UInt8(ascii: ":"): kinds = [.colon]
        case UInt8(ascii: "."), UInt8(ascii: "%"), UInt8(ascii: "+"): kinds = [.local]
        case PlainText.letter: kinds = [.foreign]
        default: break
        }
        let lowered = byte | 0x20
        if (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lowered), byte != lowered || byte >= 0x61 {
            kinds.insert(.hexadecimal)
        }
        return kinds
    }

    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(of byte: UInt8) { self = Self.table[Int(byte)] }
}

extension UInt8 {
    func isAny(of kinds: ByteClass) -> Bool { !ByteClass(of: self).isDisjoint(with: kinds) }
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    /// `\w`.
    var isWord: Bool { isAny(of: .word) }
    /// 0…9 of a digit.
    var digitValue: Int { Int(self &- 0x30) }
    /// Of a letter; others stay.
    var uppercased: UInt8 { self &- 0x61 < 26 ? self & 0xDF : self }
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
