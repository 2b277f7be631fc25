/// What was drawn of one slice and what of it was judged, added up exchange by exchange.
///
/// Exchanges that were drawn and not (yet) judged are non-response. It is made up for within cells, one for each rule
/// that drew: those judged stand for all that were drawn there. Right as long as what is judged does not depend on what
/// would be found, which is why the queue's order is a hash.
struct SliceTally: Sendable {
    struct MeasureKey: Hashable, Sendable {
        let name: String
        let kind: Measure.Kind
    }
    private struct Cell: Sendable {
        /// All that were drawn; the values are 0.
        var drawn = SampleMoments()
        var judged = SampleMoments()
        var measures: [MeasureKey: SampleMoments] = [:]
    }
    private var cells: [String: Cell] = [:]
    /// Known of every exchange that was drawn, judged or not.
    private var flags = SampleMoments()

    mutating func add(_ exchange: DrawnExchange) {
        var cell = cells[exchange.rule] ?? Cell()
        let probability = exchange.probability
        cell.drawn.add(0, probability: probability)
        if let isFlagged = exchange.isFlagged { flags.add(isFlagged ? 1 : 0, probability: probability) }
        if let judgement = exchange.judgement {
            cell.judged.add(0, probability: probability)
            for (question, score) in judgement.means {
                cell.measures[.init(name: question, kind: .mean), default: .init()].add(score, probability: probability)
                cell.measures[.init(name: question + ">=4", kind: .share), default: .init()]
                    .add(score >= 4 ? 1 : 0, probability: probability)
            }
            cell.measures[.init(name: "corrected", kind: .share), default: .init()]
                .add(judgement.isCorrected ? 1 : 0, probability: probability)
        }
        cells[exchange.rule] = cell
    }

    var drawn: Int { cells.values.reduce(0) { $0 + $1.drawn.count } }
    var judged: Int { cells.values.reduce(0) { $0 + $1.judged.count } }
    /// How many exchanges there are, estimated from those drawn.
    var population: Double { cells.values.reduce(0) { $0 + $1.drawn.population } }

    var keys: Set<MeasureKey> { Set(cells.values.flatMap(\.measures.keys)) }

    /// The sample of a measure, with non-response made up for. Cells without any answer are stood for by the others.
    func moments(_ key: MeasureKey) -> SampleMoments {
        var (sum, reached) = (SampleMoments(), 0.0)
        for cell in cells.values {
            guard let answered = cell.measures[key] else { continue }
            sum.add(answered.reweighted(by: cell.drawn.population / answered.population))
            reached += cell.drawn.population
        }
        return reached > 0 ? sum.reweighted(by: population / reached) : sum
    }

    var measures: [Measure] {
        let judged = keys.sorted { $0.name < $1.name }.map { Measure($0.name, $0.kind, moments($0)) }
        return flags.count > 0 ? judged + [Measure("flagged", .share, flags)] : judged
    }
}

/// An exchange that was drawn, as estimates look at it.
struct DrawnExchange: Sendable {
    struct Judgement: Sendable {
        /// Question to mean score over the reviews that count.
        let means: [String: Double]
        let isCorrected: Bool
    }
    /// The one that gave it the highest probability.
    let rule: String
    /// Of being drawn by any rule.
    let probability: Double
    let isFlagged: Bool?
    /// `nil` when nobody has judged it.
    let judgement: Judgement?
}
