import Foundation
import GleanerCore
import GleanerFeedback
import GleanerHTTP

/// The query of the feedback page: its filters, which its links pass on.
struct FeedbackPageQuery: Sendable {
    /// Before every id there is.
    static let noID = "00000000-0000-0000-0000-000000000000"
    private static let names = ["kind", "rating", "rater", "conversation", "since", "until", "marked"]
    private let visit: Visit

    init(_ visit: Visit) { self.visit = visit }

    func filter() throws(FormError) -> FeedbackFilter {
        var filter = FeedbackFilter()
        if let kind = visit.query("kind") {
            guard FeedbackFilter.kinds.contains(kind) else { throw .field("kind", "is not known") }
            filter.kind = kind
        }
        if let rating = visit.query("rating") {
            guard let direction = FeedbackFilter.Direction(rawValue: rating) else {
                throw .field("rating", "is neither up nor down")
            }
            filter.rating = direction
        }
        filter.rater = visit.query("rater")
        filter.conversation = visit.query("conversation")
        filter.isMarked = visit.query("marked") != nil
        filter.since = try day("since")
        // A day is meant whole.
        filter.until = try day("until")?.addingTimeInterval(86_400)
        return filter
    }

    func id(_ name: String) throws(FormError) -> ID<Feedback>? {
        guard let text = visit.query(name) else { return nil }
        guard let id = ID<Feedback>(text) else { throw .field(name, "is not a feedback id") }
        return id
    }

    /// `path` with the filters of this page and one parameter more.
    func path(_ path: String, adding extra: (name: String, value: String)) -> String {
        let kept = Self.names.compactMap { name in visit.query(name).map { (name: name, value: $0) } }
        return path + "?" + Renderer.query(kept + [extra])
    }

    /// `2026-01-31`, from midnight UTC.
    private func day(_ name: String) throws(FormError) -> Date? {
        guard let text = visit.query(name) else { return nil }
        guard let day = try? Date(text, strategy: .iso8601.year().month().day()) else {
            throw .field(name, "is not a day such as 2026-01-31")
        }
        return day
    }
}
