extension PIIReader {
    /// E-mail addresses and UPI ids: both have an @, and each @ is looked at once, with the runs beside it.
    func addresses() -> [Find] {
        var finds: [Find] = []
        for index in bytes.indices where bytes[index] == UInt8(ascii: "@") {
            if let email = email(at: index) {
                finds.append(email)
            } else if let upi = upi(at: index) {
                finds.append(upi)
            }
        }
        return finds
    }

    /// `name@example.co.in`: the longest run of labels whose last begins with two letters.
    private func email(at sign: Int) -> Find? {
        let start = start(ofLocalBefore: sign)
        guard start < sign else { return nil }
        var end: Int?
        var label = sign + 1
        var isFirst = true
        while label < count {
            let labelEnd = labelEnd(from: label)
            guard labelEnd > label else { break }
            let letters = self.end(from: label, while: \.isLetter)
            if !isFirst, letters - label >= 2 { end = letters }
            guard byte(labelEnd) == UInt8(ascii: ".") else { break }
            label = labelEnd + 1
            isFirst = false
        }
        return end.map { Find(kind: .email, range: start..<$0, certainty: .sure) }
    }

    private func start(ofLocalBefore sign: Int) -> Int {
        var start = sign
        while start > 0, bytes[start - 1].isLocal { start -= 1 }
        return start
    }

    /// Letters, digits and hyphens.
    private func labelEnd(from index: Int) -> Int {
        var end = index
        while end < count, bytes[end].isAlphanumeric || bytes[end] == UInt8(ascii: "-") { end += 1 }
        return end
    }

    /// `ravi.k@okhdfc`: a name and the handle of a bank. A sentence may end after it.
    private func upi(at sign: Int) -> Find? {
        var start = sign
        while start > 0, isUPIName(bytes[start - 1]) { start -= 1 }
        guard (2...256).contains(sign - start), !isWord(start - 1) else { return nil }
        let end = self.end(from: sign + 1, while: \.isLetter)
        guard (2...64).contains(end - sign - 1), !isWord(end),
            !(byte(end) == UInt8(ascii: ".") && isWord(end + 1))
        else { return nil }
        let range = start..<end
        let isKnown = Self.bankHandles.contains(String(decoding: bytes[(sign + 1)..<end], as: UTF8.self).lowercased())
        let hasContext = hasContext(Self.paymentWords, around: range)
        return Find(
            kind: .upi, range: range, certainty: isKnown ? .sure : hasContext ? .likely : .form)
    }

    private func isUPIName(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }

    private static let paymentWords = ContextWords(
        "upi", "vpa", "pay", "gpay", "phonepe", "paytm", "bhim", "bhejo", "transfer")
    /// Handles of the large payment apps and banks.
    private static let bankHandles: Set<String> = [
        "okaxis", "okhdfcbank", "okhdfc", "okicici", "oksbi", "ybl", "ibl", "axl", "paytm", "ptaxis", "ptyes", "pthdfc",
        "ptsbi", "upi", "apl", "yapl", "rapl", "sbi", "hdfcbank", "icici", "axisbank", "kotak", "barodampay", "cnrb",
        "pnb", "unionbank", "idfcbank", "indus", "federal", "yesbank", "jupiteraxis", "freecharge", "ikwik", "waaxis",
        "wahdfcbank", "waicici", "wasbi", "airtel", "postbank", "superyes", "naviaxis", "slice", "timecosmos",
    ]
}
