import GleanerCore

/// A value that fits a JSON schema, as plain as it can be: what a model says that was told to answer in JSON.
///
/// Required members only. Known: `$ref` into the same document, `const`, `enum`, `anyOf`, `oneOf`, `allOf`, `type` also
/// as a list, `minItems`, `minimum`, `exclusiveMinimum`, `maxLength`, and four formats of strings; nothing else counts.
struct SchemaSample {
    let root: JSONValue
    /// What strings say.
    let text: String

    static func value(for schema: JSONValue, text: String) -> JSONValue {
        SchemaSample(root: schema, text: text).value(for: schema, depth: 0)
    }

    private func value(for schema: JSONValue, depth: Int) -> JSONValue {
        // A schema may refer to itself; a required member that does has no finite value at all.
        guard depth < 32 else { return .null }
        if let reference = schema["$ref"]?.stringValue { return value(for: resolved(reference), depth: depth + 1) }
        if let constant = schema["const"] { return constant }
        if let first = schema["enum"]?.arrayValue?.first { return first }
        if let first = (schema["anyOf"] ?? schema["oneOf"] ?? schema["allOf"])?.arrayValue?.first {
            return value(for: first, depth: depth + 1)
        }
        switch schema["type"]?.stringValue ?? schema["type"]?.arrayValue?.first?.stringValue {
        case "string": return .string(string(schema))
        case "integer": return .integer(lowest(schema) ?? 1)
        case "number": return .number(schema["minimum"]?.doubleValue ?? lowest(schema).map(Double.init) ?? 0.5)
        case "boolean": return true
        case "null": return .null
        case "array":
            let count = max(1, Int(clamping: schema["minItems"]?.intValue ?? 1))
            return .array(Array(repeating: value(for: schema["items"] ?? [:], depth: depth + 1), count: min(count, 64)))
        default: return object(schema, depth: depth)
        }
    }

    private func object(_ schema: JSONValue, depth: Int) -> JSONValue {
        let properties = schema["properties"]?.objectValue ?? [:]
        let required = schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if depth == 0, properties.isEmpty { return ["answer": .string(text)] }
        return .object(
            Dictionary(required.map { ($0, value(for: properties[$0] ?? [:], depth: depth + 1)) }) { first, _ in first }
        )
    }

    private func string(_ schema: JSONValue) -> String {
        switch schema["format"]?.stringValue {
        case "date": return "2026-11-01"
        case "date-time": return "2026-11-01T00:00:00Z"
        case "email": return "asha@example.com"
        case "uuid": return "00000000-0000-4000-8000-000000000001"
        default: return String(text.prefix(Int(clamping: schema["maxLength"]?.intValue ?? .max)))
        }
    }

    private func lowest(_ schema: JSONValue) -> Int64? {
        schema["minimum"]?.doubleValue.map { Int64($0.rounded(.up)) }
            ?? schema["exclusiveMinimum"]?.doubleValue.map { Int64($0.rounded(.down)) + 1 }
    }

    /// `#/$defs/Name` and the like.
    private func resolved(_ reference: String) -> JSONValue {
        reference.split(separator: "/").dropFirst().reduce(Optional(root)) { $0?[String($1)] } ?? [:]
    }
}
