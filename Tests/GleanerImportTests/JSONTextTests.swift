import Foundation
import Testing

@testable import GleanerImport

@Suite("JSON as it was sent")
struct JSONTextTests {
    private func text(_ json: String) throws -> JSONText { try JSONText(Array(json.utf8)[...]) }

    @Test("members keep their bytes: spaces, order, numbers and escapes")
    func slices() throws {
        let object = try text(#" { "a" : { "z": 1.50, "b":[ 1 ,2 ] } ,"t":"\u0041\/","n":-0.0e+5,"x":null } "#)
        #expect(object.members.map(\.name) == ["a", "t", "n", "x"])
        #expect(object["a"].map { String(decoding: $0, as: UTF8.self) } == #"{ "z": 1.50, "b":[ 1 ,2 ] }"#)
        #expect(object["n"].map { String(decoding: $0, as: UTF8.self) } == "-0.0e+5")
        #expect(object["x"] == nil)
        #expect(try object.string("t") == "A/")
    }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "{", "{}x", "{'a':1}", #"{"a":1,}"#, #"{"a":01}"#, #"{"a":.5}"#, #"{"a":1.}"#, #"{"a":+1}"#,
            #"{"a":NaN}"#, #"{"a":[1,]}"#, #"{"a":"\x"}"#, #"{"a":"\u12g4"}"#, "{\"a\":\"\n\"}", #"{"a" 1}"#,
            #"{"a":tru}"#, #"{"a":1 "b":2}"#, #"{"a":1e}"#, #"{a:1}"#, "",
        ])
    func refused(_ json: String) {
        #expect(throws: JSONTextError.self) { try text(json) }
    }

    @Test("depth is bounded, and 512 levels are not too deep")
    func depth() throws {
        func nested(_ levels: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "}"
        }
        _ = try text(nested(511))
        #expect(throws: JSONTextError.tooDeep) { try text(nested(512)) }
        #expect(throws: JSONTextError.tooDeep) { try text(nested(100_000)) }
    }

    @Test("strings are decoded, pairs of surrogates too; half a pair is no text")
    func strings() throws {
        #expect(try text(#"{"a":"\ud83d\ude00 \"\\\n \u00e9"}"#).string("a") == "😀 \"\\\n é")
        #expect(throws: LogError.self) { try text(#"{"a":"\ud83d"}"#).string("a") }
        #expect(throws: LogError.self) { try text(#"{"a":"\ud83dx\ude00"}"#).string("a") }
        #expect(throws: JSONTextError.notUTF8) { try JSONText([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D][...]) }
    }

    @Test("a literal stands for the text it was made from")
    func literals() throws {
        let all = String(String.UnicodeScalarView((0..<0x180).compactMap { Unicode.Scalar($0) })) + "😀"
        let literal = JSONString.literal(Array(all.utf8))
        #expect(try JSONString.decoded(literal[...]) == all)
        _ = try JSONText((Array("{\"a\":".utf8) + literal + Array("}".utf8))[...])
    }

    @Test(
        "times are read as logs write them",
        arguments: [
            ("2024-05-29T13:46:19.963Z", 1_716_990_379.963), ("2024-05-29 13:46:19.963000", 1_716_990_379.963),
            ("2024-05-29T19:16:19+05:30", 1_716_990_379), ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("1716990379", 1_716_990_379), ("1716990379963", 1_716_990_379.963), ("1970-01-01T00:00:00Z", 0),
        ])
    func times(_ text: String, _ seconds: Double) {
        #expect(Timestamp.reading(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(
        "what is no time is none", arguments: ["", "yesterday", "2024-13-01T00:00:00Z", "2024-05-29", "nan", "1e300"])
    func noTimes(_ text: String) {
        #expect(Timestamp.reading(text) == nil)
    }
}
