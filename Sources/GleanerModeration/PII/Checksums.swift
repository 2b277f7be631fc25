/// Check digits of numbers that people and companies are known by.
///
/// Each passes about one random number in ten (IBAN: one in 97), so a sum that is right is a hint, not a proof.
enum Checksums {
    /// Cards, and the digits of an Indian voter's number. Source: ISO/IEC 7812-1.
    static func luhn(_ digits: some BidirectionalCollection<Int>) -> Bool {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let value = index.isMultiple(of: 2) ? digit : digit * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// Aadhaar. Source: Verhoeff, "Error detecting decimal codes" (1969); position 0 is the last digit.
    static func verhoeff(_ digits: some BidirectionalCollection<Int>) -> Bool {
        var check = 0
        for (index, digit) in digits.reversed().enumerated() {
            check = dihedral[check][permutation[index % 8][digit]]
        }
        return check == 0
    }

    /// The group D5: rotations and reflections of a pentagon.
    private static let dihedral: [[Int]] = (0..<10).map { a in
        (0..<10).map { b in
            switch (a < 5, b < 5) {
            case (true, true): (a + b) % 5
            case (true, false): (a + b - 5) % 5 + 5
            case (false, true): (a - 5 - b + 5) % 5 + 5
            case (false, false): (a - b + 5) % 5
            }
        }
    }

    /// The first row leaves a digit as it is, each further one is the one before, permuted.
    private static let permutation: [[Int]] = {
        let step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
        return (0..<7).reduce(into: [Array(0..<10)]) { rows, _ in rows.append(rows[rows.count - 1].map { step[$0] }) }
    }()

    /// GSTIN: fifteen of 0–9A–Z, the last is the check. Source: GSTN, mod 36 with weights 1 and 2.
    static func gstin(_ characters: [UInt8]) -> Bool {
        var sum = 0
        for (index, character) in characters.enumerated() {
            guard let value = base36(character) else { return false }
            let product = value * (index.isMultiple(of: 2) ? 1 : 2)
            if index == characters.count - 1 { return (36 - sum % 36) % 36 == value }
            sum += product / 36 + product % 36
        }
        return false
    }

    /// IBAN: country and check digits moved to the end, letters as 10–35, mod 97 is 1. Source: ISO 13616, ISO 7064.
    static func iban(_ characters: [UInt8]) -> Bool {
        var remainder = 0
        for character in characters.dropFirst(4) + characters.prefix(4) {
            guard let value = base36(character) else { return false }
            remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
        }
        return remainder == 1
    }

    private static func base36(_ character: UInt8) -> Int? {
        if character.isDigit { return character.digitValue }
        return character.isLetter ? Int(character.uppercased) - 0x41 + 10 : nil
    }
}
