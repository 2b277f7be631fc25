extension PIIReader {
    /// Numbers of letters and digits that a state or a bank gives: PAN, GSTIN, IFSC, voter's card, passport.
    func registrations() -> [Find] {
        var finds: [Find] = []
        var index = 0
        while index < count {
            guard bytes[index].isAlphanumeric, isWordStart(index) else {
                index += 1
                continue
            }
            // Every form is one word, but for a passport's, which may hold a space.
            let end = end(from: index, while: \.isWord)
            if let find = registration(index..<end) { finds.append(find) }
            index = end
        }
        return finds
    }

    private func registration(_ word: Range<Int>) -> Find? {
        switch word.count {
        case 10: pan(word) ?? epic(word)
        case 15: gstin(word)
        case 11: ifsc(word)
        case 3, 8: passport(word)
        default: nil
        }
    }

    /// Whether a word has this form: `A` a letter, `9` a digit, `*` either.
    private func has(_ form: StaticString, at range: Range<Int>) -> Bool {
        guard range.count == form.utf8CodeUnitCount else { return false }
        return form.withUTF8Buffer { form in
            form.indices.allSatisfy { index in
                let byte = bytes[range.lowerBound + index]
                switch form[index] {
                case UInt8(ascii: "A"): return byte.isLetter
                case UInt8(ascii: "9"): return byte.isDigit
                default: return byte.isDigit || byte.isLetter
                }
            }
        }
    }

    private func upper(_ range: Range<Int>, _ index: Int) -> UInt8 { bytes[range.lowerBound + index].uppercased }

    /// `ABCPE1234F`: the fourth letter says whose it is. Source: Income Tax Department; stdnum.in_.pan.
    private func isPAN(_ range: Range<Int>) -> Bool {
        guard has("AAAAA9999A", at: range) else { return false }
        let holders = Array("ABCFGHJKLPT".utf8)
        return holders.contains(upper(range, 3))
            && !(5..<9).allSatisfy { bytes[range.lowerBound + $0] == UInt8(ascii: "0") }
    }

    private func pan(_ word: Range<Int>) -> Find? {
        guard isPAN(word) else { return nil }
        let hasContext = hasContext(Self.taxWords, around: word)
        return Find(kind: .pan, range: word, certainty: hasContext ? .sure : .likely)
    }

    /// State, PAN, how many of that state, `Z`, check digit.
    private func gstin(_ word: Range<Int>) -> Find? {
        guard has("99AAAAA9999A***", at: word), isPAN((word.lowerBound + 2)..<(word.lowerBound + 12)),
            upper(word, 12) != UInt8(ascii: "0"), upper(word, 13) == UInt8(ascii: "Z")
        else { return nil }
        let state = bytes[word.lowerBound].digitValue * 10 + bytes[word.lowerBound + 1].digitValue
        guard (1...38).contains(state) || [97, 99].contains(state), Checksums.gstin(Array(bytes[word])) else {
            return nil
        }
        return Find(kind: .gstin, range: word, certainty: .sure)
    }

    /// A bank's branch; four letters, `0`, six more. Says where an account is, so it needs a word that says so.
    private func ifsc(_ word: Range<Int>) -> Find? {
        guard has("AAAA*******", at: word), upper(word, 4) == UInt8(ascii: "0"),
            hasContext(Self.bankWords, around: word)
        else { return nil }
        return Find(kind: .ifsc, range: word, certainty: .likely)
    }

    /// Three letters and seven digits that Luhn's sum holds for. Source: stdnum.in_.epic.
    private func epic(_ word: Range<Int>) -> Find? {
        guard has("AAA9999999", at: word), Checksums.luhn(bytes[word].suffix(7).map(\.digitValue)),
            hasContext(Self.voterWords, around: word)
        else { return nil }
        return Find(kind: .epic, range: word, certainty: .sure)
    }

    /// `A1234567`, or `A12 34567`, as it is printed.
    private func passport(_ word: Range<Int>) -> Find? {
        var range = word
        if word.count == 3 {
            let rest = word.upperBound + 1
            guard byte(word.upperBound) == UInt8(ascii: " "), end(from: rest, limit: 6, while: \.isWord) == rest + 5
            else {
                return nil
            }
            range = word.lowerBound..<(rest + 5)
        }
        let characters = bytes[range].filter { $0 != UInt8(ascii: " ") }
        guard characters.count == 8, characters[0].isLetter,
            ![UInt8(ascii: "Q"), UInt8(ascii: "X"), UInt8(ascii: "Z")].contains(characters[0].uppercased),
            characters.dropFirst().allSatisfy(\.isDigit), characters[1] != UInt8(ascii: "0"),
            characters[7] != UInt8(ascii: "0"), hasContext(Self.passportWords, around: range)
        else { return nil }
        return Find(kind: .passport, range: range, certainty: .likely)
    }

    private static let taxWords = ContextWords("pan", "income", "itr", "tax")
    private static let bankWords = ContextWords(
        "ifsc", "bank", "branch", "account", "a/c", "ac", "acct", "khata", "neft", "rtgs", "imps")
    private static let voterWords = ContextWords("voter", "epic", "election", "matdata", "vote")
    private static let passportWords = ContextWords("passport", "visa", "immigration")
}
