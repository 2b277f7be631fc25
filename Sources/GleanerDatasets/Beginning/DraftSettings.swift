import Crypto
import GleanerCore

/// What a draft is to be. The same settings are the same run, which goes on where it stopped.
public struct DraftSettings: Sendable, Hashable, Codable {
    /// The message the bot will run with.
    public let system: String
    /// As the provider knows it.
    public let teacher: String
    public let provider: String
    public let topics: [String]
    /// Questions as users send them; they show the style and are not written again.
    public let examples: [String]
    /// Examples wanted.
    public let count: Int

    /// - Throws: `BeginningError` for what no draft can be made of.
    public init(
        system: String, teacher: String, provider: String, topics: [String], examples: [String], count: Int
    ) throws(BeginningError) {
        func cleaned(_ lines: [String]) -> [String] {
            var seen: Set<String> = []
            return lines.map { $0.trimmingSpaces() }.filter { !$0.isEmpty && seen.insert($0).inserted }
        }
        guard !system.trimmingSpaces().isEmpty else { throw .systemMissing }
        guard (1...10_000).contains(count) else { throw .countInvalid(count) }
        let (topics, examples) = (cleaned(topics), cleaned(examples))
        guard !topics.isEmpty || !examples.isEmpty else { throw .topicsMissing }
        self.system = system
        self.teacher = teacher
        self.provider = provider
        self.topics = topics
        self.examples = examples
        self.count = count
    }

    func document() throws -> [UInt8] {
        let value: JSONValue = [
            "system": .string(system), "teacher": .string(teacher), "provider": .string(provider),
            "topics": .array(topics.map { .string($0) }), "examples": .array(examples.map { .string($0) }),
            "count": .integer(Int64(count)),
        ]
        return try value.canonicalBytes()
    }

    func sha256() throws -> [UInt8] { Array(SHA256.hash(data: try document())) }

    /// What one call for questions is about.
    var subjects: [String] { topics.isEmpty ? ["whatever the examples are about"] : topics }
}

extension String {
    func trimmingSpaces() -> String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
