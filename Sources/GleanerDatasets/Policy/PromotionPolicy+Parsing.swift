import Foundation
import GleanerCore

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
        try read(.kind, &kind)
        minimumReviewScore = try container.wholeNumber(.minimumReviewScore) ?? minimumReviewScore
        minimumReviews = try container.wholeNumber(.minimumReviews) ?? minimumReviews
        minimumRating = try container.decodeIfPresent(MinimumRating.self, forKey: .minimumRating)
        try read(.undesirable, &undesirable)
        try read(.noOpenFlag, &noOpenFlag)
        try read(.moderation, &moderation)
        try read(.personalData, &personalData)
        try read(.answer, &answer)
        try read(.acceptUserCorrections, &acceptUserCorrections)
        try read(.systemPrompt, &systemPrompt)
        try read(.endpoints, &endpoints)
        try read(.finishReasons, &finishReasons)
        try read(.slices, &slices)
        maximumTokens = try container.wholeNumber(.maximumTokens) ?? maximumTokens
        try read(.answerCharacters, &answerCharacters)
        maximumAgeDays = try container.wholeNumber(.maximumAgeDays)
        maximumGeneration = try container.wholeNumber(.maximumGeneration) ?? maximumGeneration
        try read(.validationShare, &validationShare)
        try read(.holdoutShare, &holdoutShare)
        try read(.splitBy, &splitBy)
        try read(.trainOnHistory, &trainOnHistory)
        try read(.nearDuplicates, &nearDuplicates)
        try read(.decontamination, &decontamination)
        maximumPerEndUser = try container.limit(.maximumPerEndUser, default: maximumPerEndUser)
        maximumPerConversation = try container.limit(.maximumPerConversation, default: maximumPerConversation)
        maximumPerRater = try container.limit(.maximumPerRater, default: maximumPerRater)
        maximumPerSystemPrompt = try container.limit(.maximumPerSystemPrompt, default: nil)
        maximumPerLanguage = try container.limit(.maximumPerLanguage, default: nil)
        maximumPerModel = try container.limit(.maximumPerModel, default: nil)
        maximumExamples = try container.limit(.maximumExamples, default: nil)
        try read(.minimumAnchorShare, &minimumAnchorShare)
        approvals = try container.wholeNumber(.approvals) ?? approvals
        try check()
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
        raters = try container.wholeNumber(.raters)
        wilsonLower = try container.decodeIfPresent(Double.self, forKey: .wilsonLower)
    }
}

extension PromotionPolicy.Undesirable {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        maximumReviewScore = try container.wholeNumber(.maximumReviewScore) ?? maximumReviewScore
        netThumbs = try container.limit(.netThumbs, default: netThumbs)
    }
}

extension PromotionPolicy.Slices {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func list(_ key: CodingKeys) throws -> [String] {
            try container.decodeIfPresent([String].self, forKey: key) ?? []
        }
        promptLanguages = try list(.promptLanguages)
        answerLanguages = try list(.answerLanguages)
        routes = try list(.routes)
        tags = try list(.tags)
        withoutTags = try list(.withoutTags)
    }
}

extension PromotionPolicy.Window {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        minimum = try container.wholeNumber(.minimum)
        maximum = try container.wholeNumber(.maximum)
    }
}

extension PromotionPolicy.NearDuplicates {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        prompt = try container.decodeIfPresent(Side.self, forKey: .prompt) ?? prompt
        answer = try container.decodeIfPresent(Side.self, forKey: .answer) ?? answer
    }
}

extension PromotionPolicy.NearDuplicates.Side {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        similarity = try container.decodeIfPresent(Double.self, forKey: .similarity) ?? similarity
        shortSimilarity = try container.decodeIfPresent(Double.self, forKey: .shortSimilarity) ?? shortSimilarity
        keep = try container.limit(.keep, default: keep)
    }
}

extension PromotionPolicy.Decontamination {
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownMembers(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        onHit = try container.decodeIfPresent(OnHit.self, forKey: .onHit) ?? onHit
        benchmarks = try container.decodeIfPresent([String].self, forKey: .benchmarks)
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

    /// Left out it is the default; `null` means that there is none.
    fileprivate func limit(_ key: Key, default limit: Int?) throws -> Int? {
        contains(key) ? try wholeNumber(key) : limit
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
