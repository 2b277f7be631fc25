extension PIIReader {
    /// Addresses of machines, IPv4 and IPv6. Those of this machine and of private networks name nobody.
    func internetAddresses() -> [Find] {
        var finds: [Find] = []
        var index = 0
        while index < count {
            guard isPart(bytes[index]), !isPart(byte(index - 1)) else {
                index += 1
                continue
            }
            var end = index
            while end < count, isPart(bytes[end]) { end += 1 }
            // A sentence may end after it.
            var last = end
            while last > index, byte(last - 1) == UInt8(ascii: ".") { last -= 1 }
            if !isWord(index - 1) || bytes[index] == UInt8(ascii: ":"), !isWord(end), let find = address(index..<last) {
                finds.append(find)
            }
            index = end
        }
        return finds
    }

    private func isPart(_ byte: UInt8) -> Bool {
        byte.isHexadecimal || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
    }

    private func address(_ run: Range<Int>) -> Find? {
        guard (4...64).contains(run.count) else { return nil }
        var range = run
        if !isPublicIPv6(bytes[run]) {
            // `IP:8.8.8.8`, `8.8.8.8:443`: what stands between colons.
            let pieces = bytes[run].split(separator: UInt8(ascii: ":"))
            guard let piece = pieces.first(where: isPublicIPv4) else { return nil }
            range = piece.startIndex..<piece.endIndex
        }
        let hasContext = hasContext(Self.addressWords, around: range)
        return Find(kind: .ipAddress, range: range, certainty: hasContext ? .likely : .form)
    }

    private static let addressWords = ContextWords("ip", "ipv4", "ipv6", "address", "host", "server")

    /// Four numbers up to 255 without leading zeros.
    private func octets(_ text: ArraySlice<UInt8>) -> [Int]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var octets: [Int] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(\.isDigit) else { return nil }
            let value = part.reduce(0) { $0 * 10 + $1.digitValue }
            guard value < 256, part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            octets.append(value)
        }
        return octets
    }

    private func isPublicIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        guard let octets = octets(text) else { return false }
        switch (octets[0], octets[1]) {
        case (0, _), (10, _), (127, _), (192, 168), (169, 254), (172, 16...31), (224..., _): return false
        default: return true
        }
    }

    /// Eight groups of up to four hexadecimal digits; `::` once for a run of zeros; the last two may be an IPv4 address.
    private func isPublicIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        var groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count >= 3, groups.count <= 9 else { return false }
        var expected = 8
        if let last = groups.last, last.contains(UInt8(ascii: ".")) {
            guard octets(last) != nil else { return false }
            groups.removeLast()
            expected = 6
        }
        let gaps = groups.indices.filter { groups[$0].isEmpty }
        let isValid = groups.allSatisfy { $0.count <= 4 && $0.allSatisfy { $0.isHexadecimal } }
        guard isValid else { return false }
        if gaps.isEmpty { return groups.count == expected && !isLocal(groups[0]) }
        // `::` in the middle is one empty group, at an end two.
        let isMiddle = gaps.count == 1 && gaps[0] != groups.startIndex && gaps[0] != groups.endIndex - 1
        let isAtEnd = gaps.count == 2 && gaps[1] == gaps[0] + 1 && (gaps[0] == 0 || gaps[1] == groups.count - 1)
        let written = groups.count - gaps.count
        guard isMiddle || isAtEnd, written >= 2, written < expected else { return false }
        return !isLocal(groups.first { !$0.isEmpty } ?? [])
    }

    /// Link-local and unique local networks, fe80::/10 and fc00::/7.
    private func isLocal(_ group: ArraySlice<UInt8>) -> Bool {
        let head = String(decoding: group.prefix(2), as: UTF8.self).lowercased()
        return group.count == 4 && ["fe", "fc", "fd"].contains(head)
    }
}
