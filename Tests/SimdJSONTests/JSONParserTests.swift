import Testing

@testable import SimdJSON

@Suite("Reading JSON")
struct JSONParserTests {
    private static let keeping = JSONRules(keepsLoneSurrogates: true, keepsNumbersOutOfRange: true)

    @Test("values of every kind are found")
    func kinds() throws {
        let text =
            #" {"a":[1,-2,1.5,"é\n\u0000😀","",true,false,null,{"k":9223372036854775807},[],{}],"u":18446744073709551615,"e":5e0} "#
        #expect(
            try tree(text).get()
                == .object([
                    .init(
                        key: Array("a".utf8),
                        value: .array([
                            .integer(1), .integer(-2), .double(1.5.bitPattern), .text(Array("é\n\0😀".utf8)), .text([]),
                            .bool(true), .bool(false), .null,
                            .object([.init(key: Array("k".utf8), value: .integer(.max))]), .array([]), .object([]),
                        ])),
                    .init(key: Array("u".utf8), value: .unsigned(.max)),
                    .init(key: Array("e".utf8), value: .double(5.0.bitPattern)),
                ]))
    }

    @Test(
        "what is wrong is said",
        arguments: [
            ("", JSONError.empty), (" \n\t", .empty), ("{", .syntax), ("[1,]", .syntax), ("{\"a\":1,}", .syntax),
            ("{} {}", .syntax), ("{}x", .syntax), ("{}\0", .syntax), ("{'a':1}", .syntax), ("[1/*c*/]", .syntax),
            ("[\"\u{1}\"]", .syntax), ("[\"a\nb\"]", .syntax), ("01", .syntax), ("[.5]", .syntax), ("[+1]", .syntax),
            ("[1.]", .syntax), ("[1e]", .syntax), ("[0x10]", .syntax), ("[NaN]", .syntax), ("[Infinity]", .syntax),
            ("nul", .syntax), ("truex", .syntax), ("[\"\\x\"]", .syntax), ("[\"\\u12g4\"]", .syntax), ("\"a", .syntax),
            ("\"\\", .syntax), ("-", .syntax), ("[1 2]", .syntax), ("{\"a\" 1}", .syntax), ("{\"a\"}", .syntax),
            ("{1:2}", .syntax), ("[\u{A0}1]", .syntax), ("]", .syntax), ("[}", .syntax), ("{]", .syntax),
            ("\u{FEFF}{}", .byteOrderMark), (#"["\ud800"]"#, .loneSurrogate), (#"["\ude00\ud83d"]"#, .loneSurrogate),
            (#"{"\udc00":1}"#, .loneSurrogate), (#"["\ud83d\u0041"]"#, .loneSurrogate), ("1e400", .numberOutOfRange),
            ("[-1e400]", .numberOutOfRange), ("[18446744073709551616]", .numberOutOfRange),
            ("[-9223372036854775809]", .numberOutOfRange),
        ])
    func wrong(_ text: String, _ error: JSONError) {
        #expect(throws: error) { try tree(text).get() }
        var rules = JSONRules()
        rules.tolerantReaderOnly = true
        #expect(throws: error) { try tree(text, rules).get() }
    }

    @Test("bytes that are not UTF-8 are refused, wherever they stand, and UTF-16 and UTF-32 too")
    func encodings() {
        let wrong: [[UInt8]] = [
            [0xFF], [0xC0, 0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE2, 0x82],
            [0xE9],
        ]
        for bytes in wrong {
            #expect(throws: JSONError.notUTF8) { try tree(Array("[\"".utf8) + bytes + Array("\"]".utf8)).get() }
            #expect(throws: JSONError.notUTF8) { try tree(Array("[1]".utf8) + bytes).get() }
        }
        let text = Array("{\"a\":1}".utf8)
        func wide(_ before: [UInt8], _ after: [UInt8]) -> [UInt8] { text.flatMap { before + [$0] + after } }
        let others: [[UInt8]] = [
            wide([], [0]), wide([0], []), wide([], [0, 0, 0]), wide([0, 0, 0], []), [0xFF, 0xFE] + wide([], [0]),
            [0xFE, 0xFF] + wide([0], []),
        ]
        for bytes in others { #expect(throws: JSONError.notUTF8) { try tree(bytes).get() } }
    }

    @Test("as many levels as allowed are read, one more is not, and a million cost nothing")
    func depth() throws {
        for tolerant in [false, true] {
            var rules = JSONRules(maximumDepth: 128)
            rules.tolerantReaderOnly = tolerant
            func nested(_ count: Int, _ open: String, _ close: String) -> String {
                String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
            }
            _ = try tree(nested(128, "[", "]"), rules).get()
            _ = try tree(nested(128, "{\"a\":", "}"), rules).get()
            #expect(throws: JSONError.tooDeep) { try tree(nested(129, "[", "]"), rules).get() }
            #expect(throws: JSONError.tooDeep) { try tree(nested(129, "{\"a\":", "}"), rules).get() }
            #expect(throws: JSONError.tooDeep) { try tree(String(repeating: "[", count: 1_000_000), rules).get() }
        }
    }

    @Test("numbers out of range and halves of pairs are kept where the rules say so")
    func keeping() throws {
        #expect(
            try tree("[1e400,-1E+999,18446744073709551616,1e-400,2]", Self.keeping).get()
                == .array([
                    .raw("1e400"), .raw("-1E+999"), .raw("18446744073709551616"), .double(0), .integer(2),
                ]))
        #expect(
            try tree(#"["\ud83d","\ude00x","\ud83d\ude00"]"#, Self.keeping).get()
                == .array([.text([0xED, 0xA0, 0xBD]), .text([0xED, 0xB8, 0x80, 0x78]), .text(Array("😀".utf8))]))
    }

    @Test("halves of a character that meet become the character, others U+FFFD")
    func halves() {
        let high: [UInt8] = [0xED, 0xA0, 0xBD]
        let low: [UInt8] = [0xED, 0xB8, 0x80]
        let cases: [([UInt8], String)] = [
            (high + low, "😀"), (high, "\u{FFFD}"), (low, "\u{FFFD}"), (low + high, "\u{FFFD}\u{FFFD}"),
            (high + high + low + Array("é".utf8), "\u{FFFD}😀é"), (Array("한퟿".utf8), "한퟿"), ([], ""),
        ]
        for (bytes, text) in cases { #expect(String(decoding: WTF8.repaired(bytes), as: UTF8.self) == text) }
    }

    @Test("one parser reads one document after the other, small, large and wrong")
    func reuse() throws {
        var parser = JSONParser()
        for size in [1, 100_000, 10, 3_000_000, 2] {
            let text = Array("[\(String(repeating: "7,", count: size))7]".utf8)
            let count = parser.read(text.span.bytes) { try? $0.get().root.elements.reduce(0) { count, _ in count + 1 } }
            #expect(count == size + 1)
            #expect(parser.read(Array("[".utf8).span.bytes) { (try? $0.get()) == nil })
        }
    }

    @Test("parsers may be used inside each other")
    func nested() throws {
        var outer = JSONParser()
        let names = try outer.withDocument(Array(#"["[1]","[2]"]"#.utf8).span.bytes) { document in
            document.root.elements.map { element in
                let inner = tree(element.string!)
                return (element.string!, try? inner.get())
            }
        }
        #expect(names.map(\.0) == ["[1]", "[2]"])
        #expect(names.map(\.1) == [.array([.integer(1)]), .array([.integer(2)])])
    }
}
