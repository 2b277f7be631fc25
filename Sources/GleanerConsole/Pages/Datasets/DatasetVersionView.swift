import Foundation
import GleanerCore
import GleanerDatasets

/// What `dataset-version.mustache` shows.
struct DatasetVersionView: Sendable {
    struct Fact: Sendable {
        let name: String
        let value: String
    }
    struct Count: Sendable {
        let name: String
        let count: String
        let share: String
    }
    struct Group: Sendable {
        let title: String
        let counts: [Count]
    }
    struct Trained: Sendable {
        let path: String
        let name: String
        let state: String
    }

    let path: String
    let dataset: String
    let number: Int
    let standing: VersionStanding
    let withdrawn: String?
    let kind: String
    let tiles: [PreviewView.Tile]
    let facts: [Fact]
    let groups: [Group]
    let excluded: [Count]
    let approvers: [String]
    let needed: Int
    let wantsApproval: Bool
    let policyPath: String
    var problem: String?
    var lines: DatasetLinesView?
    /// None, or one.
    var changes: [VersionDiffView] = []
    var models: [Trained] = []
    var isBuilder = false
    var mayApprove = false
    var mayTune = false

    init(_ version: DatasetVersion) {
        let counts = version.statistics
        path = DatasetPath.version(version.dataset, version.number)
        dataset = version.dataset
        number = version.number
        standing = VersionStanding(version)
        withdrawn = version.withdrawn.map { withdrawal in
            let erased = withdrawal.erasedExamples
            return withdrawal.reason + (erased > 0 ? "; \(Figure.count(erased)) lines were erased" : "")
        }
        kind = version.kind.rawValue
        tiles = PreviewView.Tile.of(counts)
        let quantiles = counts.tokenQuantiles.map(Figure.count)
        facts = [
            Fact(name: "policy", value: "\(version.policyName)@\(version.policyVersion)"),
            Fact(name: "built by", value: version.builtBy ?? Figure.unknown),
            Fact(
                name: "tokens of an example",
                value: quantiles.count == 4
                    ? "\(quantiles[1]) in the middle, 5 % below \(quantiles[0]), 5 % above \(quantiles[2]), at most \(quantiles[3])"
                    : Figure.unknown),
            Fact(name: "system prompts", value: Figure.count(counts.systemPrompts)),
            Fact(name: "end users", value: Figure.count(counts.endUsers)),
            Fact(name: "written by hand", value: Figure.count(counts.written)),
            Fact(
                name: "not judged",
                value: "\(Figure.count(counts.unjudged)) of \(Figure.count(counts.exchanges)) exchanges"),
            Fact(name: "SHA-256", value: version.contentSHA256),
        ]
        groups = [
            Group("Answers", counts.answerSources), Group("Languages", counts.languages),
            Group("Answered by", counts.models),
        ].filter { !$0.counts.isEmpty }
        excluded = Group("", counts.excluded).counts
        approvers = version.approvals.by
        needed = version.approvals.needed
        wantsApproval = !version.approvals.isMet
        policyPath = DatasetPath.preview(version.dataset, policy: version.policyName)
    }
}

extension DatasetVersionView.Group {
    /// The most frequent first.
    init(_ title: String, _ counts: [String: Int]) {
        let total = max(counts.values.reduce(0, +), 1)
        self.init(
            title: title,
            counts: counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { name, count in
                .init(
                    name: name.replacing("_", with: " "), count: Figure.count(count),
                    share: Figure.percent(Double(count) / Double(total)))
            })
    }
}
