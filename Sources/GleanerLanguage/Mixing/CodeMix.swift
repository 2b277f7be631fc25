import Foundation

/// How two languages are mixed in one utterance, as figures over its tags.
///
/// Counted are Hindi and English tokens; what is of no language, of both in itself (`mix`), of a third script, or not known
/// (`unk`) is left out of N, and how many those are is told beside it. A switch is between neighbouring counted tokens.
/// Sources: CMI, Das and Gambäck (2014); Cu, Gambäck and Das (2016); M-index, Barnett et al. (2000); I-index, Guzmán et al.
/// (2017); burstiness, Goh and Barabási (2008).
public struct CodeMix: Sendable, Hashable {
    public let hindi: Int
    public let english: Int
    /// P: neighbouring counted tokens in different languages.
    public let switches: Int
    /// Lengths of the runs of one language, in order.
    public let spans: [Int]
    /// `univ`, `ne`, `acro`.
    public let independent: Int
    public let mixedWords: Int
    public let unknown: Int
    public let otherScript: Int

    public init(_ tags: some Sequence<TokenTag>) {
        var counts: [TokenTag: Int] = [:]
        var (switches, spans) = (0, [Int]())
        var last: TokenTag?
        for tag in tags {
            counts[tag, default: 0] += 1
            guard tag.isLanguage else { continue }
            if tag == last {
                spans[spans.count - 1] += 1
            } else {
                if last != nil { switches += 1 }
                spans.append(1)
                last = tag
            }
        }
        hindi = counts[.hi] ?? 0
        english = counts[.en] ?? 0
        self.switches = switches
        self.spans = spans
        independent = [.univ, .ne, .acro].reduce(0) { $0 + (counts[$1] ?? 0) }
        mixedWords = counts[.mix] ?? 0
        unknown = counts[.unk] ?? 0
        otherScript = counts[.other] ?? 0
    }

    /// Of counts that were kept: what is made of runs, and of what is left out, is not known.
    public init(hindi: Int, english: Int, switches: Int) {
        (self.hindi, self.english, self.switches) = (hindi, english, switches)
        (spans, independent, mixedWords, unknown, otherScript) = ([], 0, 0, 0, 0)
    }

    /// N: tokens of a language.
    public var count: Int { hindi + english }
    public var tokens: Int { count + independent + mixedWords + unknown + otherScript }
    private var dominant: Int { max(hindi, english) }
    private var shares: (hindi: Double, english: Double) {
        (Double(hindi) / Double(count), Double(english) / Double(count))
    }

    /// The share of words of the two languages that are known to be of one of them, 0…1; `nil` without any word.
    public var coverage: Double? {
        let words = count + unknown + mixedWords
        return words == 0 ? nil : Double(count) / Double(words)
    }

    /// The language with more tokens; `nil` when both have as many.
    public var matrix: TokenTag? { hindi == english ? nil : hindi > english ? .hi : .en }
    public var isMixed: Bool { hindi > 0 && english > 0 }

    /// Code-mixing index, 0…50 for two languages: the share of tokens that are not of the dominant one.
    public var cmi: Double { count == 0 ? 0 : 100 * (1 - Double(dominant) / Double(count)) }

    /// CMI with switches counted as well. Exceeds 50 where nearly every token switches: *en hi en hi* is 62.5.
    public var cu: Double {
        count == 0 ? 0 : 100 * Double(count - dominant + switches) / Double(2 * count)
    }

    /// Multilingual index, 0 for one language, 1 for equal shares of both; `nil` without tokens.
    public var mIndex: Double? {
        guard count > 0 else { return nil }
        let squares = shares.hindi * shares.hindi + shares.english * shares.english
        return (1 - squares) / squares
    }

    /// Integration index, 0…1: how probable a switch is between neighbours. 0 below two tokens.
    public var iIndex: Double { count > 1 ? Double(switches) / Double(count - 1) : 0 }

    /// Language entropy in bits, 0…1; `nil` without tokens.
    public var entropy: Double? {
        guard count > 0 else { return nil }
        return [shares.hindi, shares.english].reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
    }

    /// −1 for runs of equal length, towards 1 for a few long ones among short ones. Sample deviation (n − 1), as public
    /// implementations have it; `nil` below two runs.
    public var burstiness: Double? {
        guard spans.count > 1 else { return nil }
        let mean = Double(spans.reduce(0, +)) / Double(spans.count)
        let squares = spans.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let deviation = (squares / Double(spans.count - 1)).squareRoot()
        return (deviation - mean) / (deviation + mean)
    }
}
