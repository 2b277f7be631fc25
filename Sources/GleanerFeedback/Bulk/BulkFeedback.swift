import Foundation
import GleanerCore
import GleanerHTTP

/// The items of `POST /api/feedback/bulk`: a JSON array, or NDJSON. One that cannot be read leaves the others alone.
struct BulkFeedback: Sendable {
    /// Bytes of a whole request.
    static let longest = 16 << 20
    static let most = 10_000

    typealias Item = Result<SaidFeedback, any Error>
    let items: [Item]

    /// - Throws: `BulkError` when the body as a whole cannot be used.
    init(_ body: [UInt8], isLines: Bool) throws(BulkError) {
        let decoder = JSONDecoder()
        if isLines {
            let lines = body.split(separator: UInt8(ascii: "\n")).filter { !$0.allSatisfy(Self.isSpace) }
            guard lines.count <= Self.most else { throw .tooMany(limit: Self.most) }
            items = lines.map { line in
                Result { try decoder.decode(Attempt.self, from: Data(line)).result.get() }.flatMap(Self.said)
            }
        } else {
            // Told apart before reading: an item's own fault must not pass for the body's.
            guard body.first(where: { !Self.isSpace($0) }) == UInt8(ascii: "[") else { throw .notAnArray }
            let attempts: [Attempt]
            do {
                attempts = try decoder.decode([Attempt].self, from: Data(body))
            } catch {
                throw .notAnArray
            }
            guard attempts.count <= Self.most else { throw .tooMany(limit: Self.most) }
            items = attempts.map { $0.result.flatMap(Self.said) }
        }
        guard !items.isEmpty else { throw .empty }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D, 0x0A].contains(byte) }

    private static func said(_ body: FeedbackBody) -> Item {
        Result {
            // A token speaks for one exchange; here a key does for all.
            if body.token != nil { throw FeedbackError.fieldUnknown("token") }
            return SaidFeedback(
                subject: try body.requiredSubject(), judgements: body.judgements, rater: body.rater)
        }
    }

    /// An item, or why it cannot be read.
    private struct Attempt: Decodable {
        let result: Result<FeedbackBody, any Error>
        init(from decoder: any Decoder) { result = Result { try FeedbackBody(from: decoder) } }
    }
}

/// A bulk body that cannot be used as a whole; nothing of it is kept.
enum BulkError: Explained, Hashable {
    case notAnArray
    case empty
    case tooMany(limit: Int)
    case tooLarge(limit: Int)

    var explanation: Explanation {
        switch self {
        case .notAnArray:
            Explanation(
                status: 400, code: "bulk_unreadable", what: "The request body cannot be read.",
                why: "It is no JSON array, nor sent as NDJSON.",
                fix: "Send [{…}, {…}], or one object on each line with `Content-Type: application/x-ndjson`.")
        case .empty:
            Explanation(
                status: 400, code: "bulk_empty", what: "The request body holds no feedback.",
                why: "It has no item.", fix: "Send at least one.")
        case .tooMany(let limit):
            Explanation(
                status: 413, code: "bulk_too_many", what: "The request body holds too much feedback.",
                why: "It may have at most \(limit) items; none was kept.", fix: "Send several requests.")
        case .tooLarge(let limit):
            Explanation(
                status: 413, code: "bulk_too_large", what: "The request body is too large.",
                why: "It may have at most \(limit) bytes; nothing of it was kept.", fix: "Send several requests.")
        }
    }
}
