/// ROUGE: which words of a reference an answer has, alone, in pairs, or in their order; 0…1.
///
/// Source: Lin (2004), as the package rouge-score computes it. That one reads `a–z` and `0–9` only: Devanagari vanishes.
/// `Words.unicode` keeps every script, and its numbers go by another name.
public struct ROUGE: Sendable, Hashable {
    public enum Words: String, Sendable, Hashable {
        /// As rouge-score has them: `rouge1`, `rougeL`, ….
        case ascii = "rouge"
        /// Letters, marks and digits of all scripts: `rouge_unicode1`, ….
        case unicode = "rouge_unicode"
    }

    /// How two texts agree.
    public struct Score: Sendable, Hashable {
        public let precision: Double
        public let recall: Double
        /// 2PR/(P+R), 0 when nothing agrees.
        public var f: Double { precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0 }

        init(hits: Int, found: Int, wanted: Int) {
            precision = found > 0 ? Double(hits) / Double(found) : 0
            recall = wanted > 0 ? Double(hits) / Double(wanted) : 0
        }
    }

    public var words: Words
    /// Tokens of more than 3 letters are reduced to their stems. English only.
    public var stems: Bool

    public init(words: Words = .ascii, stems: Bool = false) {
        self.words = words
        self.stems = stems
    }

    public func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var token = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars {
            if isWordPart(scalar) {
                token.append(scalar)
            } else if !token.isEmpty {
                tokens.append(String(token))
                token = .init()
            }
        }
        if !token.isEmpty { tokens.append(String(token)) }
        return stems ? tokens.map { $0.utf8.count > 3 ? PorterStemmer.stem($0) : $0 } : tokens
    }

    private func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) { return true }
        guard words == .unicode, !scalar.isASCII else { return false }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: scalar == "\u{200D}" || scalar == "\u{200C}"
        }
    }

    /// ROUGE-n.
    public func n(_ order: Int, _ hypothesis: String, _ reference: String) -> Score {
        let (found, wanted) = (tokens(hypothesis), tokens(reference))
        let (a, b) = (ngramCounts(found, order: order), ngramCounts(wanted, order: order))
        return Score(
            hits: a.reduce(0) { $0 + min($1.value, b[$1.key] ?? 0) }, found: max(0, found.count - order + 1),
            wanted: max(0, wanted.count - order + 1))
    }

    /// ROUGE-L: the longest common subsequence of the whole texts.
    public func l(_ hypothesis: String, _ reference: String) -> Score {
        let (found, wanted) = (tokens(hypothesis), tokens(reference))
        return Score(
            hits: CommonSubsequence(wanted, found).indices.count, found: found.count, wanted: wanted.count)
    }

    /// ROUGE-Lsum: each line of the reference against all lines of the answer, their matches united.
    public func lSum(_ hypothesis: String, _ reference: String) -> Score {
        func lines(_ text: String) -> [[String]] {
            text.split(separator: "\n").map { tokens(String($0)) }.filter { !$0.isEmpty }
        }
        let (found, wanted) = (lines(hypothesis), lines(reference))
        var left = Dictionary(found.joined().map { ($0, 1) }, uniquingKeysWith: +)
        var leftWanted = Dictionary(wanted.joined().map { ($0, 1) }, uniquingKeysWith: +)
        var hits = 0
        for line in wanted {
            let union = Set(found.flatMap { CommonSubsequence(line, $0).indices })
            for index in union.sorted()
            where left[line[index], default: 0] > 0 && leftWanted[line[index], default: 0] > 0 {
                hits += 1
                left[line[index], default: 0] -= 1
                leftWanted[line[index], default: 0] -= 1
            }
        }
        return Score(hits: hits, found: found.joined().count, wanted: wanted.joined().count)
    }
}

/// A longest common subsequence, as places in the first of two sequences.
struct CommonSubsequence {
    let indices: [Int]

    init(_ first: [String], _ second: [String]) {
        let width = second.count + 1
        var lengths = [Int32](repeating: 0, count: (first.count + 1) * width)
        for i in 0..<first.count {
            for j in 0..<second.count {
                lengths[(i + 1) * width + j + 1] =
                    first[i] == second[j]
                    ? lengths[i * width + j] + 1
                    : max(lengths[i * width + j + 1], lengths[(i + 1) * width + j])
            }
        }
        var (i, j, indices) = (first.count, second.count, [Int]())
        while i > 0, j > 0 {
            if first[i - 1] == second[j - 1] {
                indices.append(i - 1)
                (i, j) = (i - 1, j - 1)
            } else if lengths[i * width + j - 1] > lengths[(i - 1) * width + j] {
                j -= 1
            } else {
                i -= 1
            }
        }
        self.indices = indices.reversed()
    }
}
