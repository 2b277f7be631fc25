import SimdJSON
import Testing

@Suite("Members of a document")
struct MembersTests {
    private struct Found: Hashable {
        let key: String
        let keyBytes: String
        let valueBytes: String
    }
    private func members(_ text: String) throws -> [Found] {
        let bytes = Array(text.utf8)
        var parser = JSONParser(JSONRules(keepsLoneSurrogates: true, keepsNumbersOutOfRange: true))
        return try parser.withDocument(bytes.span.bytes) { document in
            document.members.map {
                Found(
                    key: $0.key.string, keyBytes: String(decoding: bytes[$0.keyRange], as: UTF8.self),
                    valueBytes: String(decoding: bytes[$0.valueRange], as: UTF8.self))
            }
        }
    }

    @Test("each comes with its unescaped name and its own bytes, duplicates included")
    func ranges() throws {
        let text = """
             {"model" : "m\\"}" ,\t"mode\\u006c":[1,{"x":"]\\\\"},[]]\r\n, "": {} ,"n":-1.50e3,"t":true,"big":1e400,"last":null }\n
            """
        #expect(
            try members(text) == [
                Found(key: "model", keyBytes: #""model""#, valueBytes: #""m\"}""#),
                Found(key: "model", keyBytes: #""mode\u006c""#, valueBytes: #"[1,{"x":"]\\"},[]]"#),
                Found(key: "", keyBytes: #""""#, valueBytes: "{}"),
                Found(key: "n", keyBytes: #""n""#, valueBytes: "-1.50e3"),
                Found(key: "t", keyBytes: #""t""#, valueBytes: "true"),
                Found(key: "big", keyBytes: #""big""#, valueBytes: "1e400"),
                Found(key: "last", keyBytes: #""last""#, valueBytes: "null"),
            ])
    }

    @Test("what is not an object has none", arguments: ["[]", "{}", "1", "null", #""{\"a\":1}""#, #"[{"a":1}]"#])
    func none(_ text: String) throws { #expect(try members(text).isEmpty) }

    @Test("names that are there twice are found at any depth, by meaning")
    func duplicates() throws {
        func twice(_ text: String) throws -> Bool {
            var parser = JSONParser()
            return try parser.withDocument(Array(text.utf8).span.bytes) { $0.hasDuplicateKeys(below: $0.root) }
        }
        #expect(try twice(#"{"a":1,"a":2}"#))
        #expect(try twice(#"[1,{"x":{"y":[{"a":{},"\u0061":2}]}}]"#))
        #expect(try !twice(#"{"a":{"a":{"a":["a","a"]}},"b":"a","A":1,"":2}"#))
        let many = (0..<5_000).map { "\"key\($0)\":[\($0)]" }.joined(separator: ",")
        #expect(try !twice("{\(many)}"))
        #expect(try twice("{\(many),\"key77\":0}"))
    }

    @Test("a member is found by name, the first of two")
    func subscripts() throws {
        var parser = JSONParser()
        let bytes = Array(#"{"a":{"b":[1,2]},"c":3,"c":4}"#.utf8)
        try parser.withDocument(bytes.span.bytes) { document in
            #expect(document.root["c"]?.int64 == 3)
            #expect(document.root["a"]?["b"]?.elements.map { $0.int64 } == [1, 2])
            #expect(document.root["b"] == nil)
            #expect(document.root["a"]?["b"]?["c"] == nil)
        }
    }
}
