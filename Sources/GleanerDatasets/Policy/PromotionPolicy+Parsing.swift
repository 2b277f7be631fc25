import Foundation
public import GleanerCore

extension PromotionPolicy {
    /// Reads a policy document.
    /// - Throws: `PolicyError`, which names the member.
    public init(parsing bytes: some Sequence<UInt8>) throws(PolicyError) {
        do {
            self = try JSONDecoder().decode(PromotionPolicy.self, from: Data(bytes))
        } catch let error as PolicyError {
            throw error
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.keyNotFound(_, let context)
        {
            throw .wrongType(context.codingPath.map(\.stringValue).joined(separator: "."))
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw .wrongType(context.codingPath.map(\.stringValue).joined(separator: "."))
        } catch {
            throw .notJSON
        }
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
            if let found = try container.decodeIfPresent(Value.self, forKey: key) { value = found }
        }
        try read(.name, &name)
        minimumReviewScore = try container.wholeNumber(.minimumReviewScore) ?? minimumReviewScore
        minimumRating = try container.decodeIfPresent(MinimumRating.self, forKey: .minimumRating)
        try read(.noOpenFlag, &noOpenFlag)
        try read(.moderation, &moderation)
        try read(.answer, &answer)
        try read(.acceptUserCorrections, &acceptUserCorrections)
        try read(.systemPrompt, &systemPrompt)
        try read(.endpoints, &endpoints)
        try read(.finishReasons, &finishReasons)
        maximumTokens = try container.wholeNumber(.maximumTokens) ?? maximumTokens
        maximumAgeDays = try container.wholeNumber(.maximumAgeDays)
        try read(.validationShare, &validationShare)
        try read(.trainOnHistory, &trainOnHistory)
        maximumPerEndUser = try container.wholeNumber(.maximumPerEndUser)
        maximumExamples = try container.wholeNumber(.maximumExamples)
        try check()
    }

    /// - Throws: `PolicyError` for a value that no policy can have.
    public func check() throws(PolicyError) {
        func must(_ holds: Bool, _ member: CodingKeys, _ wanted: String) throws(PolicyError) {
            if !holds { throw .outOfRange(member.rawValue, wanted: wanted) }
        }
        try must((1...64).contains(name.utf8.count) && !name.utf8.contains(0), .name, "1 to 64 bytes")
        try must((1...5).contains(minimumReviewScore), .minimumReviewScore, "1 to 5")
        try must((0...0.5).contains(validationShare), .validationShare, "0 to 0.5")
        try must(maximumTokens > 0, .maximumTokens, "above 0")
        try must(!endpoints.isEmpty, .endpoints, "at least one path")
        try must(!finishReasons.isEmpty, .finishReasons, "at least one reason")
        for (member, value): (CodingKeys, Int?) in [
            (.maximumAgeDays, maximumAgeDays), (.maximumPerEndUser, maximumPerEndUser),
            (.maximumExamples, maximumExamples),
        ] {
            try must(value.map { $0 > 0 } ?? true, member, "above 0, or left out")
        }
        let hasText = systemPrompt.text?.isEmpty == false
        try must((systemPrompt.mode == .replace) == hasText, .systemPrompt, "a text with `replace`, and only then")
        // The document is kept as jsonb, which cannot hold it.
        try must(systemPrompt.text?.utf8.contains(0) != true, .systemPrompt, "free of U+0000")
        try must(!endpoints.contains { $0.utf8.contains(0) }, .endpoints, "free of U+0000")
        try must(!finishReasons.contains { $0.utf8.contains(0) }, .finishReasons, "free of U+0000")
        if let rating = minimumRating {
            try must(
                rating.netThumbs != nil || rating.meanScore != nil, .minimumRating, "net_thumbs, mean_score or both")
            try must(rating.meanScore.map((1...5).contains) ?? true, .minimumRating, "a mean_score from 1 to 5")
        }
    }

    /// The document in full, defaults included, as it is kept and shown.
    public var document: JSONValue {
        get throws { try JSONValue(parsing: JSONEncoder().encode(self)) }
    }

}

extension PromotionPolicy.SystemPrompt {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mode = try container.decode(Mode.self, forKey: .mode)
        text = try container.decodeIfPresent(String.self, forKey: .text)
    }
}

extension PromotionPolicy.MinimumRating {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        netThumbs = try container.wholeNumber(.netThumbs)
        meanScore = try container.decodeIfPresent(Double.self, forKey: .meanScore)
    }
}

extension KeyedDecodingContainer {
    /// Foundation calls a document with 1.5 for an `Int` no JSON at all, and does not say where.
    fileprivate func wholeNumber(_ key: Key) throws -> Int? {
        guard let number = try decodeIfPresent(Double.self, forKey: key) else { return nil }
        guard let whole = Int(exactly: number) else {
            throw PolicyError.wrongType((codingPath + [key]).map(\.stringValue).joined(separator: "."))
        }
        return whole
    }
}

extension Decoder {
    /// A misspelt member would silently leave a gate at its default.
    fileprivate func refuseUnknownMembers<Key: CodingKey & CaseIterable>(_: Key.Type) throws {
        let known = Set(Key.allCases.map(\.stringValue))
        guard let unknown = try unknownMember(besides: known) else { return }
        throw PolicyError.unknown((codingPath.map(\.stringValue) + [unknown]).joined(separator: "."))
    }
}

/// A policy document that cannot be used.
public enum PolicyError: Explained, Hashable {
    case notJSON
    case unknown(String)
    case wrongType(String)
    case outOfRange(String, wanted: String)

    public var explanation: Explanation {
        switch self {
        case .notJSON:
            bad(
                "policy_not_json", "The policy cannot be read.", "It is not a JSON object.",
                "Send an object; {} has every default.")
        case .unknown(let member):
            bad(
                "policy_member_unknown", "The policy has an unknown member `\(member.prefix(64))`.",
                "Known are: \(PromotionPolicy.CodingKeys.allCases.map(\.rawValue).joined(separator: ", ")).",
                "Correct or remove it.")
        case .wrongType(let member):
            bad(
                "policy_member_type", "The policy's `\(member)` cannot be used.",
                "It has the wrong type or an unknown value.",
                "See docs/guide/review-and-promote.md for what it may be.")
        case .outOfRange(let member, let wanted):
            bad(
                "policy_member_range", "The policy's `\(member)` cannot be used.", "It should be \(wanted).",
                "Correct it.")
        }
    }

    private func bad(_ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: 400, code: code, what: what, why: why, fix: fix)
    }
}
