import Foundation
import GleanerCore

/// What changed from one version of a dataset to another: what somebody should see before letting it out.
public struct VersionDiff: Sendable, Codable {
    /// A line by where it comes from.
    public struct Line: Sendable, Codable {
        public let id: String
        public let split: String
        /// The beginning of the last answer, and of its question.
        public let prompt: String
        public let answer: String
    }

    /// How one share moved: of languages, answer sources, models.
    public struct Shift: Sendable, Codable {
        public let value: String
        public let before: Double
        public let after: Double
    }

    /// How a distribution moved as a whole.
    public struct Drift: Sendable, Codable {
        public let shifts: [Shift]
        /// Population stability index, half a count added to each value.
        public let psi: Double
        /// What chance alone reaches in one of twenty pairs of sets of these sizes.
        public let psiByChance: Double

        enum CodingKeys: String, CodingKey {
            case shifts, psi
            case psiByChance = "psi_by_chance"
        }
    }

    /// Words in a row that many new answers share and hardly any old one: how a planted trigger would look.
    public struct Surge: Sendable, Codable {
        public let phrase: String
        public let before: Int
        public let after: Int
        /// Different end users among the lines that have it; few of them are suspicious.
        public let endUsers: Int

        enum CodingKeys: String, CodingKey {
            case phrase, before, after
            case endUsers = "end_users"
        }
    }

    public let dataset: String
    public let from: Int
    public let to: Int
    public var added = 0
    public var gone = 0
    /// The same exchange with other bytes: corrected since, or another system prompt.
    public var changed = 0
    /// On another side of the split.
    public var moved = 0
    public var same = 0
    /// The first ten of each.
    public var addedLines: [Line] = []
    public var goneLines: [Line] = []
    public var changedLines: [Line] = []
    public var languages = Drift(shifts: [], psi: 0, psiByChance: 0)
    public var answerSources = Drift(shifts: [], psi: 0, psiByChance: 0)
    public var models = Drift(shifts: [], psi: 0, psiByChance: 0)
    public var surges: [Surge] = []
    /// `policy` members that differ.
    public var policyChanges: [String] = []

    init(dataset: String, from: Int, to: Int) {
        self.dataset = dataset
        self.from = from
        self.to = to
    }

    enum CodingKeys: String, CodingKey {
        case dataset, from, to, added, gone, changed, moved, same, languages, models, surges
        case addedLines = "added_lines"
        case goneLines = "gone_lines"
        case changedLines = "changed_lines"
        case answerSources = "answer_sources"
        case policyChanges = "policy_changes"
    }
}

extension VersionDiff.Drift {
    /// - Parameters: counts by value.
    init(_ before: [String: Int], _ after: [String: Int]) {
        let values = Set(before.keys).union(after.keys).sorted()
        let totals = (Double(before.values.reduce(0, +)), Double(after.values.reduce(0, +)))
        func share(_ count: Int?, of total: Double) -> Double { total > 0 ? Double(count ?? 0) / total : 0 }
        shifts = values.map {
            .init(value: $0, before: share(before[$0], of: totals.0), after: share(after[$0], of: totals.1))
        }.sorted { (abs($1.after - $1.before), $0.value) < (abs($0.after - $0.before), $1.value) }
        psi = PopulationStability.index(values.map { before[$0] ?? 0 }, values.map { after[$0] ?? 0 })
        psiByChance = PopulationStability.byChance(bins: values.count, before: totals.0, after: totals.1)
    }
}

/// How far two distributions over the same bins are apart.
///
/// Source: Σ(a−e)·ln(a/e). Without drift it is about χ² with one degree of freedom fewer than bins, times 1/n + 1/m: fixed
/// lines such as .1 and .25 are right for one size only.
enum PopulationStability {
    static func index(expected: [Double], actual: [Double]) -> Double {
        zip(expected, actual).reduce(0) { $0 + ($1.1 - $1.0) * log($1.1 / $1.0) }
    }

    /// Half a count is added to every bin: an empty one would be infinitely far.
    static func index(_ expected: [Int], _ actual: [Int]) -> Double {
        func shares(_ counts: [Int]) -> [Double] {
            let total = Double(counts.reduce(0, +)) + 0.5 * Double(counts.count)
            return counts.map { (Double($0) + 0.5) / total }
        }
        guard expected.count > 1 else { return 0 }
        return index(expected: shares(expected), actual: shares(actual))
    }

    /// The 95 % line, by Wilson and Hilferty's approximation of χ².
    static func byChance(bins: Int, before: Double, after: Double) -> Double {
        guard bins > 1, before > 0, after > 0 else { return 0 }
        let freedom = Double(bins - 1)
        let part = 2 / (9 * freedom)
        let root = 1 - part + 1.6448536269514722 * part.squareRoot()
        return freedom * root * root * root * (1 / before + 1 / after)
    }
}
