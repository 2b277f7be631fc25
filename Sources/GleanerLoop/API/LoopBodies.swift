import Foundation
public import GleanerCore
import GleanerHTTP
public import Hummingbird

/// What `/api/loops` takes and gives; `gleaner loops … --json` prints the same.
public enum LoopBodies {
    /// `{"document", "note"}`
    public struct Put: Decodable, Sendable {
        enum CodingKeys: String, CodingKey, CaseIterable { case document, note }
        public let document: JSONValue
        public let note: String

        public init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(CodingKeys.allCases.map(\.stringValue))) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            let members = try decoder.container(keyedBy: CodingKeys.self)
            document = try members.decode(JSONValue.self, forKey: .document)
            note = try members.decodeIfPresent(String.self, forKey: .note) ?? ""
        }
    }

    /// `{"why"}`, or nothing.
    public struct Why: Decodable, Sendable {
        enum CodingKeys: String, CodingKey, CaseIterable { case why }
        public let why: String

        public init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(CodingKeys.allCases.map(\.stringValue))) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            why = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .why) ?? ""
        }
    }

    public struct One: Encodable, Sendable, ResponseEncodable {
        let loop: Loop
        /// The open one, if any.
        let round: LoopRound?

        public init(_ loop: Loop, round: LoopRound?) {
            self.loop = loop
            self.round = round
        }

        enum CodingKeys: String, CodingKey {
            case name, version, document, author, note, round, due, news, material, trouble
            case changedAt = "changed_at"
            case pausedBy = "paused_by"
            case pausedAt = "paused_at"
            case pauseNote = "pause_note"
            case countedSince = "counted_since"
            case materialAt = "material_at"
            case newsAt = "news_at"
            case waitsFor = "waits_for"
            case createdAt = "created_at"
        }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(loop.name, forKey: .name)
            try members.encode(loop.version, forKey: .version)
            try members.encode(loop.document.rendered, forKey: .document)
            try members.encode(loop.author, forKey: .author)
            try members.encode(loop.note, forKey: .note)
            try members.encode(loop.changedAt, forKey: .changedAt)
            try members.encode(loop.pausedBy, forKey: .pausedBy)
            try members.encode(loop.pausedAt, forKey: .pausedAt)
            try members.encode(loop.pauseNote, forKey: .pauseNote)
            try members.encode(loop.standing.since, forKey: .countedSince)
            try members.encode(loop.standing.material, forKey: .material)
            try members.encode(loop.standing.materialAt, forKey: .materialAt)
            try members.encode(loop.standing.news, forKey: .news)
            try members.encode(loop.standing.newsAt, forKey: .newsAt)
            try members.encode(loop.standing.trouble, forKey: .trouble)
            try members.encode(loop.due, forKey: .due)
            try members.encode(round == nil && !loop.isPaused ? loop.waitsFor : nil, forKey: .waitsFor)
            try members.encode(round.map(Round.init), forKey: .round)
            try members.encode(loop.createdAt, forKey: .createdAt)
        }
    }

    public struct List: Encodable, Sendable, ResponseEncodable {
        let loops: [One]
        public init(_ loops: [One]) { self.loops = loops }
    }

    public struct Checked: Encodable, Sendable, ResponseEncodable {
        /// With every default.
        let document: JSONValue
        public init(_ document: LoopDocument) { self.document = document.rendered }
    }
}
