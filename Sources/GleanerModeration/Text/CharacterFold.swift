import Foundation

/// What single characters count as when a text is read for patterns and words.
enum CharacterFold {
    /// Zero-width, directional and other characters that show nothing: they are passed over.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00AD, 0x034F, 0x061C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F, 0x200B...0x200F,
            0x202A...0x202E,
            0x2060...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFF8, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }

    /// ASCII for characters that are a form of it: `９` is 9, `९` too, `ｅ` e, `–` a dash. Of others, what they are.
    static func ascii(_ scalar: Unicode.Scalar) -> [UInt8] {
        let value = scalar.value
        if isInTable(value) {
            if let known = table[value] { return known }
        }
        // Letters of most texts that reach here; asking Unicode of each would cost more than all else.
        if (0x0904...0x0939).contains(value) { return letterByte }
        let properties = scalar.properties
        if properties.numericType == .decimal, let digit = properties.numericValue {
            return [0x30 + UInt8(digit)]
        }
        return properties.isAlphabetic && !isMark(properties) ? letterByte : otherByte
    }

    private static let letterByte = [PlainText.letter]
    private static let otherByte = [PlainText.other]

    /// Vowel signs and accents are alphabetic and no letters of their own.
    private static func isMark(_ properties: Unicode.Scalar.Properties) -> Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    // MARK: Compatibility forms

    /// Blocks in which forms of ASCII lie. The table is made once, of about 9,000 characters.
    private static let blocks: [ClosedRange<UInt32>] = [
        0x00A0...0x00BF, 0x02B0...0x02B8, 0x1D2C...0x1D6A, 0x2000...0x218F, 0x2212...0x2212, 0x2460...0x24FF,
        0x2A74...0x2A76, 0x3000...0x3000, 0x3250...0x325F, 0x32B1...0x32BF, 0xFB00...0xFB06, 0xFE10...0xFE6F,
        0xFF01...0xFFEE, 0x1D400...0x1D7FF, 0x1F100...0x1F18F,
    ]

    private static func isInTable(_ value: UInt32) -> Bool { blocks.contains { $0.contains(value) } }

    private static let table: [UInt32: [UInt8]] = {
        var table: [UInt32: [UInt8]] = [:]
        for value in blocks.joined() {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let form = String(scalar).precomposedStringWithCompatibilityMapping
            if form.utf8.allSatisfy({ $0 < 0x80 }) { table[value] = Array(form.utf8) }
        }
        for dash in [0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE58, 0xFE63, 0xFF0D] as [UInt32] {
            table[dash] = [UInt8(ascii: "-")]
        }
        return table
    }()
}

extension UTF8 {
    /// Bytes of a character.
    static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case ..<0x80: 1
        case ..<0x800: 2
        case ..<0x10000: 3
        default: 4
        }
    }
}
