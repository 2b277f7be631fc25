public import Foundation
import GleanerLanguage

/// Figures that only a whole corpus has, of a time: how languages mix over many answers in their order, and how alike words
/// are spelt in them.
///
/// Of answers with a word of Hindi or English, as evaluators of kind `code_mix` and `transliteration` counted them. Where they
/// are given a share of the exchanges, neighbours are those of the sample.
public struct CorpusReport: Sendable, Hashable, Codable {
    /// How long the parts are that the time is cut into (UTC; weeks begin on Monday).
    public enum Every: String, Sendable, Hashable, CaseIterable, Codable {
        case day, week
    }

    public struct Row: Sendable, Hashable, Codable {
        /// `nil` for all, and for exchanges that have none.
        public let slice: String?
        /// Where the part begins; `nil` without parts.
        public let at: Date?
        public let answers: Int
        /// Those with both languages.
        public let mixed: Int
        public let ccPaper: Double?
        public let ccCode: Double?
        public let mIndex: Double?
        public let entropy: Double?
        public let meanCMI: Double?
        public let meanMixedCMI: Double?
        public let hindiTokens: Int
        public let englishTokens: Int
        /// Of words of the table that were used five times or more in the part.
        public let pairAgreement: Double?
        public let modalShare: Double?
        public let inconsistencies: Int
        public let spelledWords: Int

        enum CodingKeys: String, CodingKey {
            case slice, at, answers, mixed, entropy, inconsistencies
            case ccPaper = "cc_paper"
            case ccCode = "cc_code"
            case mIndex = "m_index"
            case meanCMI = "mean_cmi"
            case meanMixedCMI = "mean_mixed_cmi"
            case hindiTokens = "hindi_tokens"
            case englishTokens = "english_tokens"
            case pairAgreement = "pair_agreement"
            case modalShare = "modal_share"
            case spelledWords = "spelled_words"
        }
    }

    public let from: Date
    public let to: Date
    public let by: JudgeReport.Slice?
    public let every: Every?
    /// Of the newest results; those of other versions are left out.
    public let mixVersion: String?
    public let spellingVersion: String?
    /// By time, then the slice with most answers first.
    public let rows: [Row]
    /// There were more results than are read at once, and the newest are told of.
    public let isCut: Bool

    enum CodingKeys: String, CodingKey {
        case from, to, by, every, rows
        case mixVersion = "mix_version"
        case spellingVersion = "spelling_version"
        case isCut = "truncated"
    }
}

extension CorpusReport {
    /// What one answer adds.
    struct Answer: Sendable {
        let slice: String?
        let at: Date
        var mix: CodeMix?
        var spellings: [String: Int] = [:]
    }

    /// Cells of slice and part, filled in the order of the answers.
    struct Cells {
        private struct Key: Hashable {
            let slice: String?
            let at: Date?
        }
        private struct Cell {
            var mix = CorpusMix()
            var spellings: [String: Int] = [:]
        }
        private var cells: [Key: Cell] = [:]
        let every: Every?

        init(every: Every?) { self.every = every }

        mutating func add(_ answer: Answer) {
            let key = Key(slice: answer.slice, at: every?.beginning(of: answer.at))
            if let mix = answer.mix { cells[key, default: Cell()].mix.add(mix) }
            if !answer.spellings.isEmpty {
                cells[key, default: Cell()].spellings.merge(answer.spellings, uniquingKeysWith: +)
            }
        }

        func rows(_ spelling: SpellingChoice) -> [Row] {
            let corrections = SpellingClusters.Corrections(merged: spelling.merged, parted: spelling.parted)
            let rows = cells.map { key, cell in
                let clusters = SpellingClusters(cell.spellings, corrections: corrections).clusters
                let scores = ConsistencyScores(clusters.map(\.scores), minimum: SpellingReport.leastUses)
                return Row(
                    slice: key.slice, at: key.at, answers: cell.mix.utterances, mixed: cell.mix.mixed,
                    ccPaper: cell.mix.ccPaper, ccCode: cell.mix.ccCode, mIndex: cell.mix.mIndex,
                    entropy: cell.mix.entropy, meanCMI: cell.mix.meanCMI, meanMixedCMI: cell.mix.meanMixedCMI,
                    hindiTokens: cell.mix.hindi, englishTokens: cell.mix.english, pairAgreement: scores.pairAgreement,
                    modalShare: scores.modalShare, inconsistencies: scores.inconsistencies, spelledWords: scores.words)
            }
            return rows.sorted { a, b in
                let (early, late) = (a.at ?? .distantPast, b.at ?? .distantPast)
                if early != late { return early < late }
                return (b.answers, a.slice ?? "") < (a.answers, b.slice ?? "")
            }
        }
    }
}

extension CorpusReport.Every {
    /// 1970 began on a Thursday.
    func beginning(of time: Date) -> Date {
        let (length, offset) = self == .day ? (86_400.0, 0.0) : (7 * 86_400.0, 4 * 86_400.0)
        let since = time.timeIntervalSince1970 - offset
        return Date(timeIntervalSince1970: (since / length).rounded(.down) * length + offset)
    }
}
