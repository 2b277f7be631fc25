/// Every text metric of one answer against references, as `gleaner evaluators measure` prints it.
public struct TextComparison: Encodable, Sendable {
    /// What a line of input says.
    public struct Input: Decodable, Sendable {
        let answer: String
        let references: [String]
    }

    let bleu: Double
    /// BLEU without effective order, as corpora have it.
    let bleu_strict: Double
    let chrf: Double
    let chrf_plus_plus: Double
    /// Of the first reference: precision, recall, F by name.
    let rouge: [String: [Double]]
    let rouge_unicode: [String: [Double]]

    /// - Returns: `nil` without a reference.
    public init?(_ input: Input) {
        guard let first = input.references.first else { return nil }
        bleu = BLEU(effectiveOrder: true).sentence(input.answer, input.references)
        bleu_strict = BLEU().sentence(input.answer, input.references)
        chrf = CHRF().sentence(input.answer, input.references)
        chrf_plus_plus = CHRF.plusPlus.sentence(input.answer, input.references)
        rouge = Self.rouge(ROUGE(), input.answer, first)
            .merging(
                Self.rouge(ROUGE(stems: true), input.answer, first).map { ("\($0.key)_stemmed", $0.value) },
                uniquingKeysWith: { first, _ in first })
        rouge_unicode = Self.rouge(ROUGE(words: .unicode), input.answer, first)
    }

    private static func rouge(_ rouge: ROUGE, _ answer: String, _ reference: String) -> [String: [Double]] {
        let scores = [
            "rouge1": rouge.n(1, answer, reference), "rouge2": rouge.n(2, answer, reference),
            "rougeL": rouge.l(answer, reference), "rougeLsum": rouge.lSum(answer, reference),
        ]
        return scores.mapValues { [$0.precision, $0.recall, $0.f] }
    }
}
