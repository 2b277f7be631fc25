import Foundation
import GleanerCore
import GleanerHTTP

extension AlertBodies {
    /// `{"document", "note"}`
    struct Put: Decodable, Sendable {
        enum CodingKeys: String, CodingKey, CaseIterable { case document, note }
        let document: JSONValue
        let note: String

        init(from decoder: any Decoder) throws {
            let members = try decoder.known(CodingKeys.self)
            document = try members.decode(JSONValue.self, forKey: .document)
            note = try members.decodeIfPresent(String.self, forKey: .note) ?? ""
        }
    }

    /// `{"why"}`, or nothing.
    struct Why: Decodable, Sendable {
        enum CodingKeys: String, CodingKey, CaseIterable { case why }
        let why: String

        init(from decoder: any Decoder) throws {
            why = try decoder.known(CodingKeys.self).decodeIfPresent(String.self, forKey: .why) ?? ""
        }
    }

    /// `{"channels"}`, or nothing.
    struct Standard: Decodable, Sendable {
        enum CodingKeys: String, CodingKey, CaseIterable { case channels }
        let channels: [String]

        init(from decoder: any Decoder) throws {
            channels = try decoder.known(CodingKeys.self).decodeIfPresent([String].self, forKey: .channels) ?? []
        }
    }

    /// `{"rule"}` or `{"document"}`, and `{"days"}`.
    struct Test: Decodable, Sendable {
        enum CodingKeys: String, CodingKey, CaseIterable { case rule, document, days }
        let rule: String?
        let document: JSONValue?
        let days: Int

        init(from decoder: any Decoder) throws {
            let members = try decoder.known(CodingKeys.self)
            rule = try members.decodeIfPresent(String.self, forKey: .rule)
            document = try members.decodeIfPresent(JSONValue.self, forKey: .document)
            guard (rule == nil) != (document == nil) else {
                throw BodyError(field: "rule", problem: "or document is wanted, one of them")
            }
            days = try members.decodeIfPresent(Int.self, forKey: .days) ?? 7
            guard (1...90).contains(days) else { throw BodyError(field: "days", problem: "is not from 1 to 90") }
        }
    }

    /// `{"until", "rule", "slice", "why"}`
    struct NewSilence: Decodable, Sendable {
        enum CodingKeys: String, CodingKey, CaseIterable { case until, rule, slice, why }
        let until: Date
        let rule: String?
        let slice: String?
        let why: String

        init(from decoder: any Decoder) throws {
            let members = try decoder.known(CodingKeys.self)
            until = try members.decode(Date.self, forKey: .until)
            rule = try members.decodeIfPresent(String.self, forKey: .rule)
            slice = try members.decodeIfPresent(String.self, forKey: .slice)
            why = try members.decodeIfPresent(String.self, forKey: .why) ?? ""
            guard slice == nil || rule != nil else {
                throw BodyError(field: "slice", problem: "is of no rule")
            }
        }
    }
}

extension Decoder {
    /// - Throws: `BodyError` for a member that is not among the keys.
    fileprivate func known<Keys: CodingKey & CaseIterable>(_: Keys.Type) throws -> KeyedDecodingContainer<Keys> {
        if let unknown = try unknownMember(besides: Set(Keys.allCases.map(\.stringValue))) {
            throw BodyError(field: unknown, problem: "is not known here")
        }
        return try container(keyedBy: Keys.self)
    }
}
