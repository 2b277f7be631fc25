import Foundation

/// One answer measured.
struct ItemScores: Sendable, Hashable, Codable {
    var chrf: Double?
    var chrfPlusPlus: Double?
    var bleu: Double?
    var rougeL: Double?
    var similarity: Double?
    var flagged: Bool?
    var refusal: Bool?
    var repetition: Double?
    var lengthDistance: Double?
    var characters: Int?

    enum CodingKeys: String, CodingKey {
        case chrf, bleu, similarity, flagged, refusal, repetition, characters
        case chrfPlusPlus = "chrf++"
        case rougeL = "rouge_l"
        case lengthDistance = "length"
    }

    init() {}

    init(of answer: String, reference: String) {
        let shape = AnswerShape(answer)
        chrf = CHRF().sentence(answer, [reference])
        chrfPlusPlus = CHRF.plusPlus.sentence(answer, [reference])
        bleu = BLEU(effectiveOrder: true).sentence(answer, [reference])
        rougeL = ROUGE(words: .unicode).l(answer, reference).f
        // Where people wanted a refusal, one is no fault.
        refusal = Refusal.isRefusal(reference) ? nil : shape.isRefusal
        repetition = shape.repetition
        lengthDistance = AnswerShape.lengthDistance(shape.characters, from: reference.count)
        characters = shape.characters
    }
}

/// What is stored of one answer, and what it took.
struct ScoredItem: Sendable {
    let line: Int
    let isCandidate: Bool
    /// `nil`: there was none.
    let scores: ItemScores?
    let milliseconds: Double
    let costUSD: Double?
}

/// Both answers to one prompt.
struct ScoredPair: Sendable {
    let line: Int
    let cluster: String
    let isEdited: Bool
    let candidate: ScoredItem
    let incumbent: ScoredItem
    /// 1, 0, −1; `nil` where the judge was not asked, or could not be read.
    let judged: Double?
    /// 1, 0, −1; `nil` where no reviewer judged.
    var preferred: Double?

    /// A side's value in the metric's own unit, as reports show it; `nil` where it does not apply.
    func value(_ metric: GateMetric, ofCandidate isCandidate: Bool) -> Double? {
        let item = isCandidate ? candidate : incumbent
        let scores = item.scores
        switch metric {
        // No answer is as far from the reference as can be.
        case .chrf: return scores.map { $0.chrf ?? 0 } ?? 0
        case .rougeL: return scores.map { $0.rougeL ?? 0 } ?? 0
        case .similarity: return scores?.similarity
        case .judge: return judged.map { isCandidate ? max($0, 0) : max(-$0, 0) }
        case .people: return preferred.map { isCandidate ? max($0, 0) : max(-$0, 0) }
        case .flagged: return scores?.flagged.map { $0 ? 1 : 0 }
        case .refusal: return scores?.refusal.map { $0 ? 1 : 0 }
        case .failed: return scores == nil ? 1 : 0
        case .repetition: return scores?.repetition
        case .length: return scores?.lengthDistance
        case .latency: return scores == nil || item.milliseconds <= 0 ? nil : log(item.milliseconds)
        case .cost: return item.costUSD.flatMap { $0 > 0 ? log($0) : nil }
        }
    }

    /// Above 0: the candidate is the better one.
    func gain(_ metric: GateMetric) -> Double? {
        if metric == .judge { return judged }
        if metric == .people { return preferred }
        guard let mine = value(metric, ofCandidate: true), let other = value(metric, ofCandidate: false) else {
            return nil
        }
        return metric.higherIsBetter ? mine - other : other - mine
    }
}
