import Synchronization

/// The built-in classifier: word lists and patterns. Needs no network, takes about a microsecond a word.
public struct RuleClassifier: Classifier {
    public static let name = "rules"
    /// Changes when lists or patterns do, so that stored results tell by which they were made.
    public static let model = "gleaner-rules-1"

    public let name: String
    private let isUrgent: Bool
    private let matcher: WordMatcher
    private let scanner = PIIScanner()

    /// - Parameter isUrgent: whether somebody waits for what it says.
    public init(
        languages: Set<RuleLanguage> = Set(RuleLanguage.allCases), name: String = RuleClassifier.name,
        isUrgent: Bool = true
    ) {
        self.name = name
        self.isUrgent = isUrgent
        matcher = WordMatcher.of(languages)
    }

    /// In bytes. Longer ones have a desk of their own.
    private static let longest = 8_192

    public func classify(_ texts: [String], within timeout: Duration) async -> [Classification] {
        let isLong = texts.map { $0.utf8.count > Self.longest }
        let short = texts.indices.filter { !isLong[$0] }.map { texts[$0] }
        let long = texts.indices.filter { isLong[$0] }.map { texts[$0] }
        var ofShort = (isUrgent ? short.map { classify($0) } : await read(short, at: .later))[...]
        var ofLong = await read(long, at: isUrgent ? .now : .laterAndLong)[...]
        return isLong.map { $0 ? ofLong.removeFirst() : ofShort.removeFirst() }
    }

    private func read(_ texts: [String], at desk: RuleDesk) async -> [Classification] {
        texts.isEmpty ? [] : await desk.read(texts, by: self)
    }

    public func classify(_ text: String) -> Classification {
        let clock = ContinuousClock()
        let start = clock.now
        var scores = matcher.match(WordFold.fold(text)).mapValues(\.score)
        let spans = scanner.scan(text)
        for span in spans { scores[span.kind.category] = max(scores[span.kind.category] ?? 0, span.certainty.rawValue) }
        return Classification(model: Self.model, latency: clock.now - start, scores: scores, spans: spans)
    }
}

extension WordMatcher {
    /// Made once for each choice of languages: there are seven, and a policy changes seldom.
    static func of(_ languages: Set<RuleLanguage>) -> WordMatcher {
        known.withLock { known in
            if let matcher = known[languages] { return matcher }
            let matcher = WordMatcher(WordList.all, languages: languages)
            known[languages] = matcher
            return matcher
        }
    }
    private static let known = Mutex<[Set<RuleLanguage>: WordMatcher]>([:])
}
