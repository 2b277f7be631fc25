extension PIIReader {
    /// What is written in digits: cards, Aadhaar numbers and mobile phones, one find at most from each place.
    func numbers() -> [Find] {
        var finds: [Find] = []
        var index = 0
        while index < count {
            guard beginsNumber(index), let find = number(at: index) else {
                index += 1
                continue
            }
            finds.append(find)
            index = find.range.upperBound
        }
        return finds
    }

    /// A digit, or the + of a country's code, after neither.
    private func beginsNumber(_ index: Int) -> Bool {
        let isPlus = bytes[index] == UInt8(ascii: "+")
        return (isPlus || bytes[index].isDigit) && !isDigit(index - 1) && byte(index - 1) != UInt8(ascii: "+")
    }

    private func number(at index: Int) -> Find? {
        if let card = card(at: index) { return card }
        let (aadhaar, mobile) = (aadhaar(at: index), mobile(at: index))
        // 91 and a mobile's ten digits are twelve, of which one in ten passes for an Aadhaar number.
        if let aadhaar, mobile == nil || aadhaar.certainty == .sure { return aadhaar }
        return mobile ?? virtualID(at: index)
    }

    // MARK: Cards

    private func card(at start: Int) -> Find? {
        guard bytes[start].isDigit, CardBrand.begins(with: bytes[start].digitValue) else { return nil }
        var digits: [Int] = []
        var best: Int?
        var index = start
        // At most 19 digits with one space or dash between two of them.
        while isDigit(index), digits.count < 19 {
            digits.append(bytes[index].digitValue)
            index += 1
            if !isDigit(index), CardBrand.fits(digits), Checksums.luhn(digits) { best = index }
            if byte(index) == UInt8(ascii: " ") || byte(index) == UInt8(ascii: "-") { index += 1 }
        }
        guard let end = best else { return nil }
        let hasContext = hasContext(Self.cardWords, around: start..<end)
        return Find(kind: .card, range: start..<end, certainty: hasContext ? .sure : .likely)
    }

    // MARK: Aadhaar

    private func aadhaar(at start: Int) -> Find? {
        guard let (digits, end) = groups(of: [4, 4, 4], at: start), digits[0] > 1, Checksums.verhoeff(digits),
            digits != digits.reversed()
        else { return nil }
        let hasContext = hasContext(Self.aadhaarWords, around: start..<end)
        return Find(kind: .aadhaar, range: start..<end, certainty: hasContext ? .sure : .likely)
    }

    /// A number that stands for an Aadhaar number. Sixteen digits are many things, so it needs a word that says so.
    private func virtualID(at start: Int) -> Find? {
        guard let (digits, end) = groups(of: [4, 4, 4, 4], at: start), digits[0] > 1, Checksums.verhoeff(digits),
            digits != digits.reversed(), hasContext(Self.virtualIDWords, around: start..<end)
        else { return nil }
        return Find(kind: .aadhaarVID, range: start..<end, certainty: .sure)
    }

    /// Groups of digits with at most one space or dash between two of them, and no digit after the last.
    private func groups(of lengths: [Int], at start: Int) -> (digits: [Int], end: Int)? {
        var digits: [Int] = []
        var index = start
        for (number, length) in lengths.enumerated() {
            if number > 0, byte(index) == UInt8(ascii: " ") || byte(index) == UInt8(ascii: "-") { index += 1 }
            for _ in 0..<length {
                guard isDigit(index) else { return nil }
                digits.append(bytes[index].digitValue)
                index += 1
            }
        }
        return isDigit(index) ? nil : (digits, index)
    }

    // MARK: Phones

    /// An Indian mobile number: ten digits from 6 on, after `+91`, `0091`, `91`, `0` or nothing.
    private func mobile(at start: Int) -> Find? {
        for (prefix, mayBeApart) in Self.dialling where has(prefix, at: start) {
            var index = start + prefix.utf8CodeUnitCount
            if mayBeApart, isSeparator(byte(index)) { index += 1 }
            guard let end = subscriber(at: index) else { continue }
            let isPlain = prefix.utf8CodeUnitCount == 0
            let hasContext = hasContext(Self.phoneWords, around: start..<end)
            return Find(kind: .phone, range: start..<end, certainty: !isPlain || hasContext ? .sure : .likely)
        }
        return nil
    }

    /// `98765 43210`, no digit after it.
    private func subscriber(at start: Int) -> Int? {
        guard byte(start) >= UInt8(ascii: "6"), byte(start) <= UInt8(ascii: "9") else { return nil }
        var index = start
        for number in 0..<10 {
            if number == 5, isSeparator(byte(index)) { index += 1 }
            guard isDigit(index) else { return nil }
            index += 1
        }
        return isDigit(index) ? nil : index
    }

    private func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static let dialling: [(StaticString, mayBeApart: Bool)] = [
        ("+91", true), ("0091", true), ("91", true), ("0", false), ("", false),
    ]
    private static let cardWords = ContextWords(
        "card", "credit", "debit", "visa", "mastercard", "rupay", "amex", "cvv", "expiry", "atm")
    private static let aadhaarWords = ContextWords("aadhaar", "aadhar", "adhar", "uid", "uidai", "uidai's")
    private static let virtualIDWords = ContextWords("vid", "virtual", "aadhaar", "aadhar", "uidai")
    private static let phoneWords = ContextWords(
        "phone", "mobile", "call", "number", "contact", "whatsapp", "tel", "no", "mob", "sms", "otp", "karo", "kar")
}
