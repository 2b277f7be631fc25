/// Hindi in Latin letters has as many spellings as writers; these are the differences that say nothing.
struct RomanHindi: Sendable {
    static let shared = RomanHindi()

    private static let pairs: [(from: String, to: String)] = [
        ("chh", "ch"), ("aa", "a"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ph", "f"), ("sh", "s"), ("bh", "b"),
        ("dh", "d"), ("gh", "g"), ("jh", "j"), ("kh", "k"), ("th", "t"), ("rh", "r"), ("ck", "k"), ("w", "v"),
        ("z", "j"), ("q", "k"), ("x", "ks"),
    ]

    /// A pair as bytes, with zeros for what it has not: every word of every text is folded, and nothing is allocated for it.
    private struct Spelling {
        let second: UInt8
        let third: UInt8
        let length: Int
        let first: UInt8
        let next: UInt8

        init(_ from: String, _ to: String) {
            let (from, to) = (Array(from.utf8), Array(to.utf8))
            second = from.count > 1 ? from[1] : 0
            third = from.count > 2 ? from[2] : 0
            length = from.count
            first = to[0]
            next = to.count > 1 ? to[1] : 0
        }
    }
    /// In the order of the byte they begin with, and where those of each byte begin.
    private let spellings: [Spelling]
    private let starts: [Int]

    private init() {
        var (spellings, starts): ([Spelling], [Int]) = ([], [0])
        for first in UInt8(0)..<128 {
            for pair in Self.pairs where pair.from.utf8.first == first {
                spellings.append(Spelling(pair.from, pair.to))
            }
            starts.append(spellings.count)
        }
        self.spellings = spellings
        self.starts = starts
    }

    /// Repeated letters come once.
    /// - Parameter word: ASCII, lower case.
    func fold(_ word: Span<UInt8>, onto bytes: inout [UInt8]) {
        bytes.append(addingCapacity: 2 * word.count) { folded in
            var last: UInt8 = 0
            var index = 0
            while index < word.count {
                var letter = word[index]
                var next: UInt8 = 0
                var length = 1
                for place in starts[Int(letter)]..<starts[Int(letter) + 1]
                where Self.fits(spellings[place], word, at: index) {
                    let spelling = spellings[place]
                    (letter, next, length) = (spelling.first, spelling.next, spelling.length)
                    break
                }
                if letter != last { folded.append(letter) }
                if next != 0 { folded.append(next) }
                last = next != 0 ? next : letter
                index += length
            }
            // `hun`, `hu` and `hoon`; `main` and `mai`: the nasal at a word's end comes and goes.
            if folded.count > 2, last == UInt8(ascii: "n") { _ = folded.removeLast() }
        }
    }

    private static func fits(_ spelling: Spelling, _ word: Span<UInt8>, at index: Int) -> Bool {
        guard index + spelling.length <= word.count else { return false }
        return (spelling.second == 0 || word[index + 1] == spelling.second)
            && (spelling.third == 0 || word[index + 2] == spelling.third)
    }
}
