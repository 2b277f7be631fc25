import Foundation

/// Who wins, of those that were compared.
public struct ComparisonResults: Sendable, Hashable, Codable {
    public struct Contender: Sendable, Hashable, Codable {
        /// A variant or model; `correction` for reviewers' answers.
        public let name: String
        public let comparisons: Int
        public let wins: Int
        public let ties: Int
        /// Wins and half the ties, of all.
        public let winRate: Double
        public let low: Double
        public let high: Double
        /// Bradley–Terry, in log-odds around 0; `nil` when there is no finite answer.
        public let strength: Double?
        public let standardError: Double?

        enum CodingKeys: String, CodingKey {
            case name, comparisons, wins, ties, low, high, strength
            case winRate = "win_rate"
            case standardError = "standard_error"
        }
    }
    /// One verdict: who stood against whom, and who was preferred.
    struct Verdict: Sendable {
        let a: String
        let b: String
        /// `a`, `b` or `tie`.
        let preferred: String
        let isALeft: Bool
    }
    public let verdicts: Int
    /// How often the left side won, of those that were no tie; far from a half it tells of a habit.
    public let leftShare: Double?
    /// Strongest first.
    public let contenders: [Contender]

    enum CodingKeys: String, CodingKey {
        case verdicts, contenders
        case leftShare = "left_share"
    }

    /// Comparisons of a contender with itself say nothing of it.
    init(_ all: [Verdict]) {
        verdicts = all.count
        let decided = all.filter { $0.preferred != "tie" }
        let left = decided.count { ($0.preferred == "a") == $0.isALeft }
        leftShare = decided.isEmpty ? nil : Double(left) / Double(decided.count)
        let between = all.filter { $0.a != $0.b }
        let names = Set(between.flatMap { [$0.a, $0.b] }).sorted()
        let place = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var wins = [[Double]](repeating: [Double](repeating: 0, count: names.count), count: names.count)
        var (won, tied, met) = (
            [Int](repeating: 0, count: names.count), [Int](repeating: 0, count: names.count),
            [Int](repeating: 0, count: names.count)
        )
        for verdict in between {
            let (a, b) = (place[verdict.a]!, place[verdict.b]!)
            met[a] += 1
            met[b] += 1
            switch verdict.preferred {
            case "a":
                wins[a][b] += 1
                won[a] += 1
            case "b":
                wins[b][a] += 1
                won[b] += 1
            default:
                wins[a][b] += 0.5
                wins[b][a] += 0.5
                tied[a] += 1
                tied[b] += 1
            }
        }
        let fit = BradleyTerry(wins: wins)
        contenders = names.indices.map { at in
            let rate = (Double(won[at]) + Double(tied[at]) / 2) / Double(met[at])
            let interval = Interval.wilson(rate, count: Double(met[at]))
            return Contender(
                name: names[at], comparisons: met[at], wins: won[at], ties: tied[at], winRate: rate,
                low: interval.low, high: interval.high, strength: fit?.strengths[at],
                standardError: fit?.standardErrors[at])
        }.sorted { ($1.strength ?? $1.winRate, $0.name) < ($0.strength ?? $0.winRate, $1.name) }
    }
}
