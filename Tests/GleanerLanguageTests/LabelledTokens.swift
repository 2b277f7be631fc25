import Foundation

@testable import GleanerLanguage

/// Sentences of our own, labelled by hand by the rule of `TokenTag`: every other one for tuning, the others held out.
struct LabelledTokens {
    struct Token {
        let text: String
        let tag: TokenTag
    }
    let sentences: [[Token]]
    var tokens: [Token] { sentences.flatMap { $0 } }

    static let tuning = LabelledTokens(PackageResources.tuning_tsv)
    static let heldOut = LabelledTokens(PackageResources.heldout_tsv)

    /// Lines of token and tag, parted by a tab; an empty line ends a sentence.
    private init(_ bytes: [UInt8]) {
        sentences = String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").map { sentence in
            sentence.split(separator: "\n").map { line in
                let parts = line.split(separator: "\t")
                return Token(text: String(parts[0]), tag: TokenTag(rawValue: String(parts[1]))!)
            }
        }
    }
}

/// How often each tag was given where another was right.
struct TagConfusion {
    private var counts: [TokenTag: [TokenTag: Int]] = [:]
    /// Sentences that were cut into other tokens than the labelled ones.
    private(set) var miscut: [String] = []

    init(_ labelled: LabelledTokens, _ tagger: LanguageTagger = LanguageTagger()) {
        for sentence in labelled.sentences {
            let text = sentence.map(\.text).joined(separator: " ")
            let tagged = tagger.tags(of: text)
            guard tagged.map(\.text) == sentence.map(\.text) else {
                miscut.append(text)
                continue
            }
            for (right, given) in zip(sentence, tagged) { counts[right.tag, default: [:]][given.tag, default: 0] += 1 }
        }
    }

    func count(_ right: TokenTag, taggedAs given: TokenTag) -> Int { counts[right]?[given] ?? 0 }
    func support(_ tag: TokenTag) -> Int { counts[tag]?.values.reduce(0, +) ?? 0 }
    func given(_ tag: TokenTag) -> Int { TokenTag.allCases.reduce(0) { $0 + count($1, taggedAs: tag) } }
    var total: Int { TokenTag.allCases.reduce(0) { $0 + support($1) } }

    func precision(_ tag: TokenTag) -> Double? {
        given(tag) > 0 ? Double(count(tag, taggedAs: tag)) / Double(given(tag)) : nil
    }
    func recall(_ tag: TokenTag) -> Double? {
        support(tag) > 0 ? Double(count(tag, taggedAs: tag)) / Double(support(tag)) : nil
    }
    func f1(_ tag: TokenTag) -> Double? {
        let all = given(tag) + support(tag)
        return all > 0 ? 2 * Double(count(tag, taggedAs: tag)) / Double(all) : nil
    }

    /// The table of docs/reference/evaluators.md.
    var markdown: String {
        func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
        let rows = TokenTag.allCases.map { tag in
            let cells = TokenTag.allCases.map { String(count(tag, taggedAs: $0)) }.joined(separator: " | ")
            return "| `\(tag.rawValue)` | \(support(tag)) | \(number(precision(tag))) | \(number(recall(tag))) "
                + "| \(number(f1(tag))) | \(cells) |"
        }
        return rows.joined(separator: "\n")
    }
}
