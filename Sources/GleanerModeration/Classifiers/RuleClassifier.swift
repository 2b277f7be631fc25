import Dispatch
import Synchronization

/// The built-in classifier: word lists and patterns. Needs no network, takes about a microsecond a word.
public struct RuleClassifier: Classifier {
    public static let name = "rules"
    /// Changes when lists or patterns do, so that stored results tell by which they were made.
    public static let model = "gleaner-rules-1"

    public let name: String
    private let matcher: WordMatcher
    private let scanner = PIIScanner()

    public init(languages: Set<RuleLanguage> = Set(RuleLanguage.allCases), name: String = RuleClassifier.name) {
        self.name = name
        matcher = WordMatcher.of(languages)
    }

    /// In bytes. What is longer is read on a thread of its own, one after the other: some megabytes that somebody sends must
    /// not take the threads that everything else runs on.
    private static let longestAtOnce = 8_192
    private static let desk = DispatchQueue(label: "gleaner.rules", qos: .utility)

    public func classify(_ texts: [String], within timeout: Duration) async -> [Classification] {
        var results: [Classification] = []
        for text in texts {
            if text.utf8.count <= Self.longestAtOnce {
                results.append(classify(text))
                await Task.yield()
            } else {
                results.append(await atTheDesk(text))
            }
        }
        return results
    }

    /// Whoever is cancelled waits for nothing: the text may take seconds, and a stop has none.
    private func atTheDesk(_ text: String) async -> Classification {
        let wait = FirstAnswer()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait.begin(continuation)
                Self.desk.async { if wait.isOpen { wait.end(classify(text)) } }
            }
        } onCancel: {
            wait.end(.failed(.timedOut, after: .zero))
        }
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

/// A wait that ends once, with the first answer; also with one that comes before it begins.
private final class FirstAnswer: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<Classification, Never>)
        case early(Classification)
        case over
    }
    private let state = Mutex(State.new)

    var isOpen: Bool {
        state.withLock { state in
            if case .waiting = state { true } else { false }
        }
    }

    func begin(_ continuation: CheckedContinuation<Classification, Never>) {
        let early: Classification? = state.withLock { state in
            guard case .early(let answer) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .over
            return answer
        }
        if let early { continuation.resume(returning: early) }
    }

    func end(_ answer: Classification) {
        let waiting: CheckedContinuation<Classification, Never>? = state.withLock { state in
            switch state {
            case .new: state = .early(answer)
            case .waiting(let continuation):
                state = .over
                return continuation
            case .early, .over: break
            }
            return nil
        }
        waiting?.resume(returning: answer)
    }
}
