import GleanerCore

/// How many pairs of answers reviewers are shown, not knowing whose is whose.
public struct PeopleChoice: EvaluationDocument, Hashable {
    /// Drawn from those that differ.
    public var pairs = 40
    /// The verdict waits for no more; `nil`: for all pairs.
    public var verdicts: Int?

    public enum CodingKeys: String, CodingKey, CaseIterable { case pairs, verdicts }

    public init(pairs: Int = 40, verdicts: Int? = nil) {
        self.pairs = pairs
        self.verdicts = verdicts
    }

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        try members.read(.pairs, into: &pairs)
        verdicts = try members.decodeIfPresent(Int.self, forKey: .verdicts)
        try check()
    }

    func check() throws {
        try must((1...1000).contains(pairs), .pairs, "1 to 1000")
        try must(verdicts.map { (1...pairs).contains($0) } ?? true, .verdicts, "1 to pairs")
    }

    /// Whether the verdict need wait no longer.
    func isEnough(_ verdicts: PeopleVerdicts) -> Bool {
        verdicts.open == 0 || verdicts.preferred.count >= self.verdicts ?? pairs
    }
}
