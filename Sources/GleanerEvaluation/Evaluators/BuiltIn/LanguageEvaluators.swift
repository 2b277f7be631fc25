import GleanerCore
import GleanerLanguage

/// How the answer mixes Hindi and English, whether it mixes as the prompt does, and whether it is in the language it was told.
struct CodeMixEvaluator: PureEvaluator {
    let name = "code_mix"
    let version = "1.\(LanguageTagger.version)"
    let measures = [
        EvaluatorMeasure("cmi", .score, unit: "points"), EvaluatorMeasure("cu", .score, unit: "points"),
        EvaluatorMeasure("m_index", .score, unit: "index"), EvaluatorMeasure("i_index", .score, unit: "index"),
        EvaluatorMeasure("burstiness", .score, unit: "index"), EvaluatorMeasure("entropy", .score, unit: "bits"),
        EvaluatorMeasure("hindi_share", .score, unit: "share"), EvaluatorMeasure("coverage", .score, unit: "share"),
        EvaluatorMeasure("mix_distance", .score, unit: "points"), EvaluatorMeasure("same_matrix", .flag, unit: "share"),
        EvaluatorMeasure("instructed", .score, unit: "share"),
    ]
    private let tagger = LanguageTagger()

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        guard let answer = exchange.answer else { return nil }
        let tokens = tagger.tags(of: answer)
        let mix = CodeMix(tokens.map(\.tag))
        var values = [MeasuredValue("coverage", mix.coverage)]
        if mix.count > 0 {
            values += [
                MeasuredValue("cmi", mix.cmi, details: Self.details(mix)), MeasuredValue("cu", mix.cu),
                MeasuredValue("m_index", mix.mIndex), MeasuredValue("i_index", mix.iIndex),
                MeasuredValue("burstiness", mix.burstiness), MeasuredValue("entropy", mix.entropy),
                MeasuredValue("hindi_share", Double(mix.hindi) / Double(mix.count)),
            ]
        }
        if let prompt = exchange.prompt {
            let match = MixMatch(answer: mix, prompt: CodeMix(tagger.tags(of: prompt).map(\.tag)))
            values += [
                MeasuredValue("mix_distance", match.distance),
                MeasuredValue("same_matrix", match.sharesMatrix.map { $0 ? 1 : 0 }),
            ]
        }
        if let language = InstructedLanguage(instructedBy: exchange.system) {
            values.append(
                MeasuredValue(
                    "instructed", language.compliance(of: tokens), details: ["language": .string(language.rawValue)]))
        }
        return values.compactMap { $0 }
    }

    /// What corpus figures are made of: counts, and switches.
    private static func details(_ mix: CodeMix) -> JSONValue {
        let counts: [(String, Int)] = [
            ("hi", mix.hindi), ("en", mix.english), ("switches", mix.switches), ("independent", mix.independent),
            ("mixed", mix.mixedWords), ("unknown", mix.unknown), ("other", mix.otherScript),
        ]
        return .object(Dictionary(uniqueKeysWithValues: counts.map { ($0.0, JSONValue.integer(Int64($0.1))) }))
    }
}

/// Whether one Hindi word is spelt in one way within the answer, and in the project's way.
struct SpellingEvaluator: PureEvaluator {
    let name = "transliteration"
    let version: String
    let measures = [
        EvaluatorMeasure("hindi_words", .count, unit: "words"),
        EvaluatorMeasure("pair_agreement", .score, unit: "share"),
        EvaluatorMeasure("modal_share", .score, unit: "share"), EvaluatorMeasure("entropy_form", .score, unit: "index"),
        EvaluatorMeasure("inconsistencies", .count, unit: "words"),
        EvaluatorMeasure("house_style", .score, unit: "share"),
    ]
    private let tagger = LanguageTagger()
    private let style: HouseStyle
    private let corrections: SpellingClusters.Corrections

    init(_ spelling: SpellingChoice) {
        style = HouseStyle(preferred: spelling.preferred)
        corrections = SpellingClusters.Corrections(merged: spelling.merged, parted: spelling.parted)
        version = EvaluatorVersion.text("1.\(LanguageTagger.version).\(SpellingTable.version)", configuration: spelling)
    }

    func values(of exchange: EvaluatedExchange) -> [MeasuredValue]? {
        guard let answer = exchange.answer else { return nil }
        let counts = SpellingClusters.counts(of: tagger.tags(of: answer))
        guard !counts.isEmpty else { return nil }
        let clusters = SpellingClusters(counts, corrections: corrections)
        // A word that was used once is spelt in one way, which says nothing.
        let scores = ConsistencyScores(clusters.clusters.map(\.scores), minimum: 2)
        return [
            MeasuredValue(
                "hindi_words", Double(counts.values.reduce(0, +)), details: ["spellings": Self.commonest(counts)]),
            MeasuredValue("pair_agreement", scores.pairAgreement), MeasuredValue("modal_share", scores.modalShare),
            MeasuredValue("entropy_form", scores.entropyForm),
            MeasuredValue("inconsistencies", scores.words > 0 ? Double(scores.inconsistencies) : nil),
            MeasuredValue("house_style", style.compliance(of: clusters)),
        ].compactMap { $0 }
    }

    /// Only words of the table: they are in every text, so they tell nothing of this one.
    private static func commonest(_ counts: [String: Int]) -> JSONValue {
        .object(
            counts.filter { SpellingTable.word(spelt: $0.key) != nil }.mapValues { .integer(Int64($0)) })
    }
}
