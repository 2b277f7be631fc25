import GleanerDatasets

/// What a build would make.
struct PreviewView: Sendable {
    struct Gate: Sendable {
        let reason: String
        let words: String
        let count: String
        let examples: [Example]
    }
    struct Example: Sendable {
        let id: String
        let isExchange: Bool
        let detail: [Span]
        let prompt: [Span]
    }
    let tiles: [Tile]
    let gates: [Gate]
    let hasGates: Bool
    let advice: [String]
    let hasAdvice: Bool
    let isEmpty: Bool

    init(_ preview: DatasetPreview) {
        tiles = Tile.of(preview.statistics)
        gates = preview.gates.map { gate in
            Gate(
                reason: gate.reason, words: gate.reason.replacing("_", with: " "), count: Figure.count(gate.count),
                examples: gate.examples.map {
                    Example(
                        id: $0.id, isExchange: !gate.reason.hasPrefix("written"),
                        detail: Span.visible($0.detail.prefix(300)), prompt: Span.visible($0.prompt.prefix(300)))
                })
        }
        hasGates = !gates.isEmpty
        advice = preview.advice
        hasAdvice = !advice.isEmpty
        isEmpty = preview.statistics.promoted == 0
    }

    struct Tile: Sendable {
        let name: String
        let value: String

        static func of(_ counts: DatasetVersion.Statistics) -> [Tile] {
            [
                Tile(name: "to train on", value: Figure.count(counts.train)),
                Tile(name: "to validate with", value: Figure.count(counts.validation)),
                Tile(name: "held out for good", value: Figure.count(counts.holdout)),
                Tile(name: "written or corrected by people", value: Figure.percent(counts.anchorShare)),
                Tile(name: "tokens, estimated", value: Figure.count(counts.estimatedTokens)),
                Tile(name: "judged exchanges", value: Figure.count(counts.judged)),
                Tile(name: "left out", value: Figure.count(counts.excluded.values.reduce(0, +))),
            ]
        }
    }
}
