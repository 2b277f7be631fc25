public import GleanerCore

/// How many tokens an example may have, without the provider's tables.
///
/// `upperBound` is certain: a byte-pair token has at least one UTF-8 byte. `estimate` is a rule of thumb: 4 bytes of
/// ASCII a token, 1.5 scalars of other scripts; Romanised Hindi lies between, since few of its words are in the tables.
/// Per message 3 more, 1 for a name, and 3 for each example, as OpenAI's cookbook counts them.
public struct TokenEstimate: Sendable, Hashable {
    public let estimate: Int
    public let upperBound: Int

    public static func text(_ text: String) -> TokenEstimate {
        var ascii = 0
        var other = 0
        for scalar in text.unicodeScalars {
            if scalar.isASCII { ascii += 1 } else { other += 1 }
        }
        return TokenEstimate(estimate: (ascii + 3) / 4 + (other * 2 + 2) / 3, upperBound: text.utf8.count)
    }

    /// The whole example, every member of every message counted.
    public static func example(_ messages: [JSONValue]) -> TokenEstimate {
        var estimate = 3
        var bound = 3
        for message in messages {
            estimate += 3
            bound += 3
            for (name, value) in message.objectValue ?? [:] where name != "weight" {
                if name == "name" {
                    estimate += 1
                    bound += 1
                }
                let part = text(
                    value.stringValue ?? (try? value.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) } ?? ""
                )
                estimate += part.estimate
                bound += part.upperBound
            }
        }
        return TokenEstimate(estimate: estimate, upperBound: bound)
    }
}

extension TokenEstimate {
    /// All text of a line in any other format, 3 more for each object in it as for a message.
    static func leaves(_ value: JSONValue) -> TokenEstimate {
        switch value {
        case .string(let text): return .text(text)
        case .array(let elements):
            return elements.reduce(TokenEstimate(estimate: 0, upperBound: 0)) { $0.adding(leaves($1)) }
        case .object(let members):
            return members.values.reduce(TokenEstimate(estimate: 3, upperBound: 3)) { $0.adding(leaves($1)) }
        case .null, .bool, .integer, .number: return TokenEstimate(estimate: 0, upperBound: 0)
        }
    }

    private func adding(_ other: TokenEstimate) -> TokenEstimate {
        TokenEstimate(estimate: estimate + other.estimate, upperBound: upperBound + other.upperBound)
    }
}

/// How often a provider goes over a file when it is not told, by the cookbook's rule; the real one may differ.
public enum EpochEstimate {
    public static func epochs(examples: Int) -> Int {
        guard examples > 0 else { return 0 }
        if examples * 3 < 100 { return min(25, 100 / examples) }
        if examples * 3 > 25_000 { return max(1, 25_000 / examples) }
        return 3
    }

    /// What would be billed: tokens of all examples, each cut at `maximumTokens`, times the epochs.
    public static func billedTokens(_ tokens: [Int], maximumTokens: Int) -> Int {
        tokens.reduce(0) { $0 + min($1, maximumTokens) } * epochs(examples: tokens.count)
    }
}
