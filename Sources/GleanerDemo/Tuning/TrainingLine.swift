import GleanerCore

/// One line of a training file, as far as the demo trainer reads it.
struct TrainingLine: Sendable {
    let pairs: [Memory.Pair]
    let tokens: Int
    /// Everything that was said.
    let texts: [String]

    /// - Parameter isPreference: `{"input","preferred_output","non_preferred_output"}`; else `{"messages"}`.
    /// - Throws: what is wrong with it.
    init(_ bytes: some Sequence<UInt8>, isPreference: Bool) throws(TrainingFault) {
        guard let document = try? JSONValue(parsing: bytes), document.objectValue != nil else { throw .notJSON }
        let messages: [JSONValue]
        if isPreference {
            guard let input = document["input"]?["messages"]?.arrayValue,
                let preferred = document["preferred_output"]?.arrayValue,
                document["non_preferred_output"]?.arrayValue != nil
            else { throw .wrongShape("input, preferred_output and non_preferred_output") }
            messages = input + preferred
        } else {
            guard let found = document["messages"]?.arrayValue else { throw .wrongShape("messages") }
            messages = found
        }
        var turns: [String] = []
        var pairs: [Memory.Pair] = []
        for message in messages {
            let role = message["role"]?.stringValue ?? ""
            let text = ChatRequest.Message.text(of: message["content"])
            switch role {
            case "user": turns.append(text)
            // What only gives context carries no loss.
            case "assistant" where message["weight"]?.intValue != 0 && !text.isEmpty:
                pairs.append(.init(turns: turns, answer: text))
            case "assistant", "system", "tool", "function": break
            default: throw .wrongShape("a known role, not `\(role.prefix(20))`")
            }
        }
        guard messages.contains(where: { $0["role"] == "assistant" }) else { throw .wrongShape("an assistant message") }
        self.pairs = pairs
        texts = messages.map { ChatRequest.Message.text(of: $0["content"]) }
        tokens = messages.reduce(3) { $0 + 3 + Pieces.of(ChatRequest.Message.text(of: $1["content"])).count }
    }
}

enum TrainingFault: Error, Sendable, Hashable {
    case notJSON
    case wrongShape(String)

    var words: String {
        switch self {
        case .notJSON: "is not a JSON object"
        case .wrongShape(let wanted): "lacks \(wanted)"
        }
    }
}

/// A training file as the demo trainer sees it: what it would learn, or why it will not.
struct TrainingText: Sendable {
    var lines: [TrainingLine] = []
    /// As OpenAI would say it.
    var fault: (code: String, message: String)?

    static let fewest = 10
    /// Whole words that the demo's moderation of files stops at.
    static let forbidden: Set<String> = ["bomb", "bombs"]

    init(_ bytes: [UInt8], isPreference: Bool, name: String = "training") {
        for (index, line) in bytes.split(separator: 0x0A).enumerated() where line.contains(where: { $0 > 0x20 }) {
            do throws(TrainingFault) {
                lines.append(try TrainingLine(line, isPreference: isPreference))
            } catch {
                fault = ("invalid_training_file", "Line \(index + 1) of the \(name) file \(error.words).")
                return
            }
        }
        if name == "training", lines.count < Self.fewest {
            fault = (
                "invalid_n_examples",
                "Training file has \(lines.count) example(s), but must have at least \(Self.fewest) examples"
            )
        } else if let line = lines.firstIndex(where: { $0.texts.contains(where: Self.isForbidden) }) {
            fault = (
                "invalid_training_file",
                "The job failed due to an unsafe training file. This training file was blocked by our moderation system "
                    + "because it contains examples that violate the demo's usage policies, the first at line \(line + 1)."
            )
        }
    }

    private static func isForbidden(_ text: String) -> Bool {
        !forbidden.isDisjoint(with: Trigrams.normalised(text).split(separator: " ").map(String.init))
    }

    var pairs: [Memory.Pair] { lines.flatMap(\.pairs) }
    var tokens: Int { lines.reduce(0) { $0 + $1.tokens } }
}
