import Foundation
import GleanerCore

/// The questions that promotion asks of a candidate, in this order; the first "no" is the reason it is left out.
struct Gates: Sendable {
    /// What let a candidate pass.
    struct Passed: Sendable, Hashable {
        /// `review`, `correction`, `rating`, `comparison`, `preference` or `written`.
        let judgedBy: String
        /// `false`: a bad example, for `unpaired`.
        var isDesirable = true
        /// Users on whose word alone it rests; `nil` where a reviewer judged it.
        var raters: [String]?
        /// Each gate's name and what it saw, for lineage.
        var seen: [String: JSONValue] = [:]
    }

    let policy: PromotionPolicy
    let now: Date

    func check(_ candidate: Candidate) throws(Exclusion) -> Passed {
        try slices(candidate)
        try wholeAnswer(candidate)
        try readable(candidate)
        try flags(candidate)
        try moderation(candidate)
        try age(candidate)
        var passed = try JudgementGate(policy: policy).check(candidate)
        try otherText(candidate)
        try generation(candidate, passed)
        passed.raters = raters(candidate, passed)
        passed.seen = [
            "finish_reason": candidate.finishReason.map { .string($0) } ?? .null,
            "open_flags": .integer(Int64(candidate.openFlags.count)),
            "judged_by": .string(passed.judgedBy),
            "marked_left_out": .integer(Int64(candidate.leftOut.count)),
            "lowest_review_score": candidate.reviews.map(\.lowest).min().map { .integer(Int64($0)) } ?? .null,
            "reviewers": .integer(Int64(Set(candidate.reviews.map(\.reviewer)).count)),
            "net_thumbs": .integer(Int64(candidate.netThumbs)),
            "raters": .integer(Int64(candidate.voters.count)),
            "generation": .integer(Int64(candidate.writer(policy)?.generation ?? 0)),
            "moderation": .object(candidate.moderation.actions.mapValues(JSONValue.string)),
        ]
        return passed
    }

    private func slices(_ candidate: Candidate) throws(Exclusion) {
        let slices = policy.slices
        func must(_ wanted: [String], _ found: String?, _ what: String) throws(Exclusion) {
            guard !wanted.isEmpty, !wanted.contains(found ?? "") else { return }
            throw Exclusion(reason: "slice", detail: "\(what) \(found ?? "unknown")")
        }
        try must(slices.promptLanguages, candidate.language, "prompt language")
        try must(slices.answerLanguages, candidate.answerLanguage, "answer language")
        try must(slices.routes, candidate.route, "route")
        if !slices.tags.isEmpty, Set(slices.tags).isDisjoint(with: candidate.tags) {
            throw Exclusion(reason: "slice", detail: "none of the wanted tags")
        }
        if let tag = slices.withoutTags.first(where: candidate.tags.contains) {
            throw Exclusion(reason: "slice", detail: "tag \(tag)")
        }
    }

    private func wholeAnswer(_ candidate: Candidate) throws(Exclusion) {
        guard policy.endpoints.contains(candidate.endpoint) else {
            throw Exclusion(reason: "endpoint", detail: candidate.endpoint)
        }
        guard candidate.status == "completed", candidate.httpStatus == 200 else {
            throw Exclusion(reason: "error_answer", detail: "\(candidate.status), http \(candidate.httpStatus ?? 0)")
        }
        guard candidate.isComplete else { throw Exclusion(reason: "not_complete", detail: "the answer broke off") }
        let reason = candidate.finishReason ?? "none"
        // A correction replaces what was cut off.
        guard policy.finishReasons.contains(reason) || candidate.correction(policy) != nil else {
            throw Exclusion(reason: "finish_reason", detail: reason)
        }
    }

    private func readable(_ candidate: Candidate) throws(Exclusion) {
        guard let messages = candidate.messages, !messages.isEmpty, candidate.answer != nil else {
            throw Exclusion(reason: "unreadable", detail: "no projection of messages or answer")
        }
    }

    private func flags(_ candidate: Candidate) throws(Exclusion) {
        guard policy.noOpenFlag, let flag = candidate.openFlags.last else { return }
        throw Exclusion(reason: "open_flag", detail: "feedback \(flag.id)")
    }

    /// Unknown is not clean. Where the project has a policy of its own, both sides must have been judged.
    private func moderation(_ candidate: Candidate) throws(Exclusion) {
        guard policy.moderation == .allowed else { return }
        let moderation = candidate.moderation
        for side in ["prompt", "response"] {
            try allowed(
                moderation.actions[side], of: side, isRedacted: moderation.isRedacted, isRequired: moderation.isRequired
            )
        }
    }

    /// What stands in the line besides this exchange's own texts: a user's correction, or the other side of a pair.
    private func otherText(_ candidate: Candidate) throws(Exclusion) {
        guard policy.moderation == .allowed, policy.kind != .unpaired else { return }
        let isRequired = candidate.moderation.isRequired
        if let correction = candidate.correction(policy) {
            // A reviewer's own words are judged by no classifier.
            guard let said = correction.feedback else { return }
            try allowed(said.moderation, of: "correction", isRedacted: said.isRedacted, isRequired: isRequired)
        } else if policy.kind == .preference, let pairing = candidate.pairing {
            try allowed(
                pairing.moderation, of: "other answer", isRedacted: pairing.isRedacted, isRequired: isRequired)
        }
    }

    private func allowed(
        _ action: String?, of text: String, isRedacted: Bool, isRequired: Bool
    ) throws(Exclusion) {
        switch action {
        case "allow": return
        case "redact" where isRedacted: return
        case let action?: throw Exclusion(reason: "moderation", detail: "\(text): \(action)")
        case nil where isRequired: throw Exclusion(reason: "moderation", detail: "\(text): not judged")
        case nil: return
        }
    }

    private func raters(_ candidate: Candidate, _ passed: Passed) -> [String]? {
        switch passed.judgedBy {
        case "rating": candidate.voters
        // Who gives no name is one, as with votes.
        case "preference": [candidate.pairing?.by ?? ""]
        case "correction": candidate.correction(policy)?.feedback.map { [$0.rater ?? ""] }
        default: nil
        }
    }

    private func age(_ candidate: Candidate) throws(Exclusion) {
        guard let days = policy.maximumAgeDays else { return }
        let age = now.timeIntervalSince(candidate.receivedAt) / 86_400
        guard age <= Double(days) else { throw Exclusion(reason: "too_old", detail: "\(Int(age)) days") }
    }

    /// A model that learns its own answers again and again forgets the rare ones: what a fine-tune wrote itself is learnt
    /// only from shallow ones, and only when a person looked at it. What was worse in a pair is no lesson.
    private func generation(_ candidate: Candidate, _ passed: Passed) throws(Exclusion) {
        guard passed.isDesirable, let writer = candidate.writer(policy), writer.generation > 0 else { return }
        guard writer.generation <= policy.maximumGeneration else {
            throw Exclusion(reason: "generation", detail: "written by a model \(writer.generation) fine-tunes deep")
        }
        guard passed.judgedBy != "rating", passed.judgedBy != "preference" else {
            throw Exclusion(reason: "unreviewed_fine_tune", detail: "written by a fine-tune, and only rated")
        }
    }
}
