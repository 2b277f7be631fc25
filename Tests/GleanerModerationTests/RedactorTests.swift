import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerModeration

@Suite("Redaction")
struct RedactorTests {
    private func redactor() -> Redactor {
        Redactor(kinds: Set(PIIKind.allCases), placeholders: Placeholders(key: Array(repeating: 7, count: 32)))
    }
    private func redact(_ bytes: [UInt8]) -> [UInt8]? {
        var redactor = redactor()
        return redactor.redacted(bytes)
    }
    private func redact(stream bytes: [UInt8]) -> [UInt8]? {
        var redactor = redactor()
        return redactor.redacted(stream: bytes)
    }
    private func redacted(_ text: String) throws -> String {
        let bytes = try #require(redact(Array(text.utf8)))
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("a value has one placeholder, however it is written, and another value another")
    func stable() throws {
        #expect(
            try redacted("call 9876543210 or +91 98765-43210, else 9123456789, mail A@b.in a@B.in")
                == "call <PHONE_1> or <PHONE_1>, else <PHONE_2>, mail <EMAIL_1> <EMAIL_1>")
    }

    @Test("a body keeps every byte beside what is replaced")
    func exactBesides() throws {
        let body = #"{ "model":"m" ,"messages" : [{"role":"user","content":"call\t9876543210 \u00e9"}], "n":1.50 }"#
        #expect(
            try redacted(body)
                == #"{ "model":"m" ,"messages" : [{"role":"user","content":"call\t<PHONE_1> é"}], "n":1.50 }"#)
        #expect(redact(Array(#"{"content": "nothing 12345", "n": 1234567890}"#.utf8)) == nil)
    }

    @Test("arguments of a tool stay JSON: numbers become strings, names are replaced as well")
    func toolArguments() throws {
        let arguments = #"{"phone": 9876543210, "note": "mail a@b.in", "9123456789": true, "ids": [9876543210, 5]}"#
        let body: JSONValue = [
            "choices": [["message": ["tool_calls": [["function": ["name": "f", "arguments": .string(arguments)]]]]]]
        ]
        let new = try JSONValue(parsing: try redacted(String(decoding: body.canonicalBytes(), as: UTF8.self)).utf8)
        let text = try #require(
            new["choices"]?.arrayValue?.first?["message"]?["tool_calls"]?.arrayValue?.first?["function"]?["arguments"]?
                .stringValue)
        #expect(
            try JSONValue(parsing: text.utf8)
                == ["phone": "<PHONE_1>", "note": "mail <EMAIL_1>", "<PHONE_2>": true, "ids": ["<PHONE_1>", 5]])
    }

    @Test("escapes hide nothing", arguments: [#"\u0039876543210"#, #"98765\u200b43210"#, #"\u096f876543210"#])
    func escapes(_ number: String) throws {
        #expect(try redacted(#"{"content":"\#(number)!"}"#) == #"{"content":"<PHONE_1>!"}"#)
    }

    @Test("what is no JSON is a text, and what is no UTF-8 loses nothing but what was replaced")
    func noJSON() throws {
        #expect(try redacted("{broken 9876543210") == "{broken <PHONE_1>")
        let bytes: [UInt8] = [0xFF] + Array("9876543210".utf8)
        #expect(redact(bytes).map { String(decoding: $0, as: UTF8.self) } == "\u{FFFD}<PHONE_1>")
        #expect(redact([0xFF, 0x00, 0x80]) == nil)
    }

    @Test("a picture in base64 is not read as numbers; what only begins like one is")
    func pictures() throws {
        let code = String(repeating: "iVBORw0KGgo+4111111111111111/98=", count: 4)
        let picture = "data:image/png;base64," + code.replacingOccurrences(of: "=", with: "/") + "98765432"
        #expect(redact(Array(#"{"url":"\#(picture)"}"#.utf8)) == nil)
        for text in [
            "data:x;base64,call 9876543210", "data:image/png;base64,9876543210", "\(picture) call 9876543210",
            "data:text/plain;base64,\(code)9876543210", picture + " mail a@b.in",
        ] {
            #expect(try redacted(#"{"url":"\#(text)"}"#).contains("_1>"), "\(text)")
        }
    }

    // MARK: Streams

    private func event(_ delta: String, index: Int = 0) -> String {
        #"data: {"id":"c1","choices":[{"index":\#(index),"delta":{"content":"\#(delta)"}}]}"# + "\n\n"
    }

    @Test("a number that comes in pieces is replaced where it begins, and each event stays an event")
    func pieces() throws {
        let stream =
            event("call 98") + event("other 98", index: 1) + event("765") + event("43210 now") + event("!", index: 1)
            + "data: [DONE]\n\n"
        let new = String(decoding: try #require(redact(stream: Array(stream.utf8))), as: UTF8.self)
        #expect(
            new == event("call <PHONE_1>") + event("other 98", index: 1) + event("") + event(" now")
                + event("!", index: 1) + "data: [DONE]\n\n")
    }

    @Test("a tool's arguments that come in pieces are JSON when they are put together")
    func streamedArguments() throws {
        func event(_ part: String) -> String {
            let value: JSONValue = [
                "choices": [
                    ["index": 0, "delta": ["tool_calls": [["index": 0, "function": ["arguments": .string(part)]]]]]
                ]
            ]
            return "data: \(String(decoding: (try? value.canonicalBytes()) ?? [], as: UTF8.self))\n\n"
        }
        let parts = [#"{"pho"#, #"ne": 98765"#, #"43210, "to": "a@"#, #"b.in"}"#]
        let new = try #require(redact(stream: Array(parts.map(event).joined().utf8)))
        let arguments = String(decoding: new, as: UTF8.self).split(separator: "\n").compactMap { line -> String? in
            let json = try? JSONValue(parsing: line.dropFirst(6).utf8)
            return json?["choices"]?.arrayValue?[0]["delta"]?["tool_calls"]?.arrayValue?[0]["function"]?["arguments"]?
                .stringValue
        }
        #expect(arguments.count == 4)
        #expect(try JSONValue(parsing: arguments.joined().utf8) == ["phone": "<PHONE_1>", "to": "<EMAIL_1>"])
    }

    @Test("events of other dialects are put together as well")
    func dialects() throws {
        let responses =
            #"data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"98765"}"# + "\n\n"
            + #"data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"43210"}"#
            + "\n\n"
            + #"data: {"type":"response.output_text.done","output_index":0,"content_index":0,"text":"9876543210"}"#
        let new = String(decoding: try #require(redact(stream: Array(responses.utf8))), as: UTF8.self)
        #expect(new.contains(#""delta":"<PHONE_1>""#))
        #expect(new.contains(#""delta":"""#))
        #expect(new.contains(#""text":"<PHONE_1>""#))
        let messages =
            #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a@"}}"# + "\n"
            + #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b.in"}}"#
        let other = String(decoding: try #require(redact(stream: Array(messages.utf8))), as: UTF8.self)
        #expect(other.contains(#""text":"<EMAIL_1>""#))
    }

    @Test("lines of a stream that hold no whole JSON are read as text")
    func otherLines() throws {
        let stream =
            "event: call 9876543210\r\n" + event("98765") + event("43210") + ": mail a@b.in\n"
            + #"data: {"content":"9123456789"# + "\n\ndata: 9876543210\n"
        let new = String(decoding: try #require(redact(stream: Array(stream.utf8))), as: UTF8.self)
        #expect(
            new == "event: call <PHONE_1>\r\n" + event("<PHONE_1>") + event("") + ": mail <EMAIL_1>\n"
                + #"data: {"content":"<PHONE_2>"# + "\n\ndata: <PHONE_1>\n")
    }

    @Test("two values that share a character are both replaced")
    func shared() throws {
        #expect(try redacted("x@y.co℀c@y.com") == "<EMAIL_1><EMAIL_2>")
    }

    // MARK: Properties

    @Test("of any JSON, none of the values is left, the rest is as it was, and it is still JSON")
    func properties() throws {
        var random = SeededRandom(seed: 20_261_125)
        let values = [
            "9876543210", "+91 98765 43210", "a.b@example.com", "4111 1111 1111 1111", "ABCPE1234F", "2341 2341 2346",
        ]
        let fillers = ["x", "é", "नमस्ते", "\"", "\\", "\n", "👍🏽", "1", " ", "{", "]", "\u{0}", "key"]
        func text() -> String {
            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? " \(values.randomElement(using: &random)!) " : fillers.randomElement(using: &random)!
            }.joined()
        }
        func value(_ depth: Int) -> JSONValue {
            switch Int.random(in: 0...(depth > 0 ? 5 : 3), using: &random) {
            case 0: .string(text())
            case 1: .integer(Int64.random(in: -100...100, using: &random))
            case 2: .bool(Bool.random(using: &random))
            case 3: .null
            case 4: .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth - 1) })
            default:
                .object(
                    Dictionary((0..<Int.random(in: 0...3, using: &random)).map { ("k\($0)", value(depth - 1)) }) {
                        a, _ in a
                    })
            }
        }
        for _ in 0..<2_000 {
            let document = JSONValue.array([
                value(4), ["arguments": .string(String(decoding: try value(2).canonicalBytes(), as: UTF8.self))],
            ])
            let bytes = try document.canonicalBytes()
            let new = redact(bytes) ?? bytes
            let parsed = try JSONValue(parsing: new)
            #expect(Self.shape(parsed) == Self.shape(document))
            let said = String(decoding: new, as: UTF8.self)
            for value in values { #expect(!said.contains(value)) }
            #expect(redact(new) == nil, "redacted twice it changes again")
        }
    }

    /// A document without what its strings say.
    private static func shape(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string: "s"
        case .array(let elements): .array(elements.map(shape))
        case .object(let members): .object(members.mapValues(shape))
        default: value
        }
    }
}
