/// What was drawn of one slice and what of it was judged, added up exchange by exchange.
///
/// Exchanges that were drawn and not (yet) judged are non-response. It is made up for within cells, one for each rule
/// that drew: those judged stand for all that were drawn there. Right as long as what is judged does not depend on what
/// would be found, which is why the queue's order is a hash. Where somebody saw to it that an exchange was judged, it does
/// depend: those are in a cell of their own, and stand for each other only.
struct SliceTally: Sendable {
    struct MeasureKey: Hashable, Sendable {
        let name: String
        let kind: Measure.Kind
    }
    private struct CellKey: Hashable, Sendable {
        let rule: String
        let isSingledOut: Bool
    }
    private struct Cell: Sendable {
        /// All that were drawn; the values are 0.
        var drawn = SampleMoments()
        var judged = SampleMoments()
        var measures: [MeasureKey: SampleMoments] = [:]
        /// Of those that moderation has decided on, judged or not.
        var flags = SampleMoments()
    }
    private var cells: [CellKey: Cell] = [:]

    mutating func add(_ exchange: DrawnExchange) {
        let key = CellKey(rule: exchange.rule, isSingledOut: exchange.isSingledOut)
        var cell = cells[key] ?? Cell()
        let probability = exchange.probability
        cell.drawn.add(0, probability: probability)
        if let isFlagged = exchange.isFlagged { cell.flags.add(isFlagged ? 1 : 0, probability: probability) }
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
        cells[key] = cell
    }

    var drawn: Int { cells.values.reduce(0) { $0 + $1.drawn.count } }
    var judged: Int { cells.values.reduce(0) { $0 + $1.judged.count } }
    /// How many exchanges there are, estimated from those drawn.
    var population: Double { cells.values.reduce(0) { $0 + $1.drawn.population } }

    var keys: Set<MeasureKey> { Set(cells.values.flatMap(\.measures.keys)) }

    /// The sample of a measure, with non-response made up for. Cells without any answer are stood for by the others.
    func moments(_ key: MeasureKey) -> SampleMoments { moments { $0.measures[key] } }

    private func moments(_ answers: (Cell) -> SampleMoments?) -> SampleMoments {
        var (sum, reached) = (SampleMoments(), 0.0)
        for cell in cells.values {
            guard let answered = answers(cell), answered.count > 0 else { continue }
            sum.add(answered.reweighted(by: cell.drawn.population / answered.population))
            reached += cell.drawn.population
        }
        return reached > 0 ? sum.reweighted(by: population / reached) : sum
    }

    var measures: [Measure] {
        let judged = keys.sorted { $0.name < $1.name }.map { Measure($0.name, $0.kind, moments($0)) }
        let flags = moments { $0.flags }
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
    /// By moderation; `nil` where it has not decided.
    var isFlagged: Bool?
    /// Picked besides, or decided by a lead: that it is judged was somebody's choice, not the queue's.
    var isSingledOut = false
    /// `nil` when nobody has judged it.
    let judgement: Judgement?
}
