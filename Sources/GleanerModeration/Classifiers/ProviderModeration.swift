import GleanerCore

/// A provider's `POST /v1/moderations`: an array of texts, one result for each.
///
/// Source: OpenAI's API reference. Categories are kept as they come. One that lists no input types was not judged, so
/// its score of 0 is no score.
struct ProviderModeration: Classifier {
    let name: String
    /// `nil` leaves the choice to the provider.
    let model: String?
    let call: ClassifierCall

    /// Texts of one request.
    private static let batch = 32
    /// From so many on that are refused by themselves it is not the texts.
    private static let mostRefused = 4

    func classify(_ texts: [String], within timeout: Duration) async -> [Classification] {
        var outcomes: [Classification] = []
        for start in stride(from: 0, to: texts.count, by: Self.batch) {
            var refused = 0
            outcomes += await ask(
                Array(texts[start..<min(start + Self.batch, texts.count)]), within: timeout, &refused)
        }
        return outcomes
    }

    /// Halves what is refused until the text that it is about stands alone: the others are judged.
    /// - Parameter refused: texts that were, by themselves.
    private func ask(
        _ texts: [String], within timeout: Duration, _ refused: inout Int
    ) async -> [Classification] {
        let clock = ContinuousClock()
        let start = clock.now
        var body: [String: JSONValue] = ["input": .array(texts.map(JSONValue.string))]
        if let model { body["model"] = .string(model) }
        let answer = await call.ask("moderations", .object(body), within: timeout)
        let latency = clock.now - start
        switch answer {
        case .failure(let failure):
            guard failure.isOfContent, texts.count > 1, refused < Self.mostRefused else {
                if failure.isOfContent, texts.count == 1 { refused += 1 }
                return texts.map { _ in .failed(failure.failure, after: latency) }
            }
            let middle = texts.count / 2
            let first = await ask(Array(texts[..<middle]), within: timeout, &refused)
            return first + (await ask(Array(texts[middle...]), within: timeout, &refused))
        case .success(let document):
            // One result for each text, or nobody knows which is whose.
            guard let results = document["results"]?.arrayValue, results.count == texts.count else {
                return texts.map { _ in .failed(.unreadable, after: latency) }
            }
            let model = document["model"]?.stringValue.map { String($0.prefix(256)) }
            return results.map { Self.read($0, model: model, latency: latency) }
        }
    }

    static func read(_ result: JSONValue, model: String?, latency: Duration) -> Classification {
        guard let categories = result["categories"]?.objectValue else { return .failed(.unreadable, after: latency) }
        var outcome = Classification(model: model, latency: latency, flagged: result["flagged"]?.boolValue)
        let scores = result["category_scores"]?.objectValue ?? [:]
        let inputTypes = result["category_applied_input_types"]?.objectValue
        for name in Set(categories.keys).union(scores.keys).sorted().prefix(256) where !name.utf8.contains(0) {
            // Said of every category by newer models, of none by older ones.
            let wasJudged = inputTypes?[name]?.arrayValue.map { !$0.isEmpty } ?? true
            guard wasJudged, let score = scores[name]?.doubleValue ?? categories[name]?.boolValue.map({ $0 ? 1 : 0 })
            else {
                outcome.missing.append(name)
                continue
            }
            outcome.scores[name] = min(max(score, 0), 1)
            if categories[name]?.boolValue == true { outcome.flags.append(name) }
        }
        guard !outcome.scores.isEmpty else { return .failed(.unreadable, after: latency) }
        return outcome
    }
}
