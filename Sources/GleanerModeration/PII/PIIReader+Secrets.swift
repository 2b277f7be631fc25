extension PIIReader {
    /// `-----BEGIN … PRIVATE KEY-----` to its end line; the header alone when that is missing.
    func privateKeys() -> [Find] {
        var finds: [Find] = []
        // The first end line at or after some place: looked for once, not for every beginning.
        var ends = lines(from: "-----END ", named: "PRIVATE KEY-----")[...]
        for header in lines(from: "-----BEGIN ", named: "PRIVATE KEY-----") {
            if let last = finds.last, header.lowerBound < last.range.upperBound { continue }
            while let end = ends.first, end.lowerBound < header.upperBound { ends.removeFirst() }
            let end = ends.first?.upperBound ?? header.upperBound
            finds.append(Find(kind: .privateKey, range: header.lowerBound..<end, certainty: .sure))
        }
        return finds
    }

    /// Lines such as `-----BEGIN RSA PRIVATE KEY-----`, whole.
    private func lines(from prefix: StaticString, named suffix: StaticString) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index < count {
            guard bytes[index] == UInt8(ascii: "-"), has(prefix, at: index) else {
                index += 1
                continue
            }
            let start = index
            index += prefix.utf8CodeUnitCount
            // "ENCRYPTED", "OPENSSH", "EC": a word or two.
            for place in index..<min(index + 24, count) where has(suffix, at: place) {
                index = place + suffix.utf8CodeUnitCount
                found.append(start..<index)
                break
            }
        }
        return found
    }

    /// Tokens that programs show: JSON Web Tokens and keys of well-known services.
    func tokens() -> [Find] {
        var finds: [Find] = []
        var index = 0
        while index < count {
            // A token begins where a run of its alphabet does.
            guard bytes[index].isBase64, !byte(index - 1).isBase64 else {
                index += 1
                continue
            }
            let end = end(from: index, while: \.isBase64)
            if let find = token(index..<end) {
                finds.append(find)
                index = max(find.range.upperBound, end)
            } else {
                index = end
            }
        }
        return finds
    }

    private func token(_ run: Range<Int>) -> Find? {
        if let jwt = webToken(run) { return jwt }
        guard run.count >= KeyForm.shortest else { return nil }
        for form in KeyForm.all where has(form.prefix, at: run.lowerBound) {
            let length = run.count - form.prefix.utf8CodeUnitCount
            guard form.lengths.contains(length) else { continue }
            return Find(kind: .apiKey, range: run, certainty: .sure)
        }
        return nil
    }

    /// `eyJ….….…`, each part base64.
    private func webToken(_ first: Range<Int>) -> Find? {
        guard has("eyJ", at: first.lowerBound), bytes[first.lowerBound] == UInt8(ascii: "e"), first.count >= 10,
            byte(first.upperBound) == UInt8(ascii: ".")
        else { return nil }
        let second = first.upperBound + 1
        let secondEnd = end(from: second, while: \.isBase64)
        guard secondEnd - second >= 10, byte(secondEnd) == UInt8(ascii: ".") else { return nil }
        let thirdEnd = end(from: secondEnd + 1, while: \.isBase64)
        guard thirdEnd - secondEnd > 8 else { return nil }
        return Find(kind: .jwt, range: first.lowerBound..<thirdEnd, certainty: .sure)
    }

    /// What the keys of a service look like: how they begin, and how many characters follow.
    private struct KeyForm {
        let prefix: StaticString
        let lengths: ClosedRange<Int>

        static let shortest = all.map { $0.prefix.utf8CodeUnitCount + $0.lengths.lowerBound }.min() ?? 0
        static let all = [
            KeyForm(prefix: "sk-", lengths: 20...400), KeyForm(prefix: "akia", lengths: 16...16),
            KeyForm(prefix: "asia", lengths: 16...16), KeyForm(prefix: "ghp_", lengths: 36...36),
            KeyForm(prefix: "gho_", lengths: 36...36), KeyForm(prefix: "ghs_", lengths: 36...36),
            KeyForm(prefix: "ghu_", lengths: 36...36), KeyForm(prefix: "github_pat_", lengths: 40...120),
            KeyForm(prefix: "glpat-", lengths: 20...64), KeyForm(prefix: "aiza", lengths: 35...35),
            KeyForm(prefix: "xoxb-", lengths: 20...120), KeyForm(prefix: "xoxp-", lengths: 20...120),
            KeyForm(prefix: "sk_live_", lengths: 16...120), KeyForm(prefix: "rk_live_", lengths: 16...120),
            KeyForm(prefix: "hf_", lengths: 30...64), KeyForm(prefix: "gln_", lengths: 32...200),
        ]
    }
}
