extension PIIReader {
    /// Accounts as Europe writes them: country, check digits, and as many characters as that country has.
    func ibans() -> [Find] {
        var finds: [Find] = []
        var index = 0
        while index + 15 <= count {
            defer { index += 1 }
            // Digits are rarer than letters, so they are looked for first.
            guard isDigit(index + 2), isDigit(index + 3), bytes[index].isLetter, isWordStart(index),
                byte(index + 1).isLetter, let length = Self.ibanLengths[Self.country(byte(index), byte(index + 1))],
                let (characters, end) = characters(length, from: index), Checksums.iban(characters)
            else { continue }
            finds.append(Find(kind: .iban, range: index..<end, certainty: .sure))
        }
        return finds
    }

    /// So many letters and digits with at most one space between two of them, ending with a word.
    private func characters(_ length: Int, from start: Int) -> ([UInt8], end: Int)? {
        var characters: [UInt8] = []
        var index = start
        while characters.count < length {
            if byte(index) == UInt8(ascii: " "), !characters.isEmpty { index += 1 }
            guard byte(index).isAlphanumeric else { return nil }
            characters.append(bytes[index])
            index += 1
        }
        return isWord(index) ? nil : (characters, index)
    }

    private static func country(_ first: UInt8, _ second: UInt8) -> UInt16 {
        UInt16(first.uppercased) << 8 | UInt16(second.uppercased)
    }

    /// Source: SWIFT's IBAN registry.
    private static let ibanLengths: [UInt16: Int] = {
        let lengths: [(Int, String)] = [
            (15, "NO"), (16, "BE"), (18, "DK FO FI GL NL SD FK"), (19, "MK SI"), (20, "AT BA EE KZ LT LU XK MN"),
            (21, "HR LV LI CH"), (22, "BH BG CR GE DE IE ME RS GB VA"), (23, "GI IL TL AE IQ OM SO"),
            (24, "AD CZ MD PK RO SA SK ES SE TN VG"), (25, "LY PT ST"), (26, "IS TR"),
            (27, "FR GR IT MC MR SM BI DJ"), (28, "AL AZ BY CY DO SV GT HU LB PL NI"), (29, "BR EG PS QA UA"),
            (30, "JO KW MU"), (31, "MT SC"), (32, "LC"), (33, "RU"),
        ]
        var table: [UInt16: Int] = [:]
        for (length, countries) in lengths {
            for code in countries.split(separator: " ").map({ Array($0.utf8) }) {
                table[country(code[0], code[1])] = length
            }
        }
        return table
    }()
}
