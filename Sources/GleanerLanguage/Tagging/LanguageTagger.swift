/// Tags each token of a text: Hindi, English, or of neither.
///
/// Steps: the script; what is of no language; word lists; function words near by for words of both languages; letters for
/// words of no list; and a path through all of them that changes language with probability 0.2 (`LanguagePath`). Names and
/// abbreviations are told by capitals. What is not certain enough is `unk`.
/// Limits: loan words are English by rule (`TokenTag`); chats are harder than these rules know. How good it is on labelled text
/// of our own: docs/reference/evaluators.md.
public struct LanguageTagger: Sendable {
    /// Below this a word is `unk`.
    public let threshold: Double
    private let lexicon = Lexicon.shared
    private let letters = CharacterModel.shared

    public static let standardThreshold = 0.6
    /// Raised with every change that can change a tag: figures of two versions are not compared.
    public static let version = 1

    public init(threshold: Double = standardThreshold) { self.threshold = threshold }

    public func tags(of text: String) -> [TaggedToken] { tag(Tokenizer.tokens(of: text)) }

    func tag(_ tokens: [Tokenizer.Token]) -> [TaggedToken] {
        let readings = readings(of: tokens)
        let path = LanguagePath(evidence: evidence(readings), startsSentence: starts(tokens))
        var result: [TaggedToken] = []
        for (index, token) in tokens.enumerated() where token.text != "\n" {
            let (tag, confidence) = decided(readings[index], path.steps[index])
            result.append(TaggedToken(text: token.text, tag: tag, confidence: confidence))
        }
        return result
    }

    // MARK: Tokens by themselves

    /// What a token says by itself.
    enum Reading {
        case decided(TokenTag)
        case listed(WordReading, String)
        case unknown(String)
    }

    private func readings(of tokens: [Tokenizer.Token]) -> [Reading] {
        let capitals = Capitals(tokens, lexicon)
        return tokens.indices.map { reading(tokens[$0], at: $0, capitals) }
    }

    private func reading(_ token: Tokenizer.Token, at index: Int, _ capitals: Capitals) -> Reading {
        guard token.kind == .word else { return .decided(.univ) }
        switch WordScript(token.text) {
        case .devanagari: return .decided(.hi)
        case .other: return .decided(.other)
        case .none: return .decided(.univ)
        case .latin: break
        }
        let form = WordForm(token.text, lexicon: lexicon)
        if capitals.isAcronym(index, form) { return .decided(.acro) }
        if capitals.isName(index, form) { return .decided(.ne) }
        if let reading = form.reading, reading != .name { return .listed(reading.subtracting(.name), form.plain) }
        if isSound(form.plain) { return .decided(.univ) }
        if lexicon.isMixedWord(form.plain) { return .decided(.mix) }
        return .unknown(form.plain)
    }

    /// *haha*, *hmm*: no word of any language.
    private func isSound(_ word: String) -> Bool {
        ["hmm", "hm", "umm", "uh", "ah", "aha", "xd", "ugh", "shh", "phew"].contains(word)
            || (word.count >= 4 && word.allSatisfy { $0 == "h" || $0 == "a" } && word.contains("ah"))
            || (word.count >= 4 && word.allSatisfy { $0 == "h" || $0 == "e" } && word.contains("eh"))
    }

    private func starts(_ tokens: [Tokenizer.Token]) -> [Bool] {
        tokens.indices.map { $0 == 0 || tokens[$0 - 1].kind == .end }
    }

    // MARK: Tokens among others

    /// Log-odds of each token, above 0 for Hindi; `nil` for what is of no language and has none.
    private func evidence(_ readings: [Reading]) -> [Double?] {
        let context = FunctionWordContext(readings)
        return readings.indices.map { index in
            switch readings[index] {
            case .decided(.hi): 6
            case .decided: nil
            case .listed(let reading, let word) where reading.isAmbiguous:
                min(max((AmbiguousWords.leanings[word] ?? 0) + context.pull(on: index), -4), 4)
            case .listed(let reading, _): (reading.isHindi ? 1 : -1) * Self.certainty(of: reading)
            case .unknown(let word): letters.logOdds(word) + 0.3 * context.pull(on: index)
            }
        }
    }

    /// Log-odds of a word that only one language's lists have.
    private static func certainty(of reading: WordReading) -> Double {
        reading.isDisjoint(with: [.hindiFunction, .englishFunction]) ? 4 : 5
    }

    private func decided(_ reading: Reading, _ step: LanguagePath.Step?) -> (TokenTag, Double) {
        if case .decided(let tag) = reading { return (tag, 1) }
        guard let step else { return (.unk, 0.5) }
        return step.confidence < threshold ? (.unk, step.confidence) : (step.isHindi ? .hi : .en, step.confidence)
    }
}

/// How the words around pull a word that both languages have: function words say which language a sentence is built in, and
/// a loan word says little.
struct FunctionWordContext {
    /// Of certain words near by, above 0 for Hindi.
    private let votes: [Double]
    private static let reach = 6
    /// With each token in between.
    private static let fading = 0.75
    /// Of all votes together; by the tuning part of the labelled tokens.
    private static let strength = 2.0

    init(_ readings: [LanguageTagger.Reading]) {
        votes = readings.map { reading in
            switch reading {
            case .decided(.hi): 0.8
            case .listed(let reading, _) where !reading.isAmbiguous:
                reading.contains(.hindiFunction)
                    ? 1
                    : reading.isHindi
                        ? 0.7
                        : reading.contains(.englishFunction) ? -1 : -0.3
            default: 0
            }
        }
    }

    func pull(on index: Int) -> Double {
        var (sum, weight) = (0.0, 1.0)
        for distance in 1...Self.reach {
            for place in [index - distance, index + distance] where votes.indices.contains(place) {
                sum += weight * votes[place]
            }
            weight *= Self.fading
        }
        return Self.strength * sum
    }
}
