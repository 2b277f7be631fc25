import Crypto
import Foundation
import GleanerCore

/// One record of another tool's log, read leniently: its members may be missing, empty, or JSON inside of a string.
struct ImportRecord {
    let bytes: [UInt8]
    let json: JSONText
    let now: Date

    init(_ bytes: [UInt8], now: Date) throws(LogError) {
        do throws(JSONTextError) {
            json = try JSONText(bytes[...])
        } catch {
            throw LogError(error)
        }
        self.bytes = bytes
        self.now = now
    }

    private init(bytes: [UInt8], json: JSONText, now: Date) {
        self.bytes = bytes
        self.json = json
        self.now = now
    }

    /// The first of `names` that holds something: neither null nor an empty string or container.
    func value(_ names: [String]) -> ArraySlice<UInt8>? {
        for name in names {
            if let value = json[name], ![#""""#, "{}", "[]"].contains(where: { value.elementsEqual($0.utf8) }) {
                return value
            }
        }
        return nil
    }

    func has(_ names: String...) -> Bool { names.contains { json[$0] != nil } }

    /// A string, or a number as it is written.
    func text(_ names: String...) -> String? {
        guard let value = value(names) else { return nil }
        guard value.first == UInt8(ascii: "\"") else {
            return [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(value.first)
                ? nil : String(decoding: value, as: UTF8.self)
        }
        return try? JSONString.decoded(value)
    }

    func label(_ names: String...) -> String? {
        for name in names { if let label = text(name)?.asLabel { return label } }
        return nil
    }

    func number(_ names: String...) -> Double? {
        for name in names { if let number = text(name).flatMap(Double.init), number.isFinite { return number } }
        return nil
    }

    /// - Throws: `timeImpossible` for one that cannot be right.
    func time(_ names: String...) throws(LogError) -> Date? {
        for name in names {
            guard let text = text(name) else { continue }
            guard let time = Timestamp.reading(text), Timestamp.isPlausible(time, now: now) else {
                throw .timeImpossible
            }
            return time
        }
        return nil
    }

    /// JSON's bytes: an object or an array as it stands, or as it is written inside of a string.
    func container(_ names: String...) -> [UInt8]? {
        guard let value = value(names) else { return nil }
        guard value.first == UInt8(ascii: "\"") else { return Self.isContainer(value) ? Array(value) : nil }
        guard let inner = try? JSONString.bytes(value), Self.isContainer(inner[...]) else { return nil }
        return inner
    }

    /// The object that a member is, or holds as a string.
    func object(_ names: String...) -> ImportRecord? {
        for name in names {
            if let bytes = container(name), let json = try? JSONText(bytes[...]) {
                return ImportRecord(bytes: bytes, json: json, now: now)
            }
        }
        return nil
    }

    /// As a document, for `metadata`.
    func document(_ names: String...) -> JSONValue? {
        for name in names {
            if let bytes = container(name), !bytes.holdsNULEscape, let value = try? JSONValue(parsing: bytes),
                value.objectValue != nil
            {
                return value
            }
        }
        return nil
    }

    func strings(_ names: String...) -> [String] {
        for name in names {
            if let bytes = container(name), let value = try? JSONValue(parsing: bytes) {
                return (value.arrayValue ?? []).prefix(16).compactMap { $0.stringValue?.asTag }
            }
        }
        return []
    }

    /// What the record is known by when it has no id of its own.
    var contentName: String {
        "sha256:" + SHA256.hash(data: bytes).hexadecimal
    }

    private static func isContainer(_ bytes: ArraySlice<UInt8>) -> Bool {
        var scanner = JSONScanner(bytes)
        scanner.skipSpace()
        switch scanner.peek {
        case UInt8(ascii: "{"): return (try? JSONText(bytes)) != nil
        case UInt8(ascii: "["): return (try? scanner.elements()) != nil
        default: return false
        }
    }
}

extension String {
    /// As `asLabel`, for a tag.
    fileprivate var asTag: String? { asLabel.map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(64))) } }
}

/// Writes a JSON object out of bytes that are JSON already.
struct JSONObjectText {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func set(_ name: String, _ value: some Collection<UInt8>) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes += JSONString.literal(Array(name.utf8))
        bytes.append(UInt8(ascii: ":"))
        bytes += value
    }
    mutating func set(_ name: String, string: String) { set(name, JSONString.literal(Array(string.utf8))) }
    mutating func set(_ name: String, integer: Int64) { set(name, "\(integer)".utf8) }

    var closed: [UInt8] { bytes + [UInt8(ascii: "}")] }

    static func array(_ elements: some Sequence<ArraySlice<UInt8>>) -> [UInt8] {
        [UInt8(ascii: "[")] + elements.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    }
}
