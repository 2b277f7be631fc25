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
        // Counted before anything is made of them: 16 MiB hold eight million items that are none.
        guard Self.count(body, isLines: isLines) <= Self.most else { throw .tooMany(limit: Self.most) }
        let decoder = JSONDecoder()
        if isLines {
            let lines = body.split(separator: UInt8(ascii: "\n")).filter { !$0.allSatisfy(Self.isSpace) }
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
            items = attempts.map { $0.result.flatMap(Self.said) }
        }
        guard !items.isEmpty else { throw .empty }
    }

    /// Lines that hold something, or values of the array that the body is; up to one more than are taken. Of what is no
    /// JSON it may be any number.
    private static func count(_ body: [UInt8], isLines: Bool) -> Int {
        var count = 0
        if isLines {
            var isEmpty = true
            for byte in body where count <= most {
                if byte == UInt8(ascii: "\n") {
                    isEmpty = true
                } else if isEmpty, !isSpace(byte) {
                    isEmpty = false
                    count += 1
                }
            }
            return count
        }
        var (depth, isText, isEscaped) = (0, false, false)
        for byte in body where count <= most {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ",") where depth == 1: count += 1
            default: break
            }
        }
        // Commas part the items.
        return count + 1
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
