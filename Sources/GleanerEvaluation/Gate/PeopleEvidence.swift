/// How reviewers chose between the two models' answers.
public struct PeopleEvidence: Sendable, Hashable, Codable {
    public var offered: Int
    public var candidateWins: Int
    public var incumbentWins: Int
    public var ties: Int
    /// McNemar's exact test of wins against losses, two-sided.
    public var p: Double

    enum CodingKeys: String, CodingKey {
        case offered, ties, p
        case candidateWins = "candidate_wins"
        case incumbentWins = "incumbent_wins"
    }

    init(_ verdicts: PeopleVerdicts) {
        func count(_ preference: PeoplePreference) -> Int { verdicts.preferred.values.count { $0 == preference } }
        offered = verdicts.offered
        (candidateWins, incumbentWins, ties) = (count(.candidate), count(.incumbent), count(.tie))
        p = McNemar.p(onlyFirst: incumbentWins, onlySecond: candidateWins)
    }

    public var verdicts: Int { candidateWins + incumbentWins + ties }
    /// Wins and half the ties, of all; `nil` without a verdict.
    public var winRate: Double? {
        verdicts == 0 ? nil : (Double(candidateWins) + Double(ties) / 2) / Double(verdicts)
    }

    /// One sentence.
    var words: String {
        guard let winRate else { return "Of \(offered) pairs that were offered none was judged." }
        return "People judged \(verdicts) of \(offered) pairs, not knowing whose answer was whose: candidate "
            + "\(candidateWins), incumbent \(incumbentWins), ties \(ties). The candidate's win rate is "
            + "\(Figures.short(winRate)), ties half each; McNemar's exact p is \(Figures.short(p))."
    }
}
