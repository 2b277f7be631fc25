import GleanerCore

/// The body of `POST /api/feedback`.
struct FeedbackBody: Decodable, Sendable {
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
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
            throw FeedbackError.fieldUnknown(key.stringValue)
        }
        let container = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key, limit: Int) throws -> String? {
            guard let text = try container.decodeIfPresent(String.self, forKey: key) else { return nil }
            guard text.utf8.count <= limit else { throw FeedbackError.tooLong(field: key.rawValue, limit: limit) }
            guard !text.utf8.contains(0) else { throw FeedbackError.nulCharacter(field: key.rawValue) }
            return text
        }
        subject = try Self.subject(
            exchange: container.decodeIfPresent(ID<Exchange>.self, forKey: .exchange_id),
            completion: text(.completion_id, limit: 256))
        rater = try text(.rater, limit: 256)
        var judgements: [Judgement] = []
        if let up = try Self.thumb(container) { judgements.append(.thumb(up: up)) }
        if let score = try container.decodeIfPresent(Int.self, forKey: .score) {
            judgements.append(.score(try Score(score)))
        }
        if let comment = try text(.comment, limit: 64 << 10) { judgements.append(.comment(comment)) }
        if let correction = try text(.correction, limit: 64 << 10) { judgements.append(.correction(correction)) }
        if let raised = try container.decodeIfPresent(Bool.self, forKey: .flag) {
            judgements.append(.flag(raised: raised, reason: try text(.reason, limit: 64 << 10)))
        }
        self.judgements = judgements
    }

    private static func subject(exchange: ID<Exchange>?, completion: String?) throws(FeedbackError) -> Subject {
        switch (exchange, completion) {
        case (let exchange?, nil): .exchange(exchange)
        case (nil, let completion?) where !completion.isEmpty: .completion(completion)
        default: throw .subjectUnclear
        }
    }

    private static func thumb(_ container: KeyedDecodingContainer<Key>) throws -> Bool? {
        guard container.contains(.thumb), try !container.decodeNil(forKey: .thumb) else { return nil }
        if let number = try? container.decode(Int.self, forKey: .thumb), abs(number) == 1 { return number > 0 }
        switch try? container.decode(String.self, forKey: .thumb) {
        case "up": return true
        case "down": return false
        default: throw FeedbackError.thumbInvalid
        }
    }
}
