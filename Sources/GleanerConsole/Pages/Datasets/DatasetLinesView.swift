import GleanerCore
import GleanerDatasets

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
