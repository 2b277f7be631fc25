import Foundation
import GleanerCore

/// Typed reading of a JSON object's members; whoever asks says what a wrong type means.
extension [UInt8] {
    /// U+0000 in JSON, which Postgres cannot hold.
    var holdsNULEscape: Bool { String(decoding: self, as: UTF8.self).contains(#"\u0000"#) }
}

extension JSONText {
    func string(_ name: String) throws(LogError) -> String? {
        guard let value = self[name] else { return nil }
        guard value.first == UInt8(ascii: "\"") else { throw .memberInvalid(name, problem: "is not a string") }
        return try decoded(value, name)
    }

    /// For what is indexed or shown in lists: 1 to `limit` characters, none of them a control character.
    func label(_ name: String, limit: Int = 256) throws(LogError) -> String? {
        guard let text = try string(name), !text.isEmpty else { return nil }
        try Self.check(text, name, limit: limit)
        return text
    }

    func number(_ name: String) throws(LogError) -> Double? {
        guard let value = self[name] else { return nil }
        guard let number = Double(String(decoding: value, as: UTF8.self)), number.isFinite else {
            throw .memberInvalid(name, problem: "is not a number")
        }
        return number
    }

    /// Milliseconds, at most a week.
    func milliseconds(_ name: String) throws(LogError) -> Duration? {
        guard let number = try number(name) else { return nil }
        guard (0...604_800_000).contains(number) else {
            throw .memberInvalid(name, problem: "is not a number of milliseconds up to a week")
        }
        return .microseconds(Int64((number * 1000).rounded()))
    }

    /// ISO 8601, or seconds since 1970.
    func time(_ name: String, now: Date) throws(LogError) -> Date? {
        guard let value = self[name] else { return nil }
        let time: Date?
        if value.first == UInt8(ascii: "\"") {
            time = Timestamp.reading(try decoded(value, name))
        } else {
            time = Double(String(decoding: value, as: UTF8.self)).flatMap { Timestamp.reading($0) }
        }
        guard let time else { throw .memberInvalid(name, problem: "is neither ISO 8601 nor seconds since 1970") }
        guard Timestamp.isPlausible(time, now: now) else { throw .timeImpossible }
        return time
    }

    /// At most 16 labels of 64 characters, none of which holds the journal's separator.
    func tags(_ name: String) throws(LogError) -> [String] {
        guard let value = self[name] else { return [] }
        guard case .array(let elements)? = try? JSONValue(parsing: value), elements.count <= 16 else {
            throw .memberInvalid(name, problem: "is not an array of at most 16 strings")
        }
        var tags: [String] = []
        for element in elements {
            guard let tag = element.stringValue, !tag.isEmpty else {
                throw .memberInvalid(name, problem: "holds something else than non-empty strings")
            }
            try Self.check(tag, name, limit: 64)
            tags.append(tag)
        }
        return tags
    }

    func object(_ name: String) throws(LogError) -> JSONValue? {
        guard let value = self[name] else { return nil }
        guard value.first == UInt8(ascii: "{"), let object = try? JSONValue(parsing: value) else {
            throw .memberInvalid(name, problem: "is not an object")
        }
        guard !Array(value).holdsNULEscape else { throw .memberInvalid(name, problem: "holds U+0000") }
        return object
    }

    /// The exact bytes: of an object as they stand here, of a string the text it stands for.
    func body(_ name: String) throws(LogError) -> [UInt8]? {
        guard let value = self[name] else { return nil }
        switch value.first {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return Array(value)
        case UInt8(ascii: "\""):
            do throws(JSONTextError) {
                return try JSONString.bytes(value)
            } catch {
                throw .memberInvalid(name, problem: "holds half of a surrogate pair")
            }
        default: throw .memberInvalid(name, problem: "is neither an object nor a string")
        }
    }

    private func decoded(_ value: ArraySlice<UInt8>, _ name: String) throws(LogError) -> String {
        do throws(JSONTextError) {
            return try JSONString.decoded(value)
        } catch {
            throw .memberInvalid(name, problem: "holds half of a surrogate pair")
        }
    }

    private static func check(_ text: String, _ name: String, limit: Int) throws(LogError) {
        guard text.unicodeScalars.count <= limit else {
            throw .memberInvalid(name, problem: "is longer than \(limit) characters")
        }
        guard !text.hasControlCharacters else {
            throw .memberInvalid(name, problem: "holds control characters")
        }
    }
}
