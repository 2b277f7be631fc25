import GleanerCore

/// The body of `POST /api/feedback`, and each item of a bulk one.
///
/// Empty texts count as not sent: a widget sends its empty comment along with the thumb.
struct FeedbackBody: Decodable, Sendable {
    /// 64 KiB in UTF-8: comments, corrections, reasons and the texts of preferences.
    static let longest = 64 << 10
    /// Characters of raters, completion ids, conversations and messages, which are indexed.
    static let longestName = 256
    /// Words in one set, and characters of one.
    static let mostTags = 16
    static let longestTag = 64

    enum Key: String, CodingKey, CaseIterable {
        case exchange_id, completion_id, conversation, message_index, message_id
        case thumb, score, comment, correction, flag, reason, tags, signal, preference
        case rater, token
    }

    /// `nil` when the body names none, as with a token that names it itself.
    let subject: Subject?
    let judgements: [Judgement]
    let rater: String?
    let token: String?

    init(from decoder: any Decoder) throws {
        // The first in order of the alphabet: the same body gets the same answer.
        if let unknown = try decoder.unknownMember(besides: Set(Key.allCases.map(\.rawValue))) {
            throw FeedbackError.fieldUnknown(unknown)
        }
        let fields = try decoder.container(keyedBy: Key.self)
        subject = try Self.subject(fields)
        rater = try fields.name(.rater)
        token = try fields.name(.token)
        judgements = try Self.judgements(fields)
    }

    /// - Throws: `FeedbackError.subjectUnclear` when the body names none.
    func requiredSubject() throws(FeedbackError) -> Subject {
        guard let subject else { throw .subjectUnclear }
        return subject
    }
}
