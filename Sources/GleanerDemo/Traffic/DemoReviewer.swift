import GleanerCore

/// A simulated reviewer: knows the truth about an answer, and sees it through a temper of their own.
struct DemoReviewer: Sendable, Hashable {
    struct Scores: Sendable, Hashable {
        /// 1…5 each.
        let relevance: Int
        let accuracy: Int
        let appropriateness: Int
        let naturalLanguage: Int
    }

    let name: String
    /// Chances of one point less, and of one point more, than the truth.
    let harsher: Double
    let kinder: Double

    static let all: [DemoReviewer] = [
        DemoReviewer(name: "demo-asha", harsher: 0.22, kinder: 0.08),
        DemoReviewer(name: "demo-vikram", harsher: 0.08, kinder: 0.22),
    ]

    func score(_ quality: DemoQuality, with random: inout SplitMix64) -> Scores {
        let truth = Self.truth(quality)
        return Scores(
            relevance: see(truth.relevance, with: &random), accuracy: see(truth.accuracy, with: &random),
            appropriateness: see(truth.appropriateness, with: &random),
            naturalLanguage: see(truth.naturalLanguage, with: &random))
    }

    private func see(_ value: Int, with random: inout SplitMix64) -> Int {
        let draw = Double.random(in: 0..<1, using: &random)
        let seen = draw < harsher ? value - 1 : draw < harsher + kinder ? value + 1 : value
        return min(5, max(1, seen))
    }

    static func truth(_ quality: DemoQuality) -> Scores {
        switch quality {
        case .good: Scores(relevance: 5, accuracy: 5, appropriateness: 5, naturalLanguage: 5)
        case .mediocre(.vague): Scores(relevance: 3, accuracy: 4, appropriateness: 4, naturalLanguage: 5)
        case .mediocre(.stiff): Scores(relevance: 4, accuracy: 4, appropriateness: 3, naturalLanguage: 2)
        case .bad(.wrong): Scores(relevance: 3, accuracy: 1, appropriateness: 1, naturalLanguage: 5)
        case .bad(.english): Scores(relevance: 4, accuracy: 4, appropriateness: 1, naturalLanguage: 3)
        case .bad(.mixedSpelling): Scores(relevance: 4, accuracy: 4, appropriateness: 2, naturalLanguage: 2)
        case .bad(.offTopic): Scores(relevance: 1, accuracy: 2, appropriateness: 3, naturalLanguage: 4)
        case .bad(.truncated): Scores(relevance: 3, accuracy: 2, appropriateness: 2, naturalLanguage: 3)
        case .bad(.rude): Scores(relevance: 2, accuracy: 2, appropriateness: 1, naturalLanguage: 4)
        case .bad(.repetition): Scores(relevance: 2, accuracy: 3, appropriateness: 2, naturalLanguage: 2)
        }
    }
}
