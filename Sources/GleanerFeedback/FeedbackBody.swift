import GleanerCore

/// The body of `POST /api/feedback`.
///
/// Empty texts count as not sent: a widget sends its empty comment along with the thumb.
struct FeedbackBody: Decodable, Sendable {
    /// 64 KiB in UTF-8: comments, corrections and reasons.
    static let longest = 64 << 10
    /// Characters of a rater and of a completion id, which is indexed.
    static let longestName = 256

    private enum Key: String, CodingKey, CaseIterable {
        case exchange_id, completion_id, thumb, score, comment, correction, flag, reason, rater
    }
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let subject: Subject
    let judgements: [Judgement]
    let rater: String?

    init(from decoder: any Decoder) throws {
        let known = Set(Key.allCases.map(\.rawValue))
        let keys = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        // The first in order of the alphabet: the same body gets the same answer.
        if let unknown = keys.filter({ !known.contains($0) }).min() { throw FeedbackError.fieldUnknown(unknown) }
        let fields = try decoder.container(keyedBy: Key.self)
        subject = try Self.subject(
            exchange: fields.decodeIfPresent(ID<Exchange>.self, forKey: .exchange_id),
            completion: Self.name(.completion_id, in: fields))
        rater = try Self.name(.rater, in: fields)
        judgements = try Self.judgements(fields)
    }

    private static func judgements(_ fields: KeyedDecodingContainer<Key>) throws -> [Judgement] {
        var judgements: [Judgement] = []
        if let up = try thumb(fields) { judgements.append(.thumb(up: up)) }
        if let score = try fields.decodeIfPresent(Int.self, forKey: .score) {
            judgements.append(.score(try Score(score)))
        }
        if let comment = try text(.comment, in: fields) { judgements.append(.comment(comment)) }
        if let correction = try text(.correction, in: fields) { judgements.append(.correction(correction)) }
        let reason = try text(.reason, in: fields)
        if let raised = try fields.decodeIfPresent(Bool.self, forKey: .flag) {
            judgements.append(.flag(raised: raised, reason: reason))
        } else if reason != nil {
            throw FeedbackError.reasonWithoutFlag
        }
        return judgements
    }

    private static func subject(exchange: ID<Exchange>?, completion: String?) throws(FeedbackError) -> Subject {
        switch (exchange, completion) {
        case (let exchange?, nil): .exchange(exchange)
        case (nil, let completion?): .completion(completion)
        default: throw .subjectUnclear
        }
    }

    /// `"up"`, `"down"`, 1 or -1.
    private static func thumb(_ fields: KeyedDecodingContainer<Key>) throws -> Bool? {
        guard fields.contains(.thumb), try !fields.decodeNil(forKey: .thumb) else { return nil }
        if let number = try? fields.decode(Int.self, forKey: .thumb), number == 1 || number == -1 {
            return number == 1
        }
        switch try? fields.decode(String.self, forKey: .thumb) {
        case "up": return true
        case "down": return false
        default: throw FeedbackError.thumbInvalid
        }
    }

    private static func text(_ key: Key, in fields: KeyedDecodingContainer<Key>) throws -> String? {
        guard let text = try storable(key, in: fields) else { return nil }
        guard text.utf8.count <= longest else {
            throw FeedbackError.tooLong(field: key.rawValue, limit: longest, unit: .bytes)
        }
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    private static func name(_ key: Key, in fields: KeyedDecodingContainer<Key>) throws -> String? {
        guard let name = try storable(key, in: fields) else { return nil }
        // Code points, as Postgres counts characters: one grapheme may have any length.
        guard name.unicodeScalars.count <= longestName else {
            throw FeedbackError.tooLong(field: key.rawValue, limit: longestName, unit: .characters)
        }
        return name.isEmpty ? nil : name
    }

    private static func storable(_ key: Key, in fields: KeyedDecodingContainer<Key>) throws -> String? {
        guard let text = try fields.decodeIfPresent(String.self, forKey: key) else { return nil }
        guard !text.utf8.contains(0) else { throw FeedbackError.nulCharacter(field: key.rawValue) }
        return text
    }
}
