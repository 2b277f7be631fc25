import Foundation
import GleanerCore
import GleanerReview

/// `/compare`: two answers side by side, without a word on whose they are; and who wins.
struct ComparePages: Sendable {
    struct View: Sendable {
        struct Contender: Sendable {
            let name: String
            let comparisons: Int
            let rate: String
            let interval: String
            let strength: String
        }
        let hasPair: Bool
        let comparison: String
        let token: String
        let leaseSeconds = Int(ComparisonService.lease.components.seconds)
        let talk: Talk
        let left: Talk
        let right: Talk
        let contenders: [Contender]
        let hasContenders: Bool
        let leftShare: String
        let mayFind: Bool
    }

    let desk: ReviewDesk

    func add(to console: ConsoleRouter) {
        console.page("compare", for: .review) { visit in page(try await view(held(visit), visit)) }
        console.action("compare/next", for: .review) { visit, form in
            try form.allow()
            return .page(page(try await view(take(visit), visit)))
        }
        console.action("compare/heartbeat", for: .review, heartbeat)
        console.action("compare/decide", for: .review, decide)
        console.action("compare/skip", for: .review, skip)
    }

    private func page(_ view: View) -> Page {
        Page("compare", title: "Compare", view: view, modules: ["compare.js"])
    }

    /// What is at hand comes first: two windows do not hold two pairs.
    private func take(_ visit: Visit) async throws -> ComparisonItem? {
        if let held = try await held(visit) { return held }
        return try await desk.comparisons.next(for: visit.person.handle.description, in: visit.project.id)
    }

    private func held(_ visit: Visit) async throws -> ComparisonItem? {
        try await desk.comparisons.held(by: visit.person.handle.description, in: visit.project.id)
    }

    private func heartbeat(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("comparison", "token")
        let (comparison, token) = try Self.lease(form)
        _ = try await desk.comparisons.heartbeat(comparison: comparison, token: token, in: visit.project.id)
        return .nothing
    }

    /// The next pair comes with the answer to the last one.
    private func decide(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("comparison", "token", "preferred", "comment")
        guard let preferred = Preference(rawValue: try form.required("preferred")) else {
            throw FormError.field("preferred", "is left, right or tie")
        }
        let (comparison, token) = try Self.lease(form)
        try await desk.comparisons.decide(
            preferred, comparison: comparison, token: token, comment: try form.text("comment"),
            in: visit.project.id)
        return .page(page(try await view(take(visit), visit)))
    }

    private func skip(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("comparison", "token")
        let (comparison, token) = try Self.lease(form)
        try await desk.comparisons.skip(comparison: comparison, token: token, in: visit.project.id)
        return .page(page(try await view(take(visit), visit)))
    }

    /// Who wins is for leads: reviewers stay blind.
    private func view(_ item: ComparisonItem?, _ visit: Visit) async throws -> View {
        let isLead = visit.role.may(.lead)
        let results = isLead ? await desk.reports.comparisons(of: visit.project.id, days: 90).ready?.value : nil
        let contenders = (results?.contenders ?? []).map {
            View.Contender(
                name: $0.name, comparisons: $0.comparisons, rate: Numbers.percent($0.winRate),
                interval: "\(Numbers.percent($0.low)) to \(Numbers.percent($0.high))",
                strength: $0.strength.map { strength in Numbers.two(strength) } ?? "–")
        }
        return View(
            hasPair: item != nil, comparison: item?.id.lowercased ?? "",
            token: item?.leaseToken.lowercased ?? "", talk: Talk(item?.messages ?? []),
            left: Talk([item?.left ?? ReviewItem.unreadable]), right: Talk([item?.right ?? ReviewItem.unreadable]),
            contenders: contenders, hasContenders: !contenders.isEmpty,
            leftShare: results?.leftShare.map(Numbers.percent) ?? "–", mayFind: isLead)
    }

    private static func lease(_ form: Form) throws -> (UUID, UUID) {
        guard let comparison = UUID(uuidString: try form.required("comparison")),
            let token = UUID(uuidString: try form.required("token"))
        else { throw FormError.field("comparison", "is none of this console's") }
        return (comparison, token)
    }
}
