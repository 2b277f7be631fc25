import Foundation
import GleanerCore

/// Whether people thought well enough of an answer, or badly enough, and how that is known.
struct JudgementGate: Sendable {
    let policy: PromotionPolicy

    /// Where the judgements of marked raters are missing, that is why: somebody may look at the marks.
    func check(_ candidate: Candidate) throws(Exclusion) -> Gates.Passed {
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

    private func judged(_ candidate: Candidate) throws(Exclusion) -> Gates.Passed {
        switch policy.kind {
        case .preference: return Gates.Passed(judgedBy: try paired(candidate))
        case .unpaired:
            if let condemnedBy = condemned(candidate) {
                return Gates.Passed(judgedBy: condemnedBy, isDesirable: false)
            }
            return Gates.Passed(judgedBy: try approved(candidate))
        case .sft: return Gates.Passed(judgedBy: try approved(candidate))
        }
    }

    /// - Returns: `review`, `correction`, `comparison` or `rating`.
    private func approved(_ candidate: Candidate) throws(Exclusion) -> String {
        if candidate.correction(policy) != nil {
            // The label would be about the answer as it was.
            guard policy.kind != .unpaired else { throw Exclusion(reason: "corrected", detail: "neither good nor bad") }
            return "correction"
        }
        if policy.answer == .correctionOnly { throw Exclusion(reason: "not_corrected", detail: "nobody corrected it") }
        if policy.answer == .preferred {
            guard let pairing = candidate.pairing, pairing.isChosen else {
                throw Exclusion(reason: "not_preferred", detail: "not chosen over another answer")
            }
            if candidate.reviews.isEmpty { return pairing.source.rawValue }
        }
        if let lowest = candidate.reviews.map(\.lowest).min() {
            guard lowest >= policy.minimumReviewScore else {
                throw Exclusion(reason: "review_too_low", detail: "\(lowest) of \(policy.minimumReviewScore)")
            }
            let reviewers = Set(candidate.reviews.map(\.reviewer)).count
            guard reviewers >= policy.minimumReviews else {
                throw Exclusion(reason: "too_few_reviews", detail: "\(reviewers) of \(policy.minimumReviews)")
            }
            return "review"
        }
        try rated(candidate)
        return "rating"
    }

    private func rated(_ candidate: Candidate) throws(Exclusion) {
        // Plain thumbs are what unpaired examples are made of.
        let wanted = policy.minimumRating ?? (policy.kind == .unpaired ? .init(netThumbs: 1) : nil)
        guard let wanted else {
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
        if let raters = wanted.raters, candidate.voters.count < raters {
            throw Exclusion(reason: "too_few_raters", detail: "\(candidate.voters.count) of \(raters)")
        }
        if let lower = wanted.wilsonLower {
            let thumbs = candidate.feedback.compactMap(\.thumb)
            let found = WilsonInterval(thumbs.count { $0 > 0 }, of: thumbs.count)?.low ?? 0
            guard found >= lower else {
                let shown = String(format: "%.3f", found)
                throw Exclusion(reason: "rating_too_low", detail: "Wilson lower bound \(shown) of \(lower)")
            }
        }
    }

    /// A bad example: reviewed as such, or voted down where nobody reviewed it.
    private func condemned(_ candidate: Candidate) -> String? {
        if let lowest = candidate.reviews.map(\.lowest).min() {
            return lowest <= policy.undesirable.maximumReviewScore ? "review" : nil
        }
        guard let net = policy.undesirable.netThumbs, candidate.feedback.contains(where: { $0.thumb != nil }) else {
            return nil
        }
        return candidate.netThumbs <= net ? "rating" : nil
    }

    /// - Returns: `correction`, `comparison` or `preference`.
    private func paired(_ candidate: Candidate) throws(Exclusion) -> String {
        if candidate.correction(policy) != nil { return "correction" }
        guard let pairing = candidate.pairing else {
            guard let other = candidate.pairings.last else {
                throw Exclusion(reason: "no_pair", detail: "neither corrected nor compared")
            }
            throw Exclusion(
                reason: "no_pair",
                detail: other.mark.map { "chosen by a marked rater (\($0))" } ?? "the other answered another prompt")
        }
        if pairing.isChosen, let lowest = candidate.reviews.map(\.lowest).min(), lowest < policy.minimumReviewScore {
            throw Exclusion(reason: "review_too_low", detail: "chosen, but \(lowest) of \(policy.minimumReviewScore)")
        }
        return pairing.source.rawValue
    }
}
