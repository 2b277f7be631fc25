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

/// Lines of a version, a few at a time, each with what led to it.
struct DatasetLinesView: Sendable {
    struct Split: Sendable {
        let name: String
        let path: String
        let size: String
        let isChosen: Bool
    }
    struct Line: Sendable {
        let at: Int
        var talk: Talk?
        /// Of a pair: the worse answer.
        var worse: Talk?
        var label: String?
        var labelTone: String?
        var exchange: String?
        var source: String?
        var facts: [DatasetVersionView.Fact] = []
        var isErased = false
    }
    let splits: [Split]
    let chosen: String
    let lines: [Line]
    let hasLines: Bool
    let earlier: String?
    let later: String?

    init(path: String, splits: [(String, Int)], chosen: String, first: Int, perPage: Int, lines: [Line]) {
        func link(_ split: String, _ line: Int) -> String { "\(path)?split=\(split)&line=\(line)#lines" }
        self.splits = splits.map {
            Split(name: $0.0, path: link($0.0, 1), size: Figure.count($0.1), isChosen: $0.0 == chosen)
        }
        let size = splits.first { $0.0 == chosen }?.1 ?? 0
        self.chosen = splits.contains { $0.0 == chosen } ? chosen : "this split"
        self.lines = lines
        hasLines = !lines.isEmpty
        earlier = first > 1 ? link(chosen, max(1, first - perPage)) : nil
        later = first + perPage <= size ? link(chosen, first + perPage) : nil
    }
}

extension DatasetLinesView.Line {
    init(erased line: Int) {
        at = line
        isErased = true
    }

    init(_ line: LineExplanation) {
        at = line.line
        let content = line.content
        let messages = (content["input"]?["messages"] ?? content["messages"])?.arrayValue ?? []
        let better = content["preferred_output"]?.arrayValue?.last
        talk = Talk(messages + (better.map { [$0] } ?? []))
        worse = (content["non_preferred_output"]?.arrayValue?.last).map { Talk([$0]) }
        if let isGood = content["label"]?.boolValue {
            (label, labelTone) = isGood ? ("good", "good") : ("bad", "bad")
        }
        let lineage = line.lineage
        source = lineage["answer_source"]?.stringValue?.replacing("_", with: " ")
        if lineage["file"] == nil { exchange = lineage["exchange_id"]?.stringValue }
        facts = Self.facts(lineage)
    }

    private static func facts(_ lineage: JSONValue) -> [DatasetVersionView.Fact] {
        func plain(_ value: JSONValue?) -> String? {
            guard let value, value != .null else { return nil }
            return value.stringValue ?? (try? value.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) }
        }
        var facts: [DatasetVersionView.Fact] = []
        func add(_ name: String, _ value: String?) {
            if let value { facts.append(.init(name: name, value: String(value.prefix(500)))) }
        }
        for (name, key) in [
            ("received", "received_at"), ("answered by", "served_model"), ("author", "author"), ("file", "file"),
            ("language", "language"), ("conversation", "conversation"), ("policy", "policy"),
        ] { add(name, plain(lineage[key])) }
        for review in (lineage["reviews"]?.arrayValue ?? []).prefix(20) {
            add("review", "\(plain(review["reviewer"]) ?? "somebody"): \(plain(review["scores"]) ?? Figure.unknown)")
        }
        for feedback in (lineage["feedback"]?.arrayValue ?? []).prefix(20) {
            let value = plain(feedback["thumb"]) ?? plain(feedback["score"]) ?? plain(feedback["raised"]) ?? ""
            add("feedback", "\(plain(feedback["kind"]) ?? "") \(value) by \(plain(feedback["rater"]) ?? "somebody")")
        }
        for (gate, seen) in (lineage["gates"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            add("gate \(gate.replacing("_", with: " "))", plain(seen))
        }
        return facts
    }
}
