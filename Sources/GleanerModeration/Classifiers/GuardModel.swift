import GleanerCore

/// A guard model behind an OpenAI-compatible `POST /v1/chat/completions`, as vLLM serves them: it answers in words.
struct GuardModel: Classifier {
    let name: String
    let model: String
    let dialect: GuardDialect
    let call: ClassifierCall
    /// Requests at a time: each text is one.
    private static let concurrency = 4

    func classify(_ texts: [String], within timeout: Duration) async -> [Classification] {
        await withTaskGroup(of: (Int, Classification).self) { group in
            var outcomes = [Classification?](repeating: nil, count: texts.count)
            for (index, text) in texts.enumerated() {
                if index >= Self.concurrency, let (done, outcome) = await group.next() { outcomes[done] = outcome }
                group.addTask { (index, await ask(text, within: timeout)) }
            }
            for await (done, outcome) in group { outcomes[done] = outcome }
            return outcomes.map { $0 ?? .failed(.unreadable, after: .zero) }
        }
    }

    private func ask(_ text: String, within timeout: Duration) async -> Classification {
        let clock = ContinuousClock()
        let start = clock.now
        let body: JSONValue = [
            "model": .string(model), "temperature": 0, "max_tokens": 128, "stream": false,
            "messages": [["role": "user", "content": .string(text)]],
        ]
        let answer = await call.ask("chat/completions", body, within: timeout)
        let latency = clock.now - start
        switch answer {
        case .failure(let failure): return .failed(failure.failure, after: latency)
        case .success(let document):
            let said = document["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue
            guard let said, let verdict = dialect.read(said) else { return .failed(.unreadable, after: latency) }
            return Classification(
                model: document["model"]?.stringValue.map { String($0.prefix(256)) } ?? model, latency: latency,
                flagged: verdict.severity == .unsafe, scores: verdict.scores,
                flags: verdict.severity == .unsafe ? verdict.categories : [])
        }
    }
}

/// How a guard model puts its verdict into words.
public enum GuardDialect: String, Sendable, Hashable, CaseIterable, Codable {
    /// Whichever of the others fits.
    case auto
    /// `safe`, or `unsafe` and on the next line `S1,S10`. Source: Llama Guard 3's model card.
    case llamaGuard = "llama_guard"
    /// `Safety: Unsafe` and `Categories: Violent, PII`. Source: Qwen3Guard's model card.
    case qwen3Guard = "qwen3guard"

    struct Verdict: Hashable {
        enum Severity: Double { case safe = 0, controversial = 0.5, unsafe = 1 }
        let severity: Severity
        /// As the model names them.
        let categories: [String]

        /// The verdict itself as `unsafe`, and each category beside it.
        var scores: [String: Double] {
            categories.reduce(into: ["unsafe": severity.rawValue]) { $0[$1] = severity.rawValue }
        }
    }

    /// - Returns: `nil` for words that are no verdict: those are unknown, whatever they seem to say.
    func read(_ text: String) -> Verdict? {
        switch self {
        case .auto: GuardDialect.llamaGuard.read(text) ?? GuardDialect.qwen3Guard.read(text)
        case .llamaGuard: Self.llamaGuard(text)
        case .qwen3Guard: Self.qwen3Guard(text)
        }
    }

    private static func lines(_ text: String) -> [String] {
        text.prefix(4096).split(whereSeparator: \.isNewline).map { String($0).trimmed }.filter { !$0.isEmpty }
    }

    private static func llamaGuard(_ text: String) -> Verdict? {
        let lines = lines(text)
        switch (lines.first?.lowercased(), lines.count) {
        case ("safe", 1): return Verdict(severity: .safe, categories: [])
        case ("unsafe", 1): return Verdict(severity: .unsafe, categories: [])
        case ("unsafe", 2):
            let categories = lines[1].split(separator: ",").map { String($0).trimmed }
            guard categories.allSatisfy({ $0.wholeMatch(of: /S[0-9]{1,2}/) != nil }) else { return nil }
            return Verdict(severity: .unsafe, categories: categories)
        default: return nil
        }
    }

    private static func qwen3Guard(_ text: String) -> Verdict? {
        var (severity, categories): (Verdict.Severity?, [String]) = (nil, [])
        for line in lines(text) {
            let parts = line.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
            guard parts.count == 2 else { continue }
            switch parts[0].lowercased() {
            case "safety":
                // Said twice, it is no verdict.
                guard severity == nil else { return nil }
                switch parts[1].lowercased() {
                case "safe": severity = .safe
                case "controversial": severity = .controversial
                case "unsafe": severity = .unsafe
                default: return nil
                }
            case "categories":
                categories = parts[1].split(separator: ",").map { String($0).trimmed }
                    .filter { $0.lowercased() != "none" && !$0.isEmpty && !$0.utf8.contains(0) && $0.utf8.count <= 64 }
            default: continue
            }
        }
        return severity.map { Verdict(severity: $0, categories: $0 == .safe ? [] : categories) }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.last?.isWhitespace == true { text.removeLast() }
        while text.first?.isWhitespace == true { text.removeFirst() }
        return String(text)
    }
}
