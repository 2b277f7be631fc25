import Foundation
public import GleanerCore

extension PromotionPolicy {
    /// - Throws: `PolicyError` for a value that no policy can have.
    public func check() throws(PolicyError) {
        try must((1...64).contains(name.utf8.count) && !name.utf8.contains(0), .name, "1 to 64 bytes")
        try must((1...5).contains(minimumReviewScore), .minimumReviewScore, "1 to 5")
        try must((1...100).contains(minimumReviews), .minimumReviews, "1 to 100")
        try must((1...5).contains(undesirable.maximumReviewScore), .undesirable, "a maximum_review_score from 1 to 5")
        try must(
            kind != .unpaired || undesirable.maximumReviewScore < minimumReviewScore, .undesirable,
            "below minimum_review_score: an answer cannot be both")
        try must((0...0.5).contains(validationShare), .validationShare, "0 to 0.5")
        try must((0...0.5).contains(holdoutShare), .holdoutShare, "0 to 0.5")
        try must((0...1).contains(minimumAnchorShare), .minimumAnchorShare, "0 to 1")
        try must((0...9).contains(approvals), .approvals, "0 to 9")
        try must((0...100).contains(maximumGeneration), .maximumGeneration, "0 to 100")
        try must(maximumTokens > 0, .maximumTokens, "above 0")
        try must(!endpoints.isEmpty, .endpoints, "at least one path")
        try must(!finishReasons.isEmpty, .finishReasons, "at least one reason")
        try must(
            answerCharacters.minimum ?? 0 <= answerCharacters.maximum ?? .max && answerCharacters.minimum ?? 0 >= 0,
            .answerCharacters, "a minimum from 0 up that is not above the maximum")
        try checkLimits()
        try checkTexts()
        try checkRating()
        for side in [nearDuplicates.prompt, nearDuplicates.answer] {
            try must(
                (0.3...1).contains(side.similarity) && (0.3...1).contains(side.shortSimilarity)
                    && side.keep.map { $0 > 0 } ?? true,
                .nearDuplicates, "similarities from 0.3 to 1, and to keep 1 or more")
        }
        try must(
            kind != .preference || answer == .correctionPreferred, .answer,
            "left out: a pair has both answers, whichever they are")
    }

    private func checkLimits() throws(PolicyError) {
        for (member, value): (CodingKeys, Int?) in [
            (.maximumAgeDays, maximumAgeDays), (.maximumPerEndUser, maximumPerEndUser),
            (.maximumPerConversation, maximumPerConversation), (.maximumPerRater, maximumPerRater),
            (.maximumPerSystemPrompt, maximumPerSystemPrompt), (.maximumPerLanguage, maximumPerLanguage),
            (.maximumPerModel, maximumPerModel), (.maximumExamples, maximumExamples),
        ] {
            try must(value.map { $0 > 0 } ?? true, member, "above 0, or left out")
        }
    }

    private func checkTexts() throws(PolicyError) {
        let hasText = systemPrompt.text?.isEmpty == false
        try must((systemPrompt.mode == .replace) == hasText, .systemPrompt, "a text with `replace`, and only then")
        // The document is kept as jsonb, which cannot hold it.
        let lists: [(CodingKeys, [String])] = [
            (.systemPrompt, [systemPrompt.text ?? ""]), (.endpoints, endpoints), (.finishReasons, finishReasons),
            (
                .slices,
                slices.promptLanguages + slices.answerLanguages + slices.routes + slices.tags + slices.withoutTags
            ), (.decontamination, decontamination.benchmarks ?? []),
        ]
        for (member, texts) in lists {
            try must(!texts.contains { $0.utf8.contains(0) }, member, "free of U+0000")
        }
    }

    private func checkRating() throws(PolicyError) {
        guard let rating = minimumRating else { return }
        try must(
            rating.netThumbs != nil || rating.meanScore != nil || rating.wilsonLower != nil, .minimumRating,
            "net_thumbs, mean_score, wilson_lower or several of them")
        try must(rating.meanScore.map((1...5).contains) ?? true, .minimumRating, "a mean_score from 1 to 5")
        try must(rating.wilsonLower.map((0...1).contains) ?? true, .minimumRating, "a wilson_lower from 0 to 1")
        try must(rating.raters.map { $0 > 0 } ?? true, .minimumRating, "1 rater or more")
    }

    private func must(_ holds: Bool, _ member: CodingKeys, _ wanted: String) throws(PolicyError) {
        if !holds { throw .outOfRange(member.rawValue, wanted: wanted) }
    }

    /// The document in full, defaults included, as it is kept and shown: what it does not ask for is `null`.
    public var document: JSONValue {
        get throws {
            guard case .object(var members) = try JSONValue(parsing: JSONEncoder().encode(self)) else { return .null }
            for member in CodingKeys.allCases where members[member.rawValue] == nil { members[member.rawValue] = .null }
            if undesirable.netThumbs == nil {
                members["undesirable"] = Self.with("net_thumbs", .null, in: members["undesirable"])
            }
            for (member, side) in [("prompt", nearDuplicates.prompt), ("answer", nearDuplicates.answer)]
            where side.keep == nil {
                let sides = members["near_duplicates"]
                members["near_duplicates"] = Self.with(member, Self.with("keep", .null, in: sides?[member]), in: sides)
            }
            return .object(members)
        }
    }

    private static func with(_ member: String, _ value: JSONValue, in object: JSONValue?) -> JSONValue {
        var members = object?.objectValue ?? [:]
        members[member] = value
        return .object(members)
    }
}
