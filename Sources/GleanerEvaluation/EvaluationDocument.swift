import Foundation
import GleanerCore

/// A document that decides: read whole, with every member known and in range, or refused by the member's name.
protocol EvaluationDocument: Codable, Sendable {
    associatedtype CodingKeys: CodingKey & CaseIterable
    /// - Throws: `EvaluationError.documentInvalid`.
    func check() throws
}

extension EvaluationDocument {
    static func refuseUnknown(_ decoder: any Decoder) throws {
        if let unknown = try decoder.unknownMember(besides: Set(CodingKeys.allCases.map(\.stringValue))) {
            throw EvaluationError.documentInvalid(member: unknown, wanted: "a member that is known here")
        }
    }

    func must(_ holds: Bool, _ member: CodingKeys, _ wanted: String) throws {
        if !holds { throw EvaluationError.documentInvalid(member: member.stringValue, wanted: wanted) }
    }
}

extension KeyedDecodingContainer {
    /// Leaves `value` as it is where the member is not there.
    func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
        if let found = try decodeIfPresent(Value.self, forKey: key) { value = found }
    }
}

/// Between values of ours and `jsonb`.
enum StoredJSON {
    static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return Array(try encoder.encode(value))
    }

    static func read<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(bytes))
    }

    static func value(_ value: some Encodable) throws -> JSONValue { try JSONValue(parsing: bytes(value)) }
}
