import Foundation
import GleanerCore
import GleanerReview
import HTTPTypes
import Hummingbird

/// `/review`: one exchange after another, judged by keyboard.
///
/// A page shows what the reviewer has been lent; lending is an action of its own, so that looking changes nothing. The
/// module `review.js` lends the next item ahead and swaps it in; without it every step is a form.
struct ReviewPages: Sendable {
    struct View: Sendable {
        let hasItem: Bool
        let slot: String
        let token: String
        let rubric: String
        let talk: Talk
        /// For `lang`, which is left out without.
        let language: [String]
        let original: String
        let guidelines: [Markdown.Block]
        let hasGuidelines: Bool
        let questions: [QuestionView]
        let correction: String
        let comment: String
        let isCorrected: Bool
        let hasWaiting: Bool
        let leaseSeconds: Int
        let today: Int
        let lastHour: Int
        let median: String
    }
    private struct Lent: Encodable, Sendable { let slot: String? }
    /// What the line on top says, for the module.
    private struct Pace: Encodable, Sendable {
        let today: Int
        let lastHour: Int
        let median: String
        let hasWaiting: Bool
    }

    let desk: ReviewDesk

    func add(to console: ConsoleRouter) {
        console.page("review", for: .review, show)
        console.data("review/pace", for: .review) { [renderer = console.renderer] visit in
            renderer.outcome(.json(try await pace(visit)), for: visit)
        }
        console.action("review/next", for: .review, next)
        console.action("review/submit", for: .review, submit)
        console.action("review/skip", for: .review, skip)
        console.action("review/decline", for: .review, decline)
        console.action("review/undo", for: .review, undo)
        console.action("review/heartbeat", for: .review, heartbeat)
        console.action("review/draft", for: .review, draft)
        console.action("review/diff", for: .review, diff)
    }

    /// `slot=` shows that one of the reviewer's items, else the oldest.
    private func show(_ visit: Visit) async throws -> Page {
        let reviewer = visit.person.handle.description
        let asked = visit.query("slot").flatMap(UUID.init(uuidString:))
        let slot = if let asked { asked } else { try await desk.queue.held(by: reviewer, in: visit.project.id).first }
        let item = try await slot.lookUp { try await desk.queue.held($0, by: reviewer, in: visit.project.id) }
        let pace = try await desk.queue.pace(of: reviewer, in: visit.project.id)
        let hasWaiting = try await desk.queue.hasWaiting(in: visit.project.id)
        let lease = try await desk.rubrics.settings(of: visit.project.id).leaseSeconds
        return Page(
            "review", title: "Review", view: View(item, pace: pace, hasWaiting: hasWaiting, lease: lease),
            modules: ["review.js"])
    }

    private func pace(_ visit: Visit) async throws -> Pace {
        let pace = try await desk.queue.pace(of: visit.person.handle.description, in: visit.project.id)
        return Pace(
            today: pace.today, lastHour: pace.lastHour, median: Self.median(pace),
            hasWaiting: try await desk.queue.hasWaiting(in: visit.project.id))
    }

    fileprivate static func median(_ pace: ReviewPace) -> String {
        pace.medianSeconds.map { "\(Int($0.rounded())) s" } ?? "–"
    }

    /// Lends one more; with two at hand already, the other one is it. `besides` is the one on the page.
    private func next(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("besides")
        return try await outcome(visit, besides: try form.text("besides").flatMap(UUID.init(uuidString:)))
    }

    private func submit(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        let given = try ReviewAnswers(form, besides: "slot", "token")
        let (slot, token) = try Self.lease(form)
        _ = try await desk.queue.submit(given, slot: slot, token: token, in: visit.project.id)
        return try await after(visit)
    }

    private func skip(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("slot", "token", "reason")
        let (slot, token) = try Self.lease(form)
        try await desk.queue.skip(slot: slot, token: token, in: visit.project.id, reason: try form.text("reason"))
        return try await after(visit)
    }

    private func decline(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("slot", "token", "reason")
        let (slot, token) = try Self.lease(form)
        try await desk.queue.decline(
            slot: slot, token: token, in: visit.project.id, reason: try form.required("reason"))
        return try await after(visit)
    }

    private func undo(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow()
        let item = try await desk.queue.undo(by: visit.person.handle.description, in: visit.project.id)
        let slot = item.slot.lowercased
        return visit.wantsPage ? .seeOther("/review?slot=\(slot)") : .json(Lent(slot: slot))
    }

    private func heartbeat(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("slot", "token")
        let (slot, token) = try Self.lease(form)
        _ = try await desk.queue.heartbeat(slot: slot, token: token, in: visit.project.id)
        return .nothing
    }

    private func draft(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        let given = try ReviewAnswers(form, besides: "slot", "token")
        let (slot, token) = try Self.lease(form)
        try await desk.queue.keep(given, slot: slot, token: token, in: visit.project.id)
        return .nothing
    }

    /// Of an item at hand only; changes nothing, and is a `POST` for the length of the text.
    private func diff(_ visit: Visit, _ form: Form) async throws -> ActionOutcome {
        try form.allow("slot", "correction")
        let reviewer = visit.person.handle.description
        guard let slot = UUID(uuidString: try form.required("slot")),
            let item = try await desk.queue.held(slot, by: reviewer, in: visit.project.id)
        else { throw ReviewError.leaseLost }
        let correction = (try form.text("correction") ?? "").replacing("\r\n", with: "\n")
        return .json(CorrectionDiff(from: item.answer?["content"]?.stringValue ?? "", to: correction))
    }

    // MARK: What comes after

    /// A module has lent the next one ahead; a form is led to it.
    private func after(_ visit: Visit) async throws -> ActionOutcome {
        visit.wantsPage ? try await outcome(visit, besides: nil) : .nothing
    }

    private func outcome(_ visit: Visit, besides shown: UUID?) async throws -> ActionOutcome {
        let reviewer = visit.person.handle.description
        let held = try await desk.queue.held(by: reviewer, in: visit.project.id)
        var slot = held.first { $0 != shown }
        if slot == nil { slot = try await desk.queue.next(for: reviewer, in: visit.project.id)?.slot }
        return visit.wantsPage ? .seeOther("/review") : .json(Lent(slot: slot?.lowercased))
    }

    private static func lease(_ form: Form) throws -> (slot: UUID, token: UUID) {
        guard let slot = UUID(uuidString: try form.required("slot")),
            let token = UUID(uuidString: try form.required("token"))
        else { throw FormError.field("slot", "is none of this console's") }
        return (slot, token)
    }
}

extension ReviewPages.View {
    init(_ item: ReviewItem?, pace: ReviewPace, hasWaiting: Bool, lease: Int) {
        let answer = item?.answer ?? ReviewItem.unreadable
        hasItem = item != nil
        slot = item?.slot.lowercased ?? ""
        token = item?.leaseToken.lowercased ?? ""
        rubric = item?.rubric.reference ?? ""
        talk = Talk(item.map { $0.messages ?? [ReviewItem.unreadable] } ?? [], answer: item == nil ? nil : answer)
        language = PageLanguage.tag(item?.language).map { [$0] } ?? []
        original = answer["content"]?.stringValue ?? ""
        guidelines = Markdown(item?.rubric.document.guidelines ?? "").blocks
        hasGuidelines = !guidelines.isEmpty
        questions = (item?.rubric.questions ?? []).map { QuestionView($0, item?.draft) }
        correction = item?.draft?.correction ?? ""
        comment = item?.draft?.comment ?? ""
        isCorrected = item?.draft?.correction != nil
        self.hasWaiting = hasWaiting
        leaseSeconds = lease
        today = pace.today
        lastHour = pace.lastHour
        median = ReviewPages.median(pace)
    }
}

extension Optional where Wrapped: Sendable {
    func lookUp<Value>(_ find: (Wrapped) async throws -> Value?) async rethrows -> Value? {
        guard let value = self else { return nil }
        return try await find(value)
    }
}

extension Visit {
    /// Whether a browser sent a form, rather than a module.
    var wantsPage: Bool { request.headers[.accept]?.contains("text/html") ?? false }
}
