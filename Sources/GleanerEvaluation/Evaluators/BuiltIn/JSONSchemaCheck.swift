import GleanerCore

/// Whether a document is as a JSON Schema wants it, for the part of JSON Schema that structured outputs use.
///
/// Checked: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `minItems`, `maxItems`,
/// `minLength`, `maxLength`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `anyOf`, `oneOf`, `allOf`, `not`,
/// and `$ref` within the schema. Other assertions, as `pattern` and `format`, are passed over and told in `unchecked`.
struct JSONSchemaCheck {
    private let root: JSONValue
    private(set) var unchecked: Set<String> = []
    /// Steps left, and how deep they may go: a schema that refers to itself ends, and does so before the stack does.
    private var steps = 20_000
    private var depth = 0
    private static let deepest = 48

    private static let known: Set<String> = [
        "type", "enum", "const", "properties", "required", "additionalProperties", "items", "minItems", "maxItems",
        "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "anyOf", "oneOf",
        "allOf",
        "not", "$ref",
        // Say nothing about a value.
        "$defs", "definitions", "$schema", "$id", "$comment", "title", "description", "default", "examples",
        "deprecated",
        "readOnly", "writeOnly",
    ]

    init(schema: JSONValue) { root = schema }

    /// - Returns: where it is wrong first, as a path of member names of the schema, such as `items.price`; `nil` where it
    ///   is right. Never a value of the document.
    mutating func fault(of value: JSONValue) -> String? { fault(value, root, at: "") }

    private mutating func fault(_ value: JSONValue, _ schema: JSONValue, at path: String) -> String? {
        steps -= 1
        depth += 1
        defer { depth -= 1 }
        guard steps > 0, depth <= Self.deepest else { return path + "…" }
        if schema == .bool(true) { return nil }
        guard let members = schema.objectValue else { return path.isEmpty ? "$" : path }
        unchecked.formUnion(members.keys.filter { !Self.known.contains($0) })
        if let reference = members["$ref"]?.stringValue {
            guard let target = resolve(reference) else { return path.isEmpty ? "$ref" : path }
            if let fault = fault(value, target, at: path) { return fault }
        }
        let here = path.isEmpty ? "$" : path
        if let type = members["type"], !Self.types(type).contains(where: { Self.isOf($0, value) }) { return here }
        if let allowed = members["enum"]?.arrayValue, !allowed.contains(where: { Self.equal($0, value) }) {
            return here
        }
        if let constant = members["const"], !Self.equal(constant, value) { return here }
        if !Self.isWithinBounds(value, members) { return here }
        for part in members["allOf"]?.arrayValue ?? [] {
            if let fault = fault(value, part, at: path) { return fault }
        }
        if let choices = members["anyOf"]?.arrayValue, !choices.contains(where: { fault(value, $0, at: path) == nil }) {
            return here
        }
        if let choices = members["oneOf"]?.arrayValue, choices.count(where: { fault(value, $0, at: path) == nil }) != 1
        {
            return here
        }
        if let not = members["not"], fault(value, not, at: path) == nil { return here }
        return faultInside(value, members, at: path)
    }

    private mutating func faultInside(_ value: JSONValue, _ schema: [String: JSONValue], at path: String) -> String? {
        func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
        if let members = value.objectValue {
            let properties = schema["properties"]?.objectValue ?? [:]
            for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where members[name] == nil {
                return place(name)
            }
            for (name, wanted) in properties.sorted(by: { $0.key < $1.key }) {
                if let member = members[name], let fault = fault(member, wanted, at: place(name)) { return fault }
            }
            if let others = schema["additionalProperties"], others != .bool(true) {
                for (name, member) in members.sorted(by: { $0.key < $1.key }) where properties[name] == nil {
                    // The name is the document's own, so it is not told.
                    if others == .bool(false) || fault(member, others, at: place("*")) != nil { return place("*") }
                }
            }
        }
        if let items = value.arrayValue, let wanted = schema["items"] {
            for item in items { if let fault = fault(item, wanted, at: place("items")) { return fault } }
        }
        return nil
    }

    /// `#`, or a path of members below it.
    private func resolve(_ reference: String) -> JSONValue? {
        guard reference.hasPrefix("#") else { return nil }
        var value: JSONValue? = root
        for part in reference.dropFirst().split(separator: "/") {
            value = value?[String(part).replacing("~1", with: "/").replacing("~0", with: "~")]
        }
        return value
    }

    private static func types(_ type: JSONValue) -> [String] {
        type.stringValue.map { [$0] } ?? type.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object): true
        case ("integer", _): value.intValue != nil
        case ("number", .integer), ("number", .number): true
        default: false
        }
    }

    /// 1 and 1.0 are one number.
    private static func equal(_ a: JSONValue, _ b: JSONValue) -> Bool {
        if let a = a.doubleValue, let b = b.doubleValue { return a == b }
        return a == b
    }

    private static func isWithinBounds(_ value: JSONValue, _ schema: [String: JSONValue]) -> Bool {
        func bound(_ name: String, _ holds: (Double) -> Bool) -> Bool { schema[name]?.doubleValue.map(holds) ?? true }
        if let number = value.doubleValue {
            return bound("minimum") { number >= $0 } && bound("maximum") { number <= $0 }
                && bound("exclusiveMinimum") { number > $0 } && bound("exclusiveMaximum") { number < $0 }
        }
        if let text = value.stringValue {
            let length = Double(text.unicodeScalars.count)
            return bound("minLength") { length >= $0 } && bound("maxLength") { length <= $0 }
        }
        if let items = value.arrayValue {
            return bound("minItems") { Double(items.count) >= $0 } && bound("maxItems") { Double(items.count) <= $0 }
        }
        return true
    }
}
