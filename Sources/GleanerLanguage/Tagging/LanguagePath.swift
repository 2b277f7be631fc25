import Foundation

/// The likeliest run of languages through a text: a hidden Markov model with two states.
///
/// What is of no language is passed over: it neither breaks a run nor bridges it. A new sentence may be in either language.
/// Source: Viterbi (1967) for the path, forward–backward for each word's own probability.
struct LanguagePath {
    struct Step: Sendable, Hashable {
        let isHindi: Bool
        /// The probability of that language for this token, over all paths.
        let confidence: Double
    }

    /// That the next word is in the same language.
    static let stay = 0.8
    /// Of each token; `nil` where it had no evidence.
    let steps: [Step?]

    /// - Parameters:
    ///   - evidence: log-odds, above 0 for Hindi.
    ///   - startsSentence: of each token, whether it is the first of a sentence.
    init(evidence: [Double?], startsSentence: [Bool]) {
        let places = evidence.indices.filter { evidence[$0] != nil }
        guard !places.isEmpty else {
            steps = evidence.map { _ in nil }
            return
        }
        let odds = places.map { evidence[$0] ?? 0 }
        // Whether a sentence began after the token before.
        let stays = places.indices.map { index in
            let from = index == 0 ? 0 : places[index - 1] + 1
            return startsSentence[from...places[index]].contains(true) ? 0.5 : Self.stay
        }
        let path = Self.viterbi(odds, stays)
        let hindi = Self.posterior(odds, stays)
        var steps = [Step?](repeating: nil, count: evidence.count)
        for (index, place) in places.enumerated() {
            steps[place] = Step(isHindi: path[index], confidence: path[index] ? hindi[index] : 1 - hindi[index])
        }
        self.steps = steps
    }

    private static func viterbi(_ odds: [Double], _ stays: [Double]) -> [Bool] {
        // Logarithms of the best path to English and to Hindi.
        var best = (english: 0.0, hindi: odds[0])
        var cameFromHindi: [(english: Bool, hindi: Bool)] = [(false, true)]
        for index in odds.indices.dropFirst() {
            let (same, other) = (log(stays[index]), log(1 - stays[index]))
            let toEnglish = (best.english + same, best.hindi + other)
            let toHindi = (best.english + other, best.hindi + same)
            cameFromHindi.append((toEnglish.1 > toEnglish.0, toHindi.1 >= toHindi.0))
            best = (max(toEnglish.0, toEnglish.1), max(toHindi.0, toHindi.1) + odds[index])
        }
        var path = [Bool](repeating: false, count: odds.count)
        path[odds.count - 1] = best.hindi > best.english
        for index in odds.indices.dropFirst().reversed() {
            path[index - 1] = path[index] ? cameFromHindi[index].hindi : cameFromHindi[index].english
        }
        return path
    }

    /// The probability of Hindi at each place.
    private static func posterior(_ odds: [Double], _ stays: [Double]) -> [Double] {
        let likelihoods = odds.map { 1 / (1 + exp(-$0)) }
        var forward = [Double](repeating: 0.5, count: odds.count)
        for index in odds.indices {
            let before = index == 0 ? 0.5 : forward[index - 1]
            let prior = before * stays[index] + (1 - before) * (1 - stays[index])
            forward[index] = normalised(prior * likelihoods[index], (1 - prior) * (1 - likelihoods[index]))
        }
        var (result, after) = (forward, 0.5)
        for index in odds.indices.reversed() {
            result[index] = normalised(forward[index] * after, (1 - forward[index]) * (1 - after))
            let here = normalised(after * likelihoods[index], (1 - after) * (1 - likelihoods[index]))
            after = here * stays[index] + (1 - here) * (1 - stays[index])
        }
        return result
    }

    private static func normalised(_ hindi: Double, _ english: Double) -> Double {
        hindi + english > 0 ? hindi / (hindi + english) : 0.5
    }
}
