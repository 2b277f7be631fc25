/// Kinds of bytes of a `PlainText`, asked of every byte.
extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    var isAlphanumeric: Bool { isDigit || isLetter }
    /// `\w`: letters and digits of all scripts, and the underscore.
    var isWord: Bool { isAlphanumeric || self == UInt8(ascii: "_") || self == PlainText.letter }
    /// Of an e-mail address before the @.
    var isLocal: Bool {
        switch self {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: isAlphanumeric
        }
    }
    /// Of base64 as URLs have it.
    var isBase64: Bool { isAlphanumeric || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") }
    var isHexadecimal: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }

    /// 0…9 of a digit.
    var digitValue: Int { Int(self &- 0x30) }
    /// Of a letter; others stay.
    var uppercased: UInt8 { self &- 0x61 < 26 ? self & 0xDF : self }
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
