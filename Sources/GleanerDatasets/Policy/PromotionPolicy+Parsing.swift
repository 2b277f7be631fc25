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
        let known = Set(CodingKeys.allCases.map(\.rawValue))
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
            throw PolicyError.unknown(key.stringValue)
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
            if let found = try container.decodeIfPresent(Value.self, forKey: key) { value = found }
        }
        try read(.name, &name)
        try read(.minimumReviewScore, &minimumReviewScore)
        minimumRating = try container.decodeIfPresent(MinimumRating.self, forKey: .minimumRating)
        try read(.noOpenFlag, &noOpenFlag)
        try read(.answer, &answer)
        try read(.acceptUserCorrections, &acceptUserCorrections)
        try read(.systemPrompt, &systemPrompt)
        try read(.endpoints, &endpoints)
        try read(.finishReasons, &finishReasons)
        try read(.maximumTokens, &maximumTokens)
        maximumAgeDays = try container.decodeIfPresent(Int.self, forKey: .maximumAgeDays)
        try read(.validationShare, &validationShare)
        try read(.trainOnHistory, &trainOnHistory)
        maximumPerEndUser = try container.decodeIfPresent(Int.self, forKey: .maximumPerEndUser)
        maximumExamples = try container.decodeIfPresent(Int.self, forKey: .maximumExamples)
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
        try must(systemPrompt.text?.utf8.contains(0) != true, .systemPrompt, "free of U+0000")
        if let rating = minimumRating {
            try must(
                rating.netThumbs != nil || rating.meanScore != nil, .minimumRating, "net_thumbs, mean_score or both")
        }
    }

    /// The document in full, defaults included, as it is kept and shown.
    public var document: JSONValue {
        get throws { try JSONValue(parsing: JSONEncoder().encode(self)) }
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
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
