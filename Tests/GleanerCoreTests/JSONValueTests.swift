import Foundation
import GleanerCore
import Testing

@Suite("JSON values")
struct JSONValueTests {
    @Test("canonical bytes sort keys, keep slashes and escape the line separators")
    func canonical() throws {
        let value: JSONValue = ["b": "a/b", "a": .string("x\u{2028}y\u{2029}z"), "n": 3, "t": true, "z": nil]
        #expect(
            String(decoding: try value.canonicalBytes(), as: UTF8.self)
                == #"{"a":"x\u2028y\u2029z","b":"a/b","n":3,"t":true,"z":null}"#)
    }

    @Test("what is parsed and written again is the same value")
    func roundTrip() throws {
        let text = #"{"a":[1,-2,1.5,"é","\u0000",true,false,null,{"k":9223372036854775807}]}"#
        let value = try JSONValue(parsing: text.utf8)
        #expect(try JSONValue(parsing: value.canonicalBytes()) == value)
        #expect(value["a"]?.arrayValue?[4].stringValue == "\0")
        #expect(value["a"]?.arrayValue?[5].boolValue == true)
        #expect(value["a"]?.arrayValue?[0].intValue == 1)
        #expect(value["a"]?.arrayValue?[5].intValue == nil)
    }

    @Test("what is not JSON is refused", arguments: ["", "{", "nul", "{a:1}", "01"])
    func refused(_ text: String) { #expect(throws: (any Error).self) { try JSONValue(parsing: text.utf8) } }
}
