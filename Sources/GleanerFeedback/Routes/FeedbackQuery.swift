import Foundation
import GleanerCore
import GleanerHTTP
import Hummingbird

/// The query of a listing. What cannot be meant is refused by name, and never passes for the default.
struct FeedbackQuery {
    private let request: Request

    init(_ request: Request) { self.request = request }

    func filter() throws(BodyError) -> FeedbackFilter {
        var filter = FeedbackFilter()
        if let kind = try text("kind") {
            guard FeedbackFilter.kinds.contains(kind) else { throw BodyError(field: "kind", problem: "is not a kind") }
            filter.kind = kind
        }
        if let rating = try text("rating") {
            guard let direction = FeedbackFilter.Direction(rawValue: rating) else {
                throw BodyError(field: "rating", problem: "is neither up nor down")
            }
            filter.rating = direction
        }
        filter.rater = try text("rater")
        filter.conversation = try text("conversation")
        filter.isMarked = try flag("marked")
        filter.since = try time("since")
        filter.until = try time("until")
        return filter
    }

    func id(_ name: String) throws(BodyError) -> ID<Feedback>? {
        guard let text = try text(name) else { return nil }
        guard let id = ID<Feedback>(text) else { throw BodyError(field: name, problem: "is not a feedback id") }
        return id
    }

    func count(_ name: String, standard: Int, most: Int) throws(BodyError) -> Int {
        guard let text = try text(name) else { return standard }
        guard let count = Int(text), (1...most).contains(count) else {
            throw BodyError(field: name, problem: "is not a number from 1 to \(most)")
        }
        return count
    }

    func flag(_ name: String) throws(BodyError) -> Bool {
        switch try text(name) {
        case nil, "false", "0": false
        case "true", "1": true
        default: throw BodyError(field: name, problem: "is neither true nor false")
        }
    }

    private func time(_ name: String) throws(BodyError) -> Date? {
        guard let text = try text(name) else { return nil }
        guard let time = try? Date(text, strategy: .iso8601) else {
            throw BodyError(field: name, problem: "is not a time such as 2026-01-31T12:00:00Z")
        }
        return time
    }

    private func text(_ name: String) throws(BodyError) -> String? {
        guard let text = request.uri.queryParameters[Substring(name)], !text.isEmpty else { return nil }
        guard !text.utf8.contains(0) else { throw BodyError(field: name, problem: "holds U+0000") }
        return String(text)
    }
}
