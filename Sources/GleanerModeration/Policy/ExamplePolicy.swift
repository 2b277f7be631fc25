/// Policies to begin from, as documents.
public enum ExamplePolicy: String, Sendable, CaseIterable {
    /// An assistant that answers questions of health: a cry for help is never refused by a machine, and always seen by a
    /// person.
    case health
    /// A Hindi and English chatbot with a guard model beside the word lists, which miss much of what is typed.
    case hinglish

    /// - Throws: `ModerationError.exampleUnknown`.
    public static func named(_ name: String) throws -> ModerationPolicy {
        guard let example = Self(rawValue: name) else {
            throw ModerationError.exampleUnknown(name, known: allCases.map(\.rawValue))
        }
        return try ModerationPolicy(parsing: example.document.utf8)
    }

    /// As docs/guide/moderation.md shows it; a test holds the two against each other.
    public var document: String {
        switch self {
        case .health: Self.healthDocument
        case .hinglish: Self.hinglishDocument
        }
    }

    private static let healthDocument = """
        {
          "mode": "blocking",
          "classifiers": [
            {"kind": "rules"},
            {"kind": "moderations", "model": "omni-moderation-latest", "timeout_ms": 5000}
          ],
          "categories": {
            "self-harm": {"threshold": 0.4, "action": "flag"},
            "self-harm/intent": {"threshold": 0.3, "action": "flag"},
            "self-harm/instructions": {"threshold": 0.7, "action": "block", "targets": ["response"]},
            "illicit/violent": {"threshold": 0.7, "action": "block"},
            "sexual/minors": {"threshold": 0.2, "action": "block"},
            "pii": {"threshold": 0.8, "action": "redact"},
            "secret": {"threshold": 0.5, "action": "redact"}
          },
          "blocking": {
            "targets": ["response"],
            "timeout_ms": 3000,
            "on_error": "closed",
            "refusal": "I can't answer that here. If you are in danger or thinking of harming yourself, please call 112 (India) or Tele-MANAS 14416 now."
          },
          "personal_data": "redact_stored"
        }
        """

    private static let hinglishDocument = """
        {
          "mode": "blocking",
          "classifiers": [
            {"kind": "rules", "languages": ["en", "hi", "hi-Latn"]},
            {"kind": "guard", "provider": "guard", "model": "Qwen3Guard-Gen-0.6B", "dialect": "qwen3guard", "timeout_ms": 4000}
          ],
          "categories": {
            "*": {"threshold": 0.7, "action": "flag"},
            "harassment/threatening": {"threshold": 0.8, "action": "block", "targets": ["prompt"]},
            "hate/threatening": {"threshold": 0.8, "action": "block"},
            "sexual/minors": {"threshold": 0.2, "action": "block"},
            "unsafe": {"threshold": 0.5, "action": "flag"}
          },
          "blocking": {
            "targets": ["prompt"],
            "timeout_ms": 1500,
            "on_error": "open",
            "refusal": "Yeh baat main aage nahi badha sakta. Kuch aur poochiye."
          },
          "personal_data": "redact_projection"
        }
        """
}
