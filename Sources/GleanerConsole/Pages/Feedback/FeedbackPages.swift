import Foundation
import GleanerCore
import GleanerFeedback
import GleanerHTTP

/// `/feedback`: what people say, the newest first, and what it comes to.
struct FeedbackPages: Sendable {
    struct View: Sendable {
        struct Choice: Sendable {
            let value: String
            let name: String
            let isChosen: Bool
        }
        let satisfaction: SatisfactionView
        let kinds: [Choice]
        let ratings: [Choice]
        let rater: String
        let conversation: String
        let since: String
        let until: String
        let isMarked: Bool
        let isFiltered: Bool
        let rows: [FeedbackRow]
        /// Of the next page; nil on the last.
        let older: String?
        /// What a module asks for newer ones; nil on any page but the first.
        let newer: String?
    }
    /// For the module that follows the stream.
    struct Newer: Encodable, Sendable {
        let rows: [FeedbackRow]
        let newer: String
    }

    let stream: FeedbackStream
    let raters: RaterStore

    func add(to console: ConsoleRouter) {
        console.page("feedback", for: .read) { visit in
            Page(
                "feedback", title: "Feedback", view: try await view(visit),
                modules: visit.query("before") == nil ? ["feedback-stream.js"] : [])
        }
        console.data("feedback/newer", for: .read) { [renderer = console.renderer] visit in
            renderer.outcome(.json(try await newer(visit)), for: visit)
        }
    }

    private func view(_ visit: Visit) async throws -> View {
        let query = FeedbackPageQuery(visit)
        let filter = try query.filter()
        async let days = raters.days(of: visit.project.id, count: 7)
        let page = try await stream.page(of: visit.project.id, filter, before: try query.id("before"), limit: 50)
        let newest = page.items.first?.id.description ?? FeedbackPageQuery.noID
        return View(
            satisfaction: SatisfactionView(try await days),
            kinds: FeedbackFilter.kinds.map { .init(value: $0, name: $0, isChosen: $0 == filter.kind) },
            ratings: [(FeedbackFilter.Direction.up, "good"), (.down, "bad")].map {
                .init(value: $0.0.rawValue, name: $0.1, isChosen: $0.0 == filter.rating)
            },
            rater: filter.rater ?? "", conversation: filter.conversation ?? "", since: visit.query("since") ?? "",
            until: visit.query("until") ?? "", isMarked: filter.isMarked, isFiltered: filter != FeedbackFilter(),
            rows: page.items.map(FeedbackRow.init),
            older: page.next.map { query.path("/feedback", adding: ("before", $0.description)) },
            newer: visit.query("before") == nil
                ? query.path("/feedback/newer", adding: ("after", newest)) : nil)
    }

    private func newer(_ visit: Visit) async throws -> Newer {
        let query = FeedbackPageQuery(visit)
        let after = try query.id("after")
        let page = try await stream.page(of: visit.project.id, try query.filter(), after: after, limit: 50)
        let newest = (page.items.first?.id ?? after)?.description ?? FeedbackPageQuery.noID
        return Newer(
            rows: page.items.map(FeedbackRow.init), newer: query.path("/feedback/newer", adding: ("after", newest)))
    }
}
