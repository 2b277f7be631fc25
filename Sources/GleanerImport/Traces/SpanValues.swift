import Foundation
import GleanerCore
import OTLP

/// Attributes of a span, an event or a resource, by name. Instrumentations differ in how they write the same thing: a number
/// may be a text, and a list of messages an attribute of its own kind or JSON in a text.
struct SpanValues {
    private let values: [String: JSONValue]

    init(_ attributes: [OTLPKeyValue]) {
        values = Dictionary(attributes.map { ($0.key, JSONValue($0.value)) }) { _, last in last }
    }

    /// The numbers of attributes such as `gen_ai.prompt.0.role`, in order.
    func numbers(behind name: String) -> [Int] {
        Set(
            values.keys.compactMap { key -> Int? in
                guard key.hasPrefix(name + ".") else { return nil }
                return key.dropFirst(name.count + 1).split(separator: ".", maxSplits: 1).first.flatMap { Int($0) }
            }
        ).sorted()
    }

    subscript(_ name: String) -> JSONValue? { values[name].flatMap { $0 == .null ? nil : $0 } }

    /// The first of `names` that is there and not empty.
    func text(_ names: String...) -> String? {
        for name in names {
            switch self[name] {
            case .string(let text)? where !text.isEmpty: return text
            case .integer(let number)?: return "\(number)"
            case .number(let number)?: return "\(number)"
            case .bool(let flag)?: return "\(flag)"
            default: continue
            }
        }
        return nil
    }

    func label(_ names: String...) -> String? {
        for name in names { if let label = text(name)?.asLabel { return label } }
        return nil
    }

    func number(_ names: String...) -> Double? {
        for name in names { if let number = text(name).flatMap(Double.init), number.isFinite { return number } }
        return nil
    }

    func flag(_ names: String...) -> Bool { names.contains { text($0) == "true" } }

    /// A value with structure: as it is, or as JSON in a text.
    func document(_ names: String...) -> JSONValue? {
        for name in names {
            switch self[name] {
            case .string(let text)?:
                if let value = try? JSONValue(parsing: Array(text.utf8)), value.isContainer { return value }
            case let value? where value.isContainer: return value
            default: continue
            }
        }
        return nil
    }
}

extension JSONValue {
    init(_ value: OTLPAnyValue) {
        self =
            switch value.value {
            case .stringValue(let text): .string(text)
            case .boolValue(let flag): .bool(flag)
            case .intValue(let number): .integer(number)
            case .doubleValue(let number): number.isFinite ? .number(number) : .null
            case .arrayValue(let list): .array(list.values.map(JSONValue.init))
            case .kvlistValue(let members):
                .object(Dictionary(members.values.map { ($0.key, JSONValue($0.value)) }) { _, last in last })
            case .bytesValue(let bytes): .string(bytes.base64EncodedString())
            case nil: .null
            }
    }

    var isContainer: Bool { arrayValue != nil || objectValue != nil }
}
