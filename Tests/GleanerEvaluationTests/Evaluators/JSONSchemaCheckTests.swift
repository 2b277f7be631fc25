import GleanerCore
import Testing

@testable import GleanerEvaluation

@Suite("JSON Schema of answers")
struct JSONSchemaCheckTests {
    private static func fault(_ schema: String, _ value: String) throws -> String? {
        var check = JSONSchemaCheck(schema: try JSONValue(parsing: schema.utf8))
        return check.fault(of: try JSONValue(parsing: value.utf8))
    }

    private static let order = #"""
        {"type":"object","required":["item","count"],"additionalProperties":false,"properties":{
          "item":{"type":"string","minLength":1,"maxLength":10},"count":{"type":"integer","minimum":1,"maximum":9},
          "size":{"enum":["s","m","l",null]},"tags":{"type":"array","items":{"type":"string"},"maxItems":2},
          "next":{"anyOf":[{"$ref":"#"},{"type":"null"}]},"unit":{"$ref":"#/$defs/unit"}},
         "$defs":{"unit":{"const":"kg"}}}
        """#

    @Test(
        "a document that fits has no fault",
        arguments: [
            #"{"item":"chai","count":2}"#, #"{"item":"chai","count":2.0,"size":null,"tags":["a","b"]}"#,
            #"{"item":"chai","count":1,"next":{"item":"roti","count":3,"next":null},"unit":"kg"}"#,
        ])
    func fits(_ value: String) throws { #expect(try Self.fault(Self.order, value) == nil) }

    @Test(
        "one that does not is wrong at a place, and its values are not told",
        arguments: [
            (#"[]"#, "$"), (#"{"item":"chai"}"#, "count"), (#"{"item":"","count":1}"#, "item"),
            (#"{"item":"chai","count":10}"#, "count"), (#"{"item":"chai","count":1.5}"#, "count"),
            (#"{"item":"chai","count":1,"secret":1}"#, "*"), (#"{"item":"chai","count":1,"size":"xl"}"#, "size"),
            (#"{"item":"chai","count":1,"tags":["a",1]}"#, "tags.items"),
            (#"{"item":"chai","count":1,"unit":"g"}"#, "unit"),
            (#"{"item":"chai","count":1,"tags":["a","b","c"]}"#, "tags"),
            (#"{"item":"chai","count":1,"next":3}"#, "next"),
        ])
    func faults(_ value: String, _ place: String) throws { #expect(try Self.fault(Self.order, value) == place) }

    @Test("oneOf, allOf and not hold as they say")
    func combinations() throws {
        let one = #"{"oneOf":[{"type":"integer"},{"minimum":5}]}"#
        #expect(try Self.fault(one, "3") == nil)
        #expect(try Self.fault(one, "7") == "$")
        #expect(try Self.fault(#"{"allOf":[{"type":"number"},{"exclusiveMaximum":2}]}"#, "2") == "$")
        #expect(try Self.fault(#"{"not":{"type":"string"}}"#, #""a""#) == "$")
    }

    @Test("what is not checked is told")
    func unchecked() throws {
        var check = JSONSchemaCheck(schema: try JSONValue(parsing: #"{"type":"string","pattern":"^a$"}"#.utf8))
        #expect(check.fault(of: "b") == nil)
        #expect(check.unchecked == ["pattern"])
    }

    @Test("a schema that refers to itself for ever ends")
    func endless() throws { #expect(try Self.fault(##"{"$ref":"#"}"##, "1") != nil) }
}
