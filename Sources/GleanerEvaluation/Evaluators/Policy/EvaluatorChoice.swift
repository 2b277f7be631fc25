/// One evaluator of a policy, and on which share of exchanges it runs.
public struct EvaluatorChoice: EvaluationDocument, Hashable {
    /// The raw value is what policies say.
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        case codeMix = "code_mix"
        case transliteration, refusal, repetition, length, json
        case toolCalls = "tool_calls"
        case latency, cost, overlap, relevance, judge, command, http
    }

    public var kind: Kind
    /// By which results are known; the kind's own unless there are several of it.
    public var name: String
    /// Above 0 up to 1; decided by a hash of the exchange's id, so it is the same whenever it is asked.
    public var share = 1.0
    /// It keeps its place in the policy, and measures nothing.
    public var isPaused = false
    public var spelling = SpellingChoice()
    /// Of relevance.
    public var embeddings: ModelChoice?
    public var judge: ScoringJudge?
    /// What the operator has configured under this name; for `command` and `http`.
    public var uses: String?
    /// For one request, or one run of a program.
    public var timeoutMilliseconds = 30_000

    public enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, name, share, spelling, embeddings, judge, uses
        case isPaused = "paused"
        case timeoutMilliseconds = "timeout_ms"
    }

    public init(_ kind: Kind, share: Double = 1) {
        self.kind = kind
        name = kind.rawValue
        self.share = share
    }

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let word = try members.decode(String.self, forKey: .kind)
        guard let kind = Kind(rawValue: word) else {
            throw EvaluatorError.policyInvalid(
                member: "kind", wanted: "one of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.kind = kind
        name = kind.rawValue
        try members.read(.name, into: &name)
        try members.read(.share, into: &share)
        try members.read(.isPaused, into: &isPaused)
        try members.read(.spelling, into: &spelling)
        embeddings = try members.decodeIfPresent(ModelChoice.self, forKey: .embeddings)
        judge = try members.decodeIfPresent(ScoringJudge.self, forKey: .judge)
        uses = try members.decodeIfPresent(String.self, forKey: .uses)
        try members.read(.timeoutMilliseconds, into: &timeoutMilliseconds)
        try check()
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(kind, forKey: .kind)
        try members.encode(name, forKey: .name)
        try members.encode(share, forKey: .share)
        if isPaused { try members.encode(isPaused, forKey: .isPaused) }
        if kind == .transliteration { try members.encode(spelling, forKey: .spelling) }
        try members.encodeIfPresent(embeddings, forKey: .embeddings)
        try members.encodeIfPresent(judge, forKey: .judge)
        try members.encodeIfPresent(uses, forKey: .uses)
        try members.encode(timeoutMilliseconds, forKey: .timeoutMilliseconds)
    }

    func check() throws {
        func must(_ holds: Bool, _ member: CodingKeys, _ wanted: String) throws {
            if !holds { throw EvaluatorError.policyInvalid(member: member.stringValue, wanted: wanted) }
        }
        try must(Self.isName(name), .name, "1 to 48 of a–z, 0–9 and _, a letter first")
        try must(share > 0 && share <= 1, .share, "above 0 up to 1")
        try must((100...600_000).contains(timeoutMilliseconds), .timeoutMilliseconds, "100 to 600000")
        try must((kind == .relevance) == (embeddings != nil), .embeddings, "there for kind relevance, and for no other")
        try must((kind == .judge) == (judge != nil), .judge, "there for kind judge, and for no other")
        try must((kind == .command || kind == .http) == (uses != nil), .uses, "there for kinds command and http only")
    }

    static func isName(_ name: String) -> Bool { name.wholeMatch(of: /[a-z][a-z0-9_]{0,47}/) != nil }
}

/// How a project wants Hindi words to be spelt, and what people said of spellings.
public struct SpellingChoice: EvaluationDocument, Hashable {
    /// One spelling of each word that is to be spelt otherwise than the table's first.
    public var preferred: [String] = []
    /// Spellings that are one word.
    public var merged: [[String]] = []
    /// Pairs that are not.
    public var parted: [[String]] = []

    public enum CodingKeys: String, CodingKey, CaseIterable { case preferred, merged, parted }

    public init() {}

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        try members.read(.preferred, into: &preferred)
        try members.read(.merged, into: &merged)
        try members.read(.parted, into: &parted)
        try check()
    }

    func check() throws {
        let words = preferred + merged.flatMap { $0 } + parted.flatMap { $0 }
        guard words.count <= 2_000, words.allSatisfy({ $0.wholeMatch(of: /[a-z]{1,32}/) != nil }) else {
            throw EvaluatorError.policyInvalid(
                member: "spelling", wanted: "lists of at most 2000 words of 1 to 32 of a–z")
        }
        guard merged.allSatisfy({ $0.count >= 2 }), parted.allSatisfy({ $0.count == 2 }) else {
            throw EvaluatorError.policyInvalid(
                member: "spelling", wanted: "lists of two spellings or more in merged, and of two in parted")
        }
    }
}
