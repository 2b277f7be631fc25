import Foundation
import GleanerCore
import GleanerHTTP
import Hummingbird

extension FeedbackRoutes {
    struct Newest: Encodable, ResponseEncodable {
        let feedback: [FeedbackItem]
        /// Pass as `before` for the next page; null on the last one.
        let next: ID<Feedback>?
    }
    struct Marks: Encodable, ResponseEncodable {
        struct Mark: Encodable {
            let rater: String
            let reason: String
            let meaning: String
            let since: Date
            let until: Date?
            let evidence: [String: Double]
            let marked_at: Date
            let seen_at: Date
            let cleared_at: Date?
            let cleared_by: String?
            let note: String?
        }
        let raters: [Mark]
    }
    struct Cleared: Encodable, ResponseEncodable {
        let cleared: Int
    }

    /// `GET /api/feedback`.
    func newest(_ request: Request, context: GleanerContext) async throws -> Newest {
        let caller = try context.caller(with: .read)
        let query = FeedbackQuery(request)
        let page = try await stream.page(
            of: caller.project, try query.filter(), before: try query.id("before"), after: try query.id("after"),
            limit: try query.count("limit", standard: 50, most: 500))
        return Newest(feedback: page.items.map(FeedbackItem.init), next: page.next)
    }

    /// `GET /api/feedback/raters`.
    func listRaters(_ request: Request, context: GleanerContext) async throws -> Marks {
        let caller = try context.caller(with: .read)
        let query = FeedbackQuery(request)
        let marks = try await raters.marks(of: caller.project, areOpen: try !query.flag("cleared"))
        return Marks(raters: marks.map(Marks.Mark.init))
    }

    /// `POST /api/feedback/raters/{rater}/clear`.
    func clearRater(_ request: Request, context: GleanerContext) async throws -> Cleared {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: ClearBody.self, context: context)
        guard let rater = try context.parameters.require("rater").removingPercentEncoding, !rater.utf8.contains(0)
        else { throw BodyError(field: "rater", problem: "is not a name") }
        let cleared = try await raters.clear(
            rater, of: caller.project, by: "key:\(caller.keyName)", note: body.note)
        guard cleared > 0 else { throw RaterUnmarked(rater: rater) }
        return Cleared(cleared: cleared)
    }

    /// `GET /api/feedback/summary`.
    func summary(_ request: Request, context: GleanerContext) async throws -> FeedbackSummary {
        let caller = try context.caller(with: .read)
        let days = try FeedbackQuery(request).count("days", standard: 7, most: 366)
        return FeedbackSummary(try await raters.days(of: caller.project, count: days))
    }
}

extension FeedbackRoutes.Marks.Mark {
    init(_ mark: RaterMark) {
        self.init(
            rater: mark.rater, reason: mark.reason.rawValue, meaning: mark.reason.meaning, since: mark.since,
            until: mark.until, evidence: mark.evidence, marked_at: mark.markedAt, seen_at: mark.seenAt,
            cleared_at: mark.clearedAt, cleared_by: mark.clearedBy, note: mark.note)
    }
}

/// The body of a clearing: why. Who clears is the key: nobody signs for somebody else.
struct ClearBody: Decodable {
    private enum Key: String, CodingKey, CaseIterable { case note }
    let note: String?

    init(from decoder: any Decoder) throws {
        if let unknown = try decoder.unknownMember(besides: Set(Key.allCases.map(\.rawValue))) {
            throw FeedbackError.fieldUnknown(unknown)
        }
        let fields = try decoder.container(keyedBy: Key.self)
        note = try fields.text(.note)
    }
}

struct RaterUnmarked: Explained, Hashable {
    let rater: String

    var explanation: Explanation {
        Explanation(
            status: 404, code: "rater_unmarked", what: "No mark of this rater is in force.",
            why: "There was none, or it was cleared before.", fix: "See GET /api/feedback/raters.")
    }
}
