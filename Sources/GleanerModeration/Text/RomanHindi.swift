/// Hindi in Latin letters has as many spellings as writers; these are the differences that say nothing.
enum RomanHindi {
    private static let pairs: [(from: String, to: String)] = [
        ("chh", "ch"), ("aa", "a"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ph", "f"), ("sh", "s"), ("bh", "b"),
        ("dh", "d"), ("gh", "g"), ("jh", "j"), ("kh", "k"), ("th", "t"), ("rh", "r"), ("ck", "k"), ("w", "v"),
        ("z", "j"), ("q", "k"), ("x", "ks"),
    ]
    /// By the byte they begin with: every word of every text is folded.
    private static let table: [[(from: [UInt8], to: [UInt8])]] = (UInt8(0)..<128).map { first in
        pairs.filter { $0.from.utf8.first == first }.map { (Array($0.from.utf8), Array($0.to.utf8)) }
    }

    /// - Parameter bytes: ASCII, lower case.
    /// - Returns: with repeated letters once.
    static func fold(_ bytes: [UInt8]) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count + 1)
        func add(_ byte: UInt8) { if folded.last != byte { folded.append(byte) } }
        var index = 0
        while index < bytes.count {
            if let pair = pair(in: bytes, at: index) {
                pair.to.forEach(add)
                index += pair.from.count
            } else {
                add(bytes[index])
                index += 1
            }
        }
        // `hun`, `hu` and `hoon`; `main` and `mai`: the nasal at a word's end comes and goes.
        if folded.count > 2, folded.last == UInt8(ascii: "n") { folded.removeLast() }
        return folded
    }

    private static func pair(in bytes: [UInt8], at index: Int) -> (from: [UInt8], to: [UInt8])? {
        for pair in table[Int(bytes[index])] {
            let end = index + pair.from.count
            if end <= bytes.count, pair.from.indices.allSatisfy({ bytes[index + $0] == pair.from[$0] }) { return pair }
        }
        return nil
    }
}
