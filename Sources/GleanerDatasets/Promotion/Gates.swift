import Foundation
import GleanerCore

/// The questions that promotion asks of a candidate, in this order; the first "no" is the reason it is left out.
struct Gates: Sendable {
    let policy: PromotionPolicy
    let now: Date

    /// Each gate's name and what it saw, for lineage.
    func check(_ candidate: Candidate) throws(Exclusion) -> [String: JSONValue] {
        try wholeAnswer(candidate)
        try readable(candidate)
        try flags(candidate)
        try moderation(candidate)
        try age(candidate)
        return [
            "finish_reason": candidate.finishReason.map { .string($0) } ?? .null,
            "open_flags": .integer(Int64(candidate.openFlags.count)),
            "judged_by": .string(try judgedByCounting(candidate)),
            "marked_left_out": .integer(Int64(candidate.leftOut.count)),
            "lowest_review_score": candidate.reviews.map(\.lowest).min().map { .integer(Int64($0)) } ?? .null,
            "net_thumbs": .integer(Int64(candidate.netThumbs)),
            "moderation": .object(candidate.moderation.actions.mapValues(JSONValue.string)),
        ]
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
            switch moderation.actions[side] {
            case "allow": continue
            case "redact" where moderation.isRedacted: continue
            case let action?: throw Exclusion(reason: "moderation", detail: "\(side): \(action)")
            case nil where moderation.isRequired: throw Exclusion(reason: "moderation", detail: "\(side): not judged")
            case nil: continue
            }
        }
    }

    private func age(_ candidate: Candidate) throws(Exclusion) {
        guard let days = policy.maximumAgeDays else { return }
        let age = now.timeIntervalSince(candidate.receivedAt) / 86_400
        guard age <= Double(days) else { throw Exclusion(reason: "too_old", detail: "\(Int(age)) days") }
    }

    /// As `judged`. Where the judgements of marked raters are missing, that is why: somebody may look at the marks.
    private func judgedByCounting(_ candidate: Candidate) throws(Exclusion) -> String {
        do throws(Exclusion) {
            return try judged(candidate)
        } catch {
            guard candidate.reviews.isEmpty, !candidate.leftOut.isEmpty else { throw error }
            let reasons = Set(candidate.leftOut.compactMap(\.mark)).sorted().joined(separator: ", ")
            throw Exclusion(
                reason: "marked_rater",
                detail: "\(candidate.leftOut.count) of marked raters (\(reasons)) left out; then \(error.detail)")
        }
    }

    /// - Returns: `review`, `correction` or `rating`.
    private func judged(_ candidate: Candidate) throws(Exclusion) -> String {
        if candidate.correction(policy) != nil { return "correction" }
        if let lowest = candidate.reviews.map(\.lowest).min() {
            guard lowest >= policy.minimumReviewScore else {
                throw Exclusion(reason: "review_too_low", detail: "\(lowest) of \(policy.minimumReviewScore)")
            }
            return "review"
        }
        guard let wanted = policy.minimumRating else {
            throw Exclusion(reason: "not_reviewed", detail: "rated only, and the policy asks for a review")
        }
        if let net = wanted.netThumbs, candidate.netThumbs < net {
            throw Exclusion(reason: "rating_too_low", detail: "net thumbs \(candidate.netThumbs) of \(net)")
        }
        if let mean = wanted.meanScore {
            guard let found = candidate.meanScore, found >= mean else {
                let found = candidate.meanScore.map { String(format: "%.2f", $0) } ?? "none"
                throw Exclusion(reason: "rating_too_low", detail: "mean score \(found) of \(mean)")
            }
        }
        return "rating"
    }
}
