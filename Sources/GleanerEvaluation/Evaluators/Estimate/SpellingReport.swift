import GleanerLanguage

/// How consistently the assistant spells, within an answer, within a conversation, and over all of a time.
///
/// Made of the commonest Hindi words only, those of `SpellingTable`, because of no others is anything stored.
public struct SpellingReport: Sendable, Hashable, Codable {
    public struct Level: Sendable, Hashable, Codable {
        /// Answers or conversations of which something can be said; 1 for the corpus.
        public let units: Int
        public let pairAgreement: Double?
        public let modalShare: Double?
        public let entropyForm: Double?
        public let inconsistencies: Int

        enum CodingKeys: String, CodingKey {
            case units, inconsistencies
            case pairAgreement = "pair_agreement"
            case modalShare = "modal_share"
            case entropyForm = "entropy_form"
        }

        /// Means over units, each counting as often as it has uses.
        init(_ scores: [ConsistencyScores]) {
            let scores = scores.filter { $0.pairAgreement != nil }
            func mean(_ value: (ConsistencyScores) -> Double?) -> Double? {
                var (sum, weight) = (0.0, 0)
                for score in scores {
                    guard let value = value(score) else { continue }
                    sum += value * Double(score.uses)
                    weight += score.uses
                }
                return weight > 0 ? sum / Double(weight) : nil
            }
            units = scores.count
            pairAgreement = mean(\.pairAgreement)
            modalShare = mean(\.modalShare)
            entropyForm = mean(\.entropyForm)
            inconsistencies = scores.reduce(0) { $0 + $1.inconsistencies }
        }
    }

    /// A word of the corpus that is spelt in more than one way.
    public struct Word: Sendable, Hashable, Codable {
        public let word: String
        public let spellings: [String: Int]
        public let pairAgreement: Double?

        enum CodingKeys: String, CodingKey {
            case word, spellings
            case pairAgreement = "pair_agreement"
        }
    }

    public let answers: Int
    public let answer: Level
    public let conversation: Level
    public let corpus: Level
    public let houseStyle: Double?
    /// Those with most inconsistencies first.
    public let words: [Word]
    public let isCut: Bool

    enum CodingKeys: String, CodingKey {
        case answers, answer, conversation, corpus, words
        case houseStyle = "house_style"
        case isCut = "truncated"
    }

    /// Uses in a corpus below which a word is not scored.
    static let leastUses = 5
    static let mostWords = 100

    init(_ found: [(conversation: String?, counts: [String: Int])], _ spelling: SpellingChoice, isCut: Bool) {
        let corrections = SpellingClusters.Corrections(merged: spelling.merged, parted: spelling.parted)
        func scores(_ counts: [String: Int], _ minimum: Int) -> ConsistencyScores {
            ConsistencyScores(
                SpellingClusters(counts, corrections: corrections).clusters.map(\.scores), minimum: minimum)
        }
        var conversations: [String: [String: Int]] = [:]
        var corpus: [String: Int] = [:]
        for (conversation, counts) in found {
            if let conversation { conversations[conversation, default: [:]].merge(counts, uniquingKeysWith: +) }
            corpus.merge(counts, uniquingKeysWith: +)
        }
        answers = found.count
        answer = Level(found.map { scores($0.counts, 2) })
        conversation = Level(conversations.values.map { scores($0, 2) })
        self.corpus = Level([scores(corpus, Self.leastUses)])
        let clusters = SpellingClusters(corpus, corrections: corrections)
        houseStyle = HouseStyle(preferred: spelling.preferred).compliance(of: clusters)
        words = clusters.clusters.filter { $0.scores.total >= Self.leastUses && $0.scores.counts.count > 1 }
            .sorted { ($1.scores.inconsistencies, $0.name) < ($0.scores.inconsistencies, $1.name) }
            .prefix(Self.mostWords).map { cluster in
                Word(
                    word: cluster.name,
                    spellings: Dictionary(cluster.spellings.map { ($0.spelling, $0.count) }, uniquingKeysWith: +),
                    pairAgreement: cluster.scores.pairAgreement)
            }
        self.isCut = isCut
    }
}
