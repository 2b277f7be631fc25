import Testing

@testable import SimdJSON

/// simdjson and our own reader are two independent judges of the same grammar.
@Suite("Two readers, one grammar")
struct TwoReadersTests {
    private static let golden = [
        #"{"model":"m","messages":[{"role":"user","content":"Kya haal hai? \u0939\ud83d\ude00 \"q\" \\ \/ \b\f\n\r\t"}],"n":1}"#,
        #"{"id":"c1","choices":[{"index":0,"delta":{"content":null},"finish_reason":null}],"usage":{"a":-0,"b":1.5e-3}}"#,
        #"[0,-1,12345678901234567890,0.1,1E5,-2.5e+10,[[],{}],{"":{"é":"한"}},true,false,null,"",1e308,4.9e-324]"#,
        "\"text\"", " [ 1 , 2 ] ", #"{"a":"\ud83d","b":1e400,"c":99999999999999999999}"#,
    ].map { Array($0.utf8) }

    private func compare(_ bytes: [UInt8]) {
        for keeps in [false, true] {
            var rules = JSONRules(maximumDepth: 8, keepsLoneSurrogates: keeps, keepsNumbersOutOfRange: keeps)
            let fast = tree(bytes, rules)
            rules.tolerantReaderOnly = true
            #expect(fast == tree(bytes, rules), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("they agree on every document cut short at every byte")
    func cut() {
        for document in Self.golden { for length in 0...document.count { compare(Array(document[..<length])) } }
    }

    @Test("they agree on documents with one byte changed, added or taken away")
    func mutated() {
        var random = Seeded(state: 20_261_121)
        let telling = Array("\"\\{}[],:0129.eE+-utfn/ \n".utf8) + [0, 1, 0x7F, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        for _ in 0..<3_000 {
            var document = Self.golden.randomElement(using: &random)!
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<document.count, using: &random)
                let byte = telling.randomElement(using: &random)!
                switch Int.random(in: 0..<3, using: &random) {
                case 0: document[place] = byte
                case 1: document.insert(byte, at: place)
                default: if document.count > 1 { document.remove(at: place) }
                }
            }
            compare(document)
        }
    }

    @Test("they agree on numbers, to the last bit")
    func numbers() {
        var random = Seeded(state: 7)
        for _ in 0..<3_000 {
            let digits = (0..<Int.random(in: 1...22, using: &random)).map { _ in Int.random(in: 0...9, using: &random) }
            let whole = digits.map(String.init).joined()
            let exponent = Int.random(in: -330...310, using: &random)
            compare(
                Array("[-\(whole),1\(whole),0.\(whole),\(digits[0]).\(whole)e\(exponent),1\(whole)E\(exponent)]".utf8))
        }
    }
}

/// SplitMix64.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
