import AsyncCurl
import GleanerCore
import GleanerHTTP
import HTTPTypes

/// Which headers cross the gateway. Both ways an allow-list: a client never chooses what the provider is told about
/// keys or accounts, and a provider never sets cookies or says whose account answered.
enum WireHeaders {
    static func toProvider(
        _ headers: HTTPFields, provider: Provider, exchange: ID<Exchange>, hasBody: Bool
    ) -> [(name: String, value: String)] {
        var sent: [(name: String, value: String)] = [
            ("Accept", headers.value(of: .accept) ?? "*/*"), ("User-Agent", "gleaner"),
            ("X-Client-Request-Id", exchange.description),
        ]
        if hasBody { sent.append(("Content-Type", headers.value(of: .contentType) ?? "application/json")) }
        sent += provider.credentials(namesVersion: headers.contains(anthropicVersion))
        for name in passedOn {
            if let value = headers.value(of: name) { sent.append((name.rawName, value)) }
        }
        return sent
    }

    /// What switches features of an API on, and says nothing of accounts.
    private static let anthropicVersion = HTTPField.Name("anthropic-version")!
    private static let passedOn = ["OpenAI-Beta", "anthropic-version", "anthropic-beta"].map { HTTPField.Name($0)! }

    static func isEventStream(_ kept: [String: String]) -> Bool {
        kept["content-type"]?.lowercased().utf8.starts(with: "text/event-stream".utf8) ?? false
    }

    private static let exact: Set<String> = [
        "content-type", "content-encoding", "cache-control", "x-request-id", "request-id", "openai-processing-ms",
        "openai-version",
        "openai-model", "retry-after", "retry-after-ms", "x-should-retry",
    ]
    private static let prefixes = ["x-ratelimit-", "anthropic-ratelimit-"]

    /// What is passed on and kept, names in lower case. A value with control characters is left out.
    static func fromProvider(_ headers: CurlHeaders) -> [String: String] {
        var kept: [String: String] = [:]
        for (name, value) in headers {
            let name = name.lowercased()
            guard exact.contains(name) || prefixes.contains(where: { name.utf8.starts(with: $0.utf8) }) else {
                continue
            }
            guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { continue }
            kept[name] = value
        }
        return kept
    }
}

extension HTTPFields {
    /// What was kept of a provider's answer. None of it has a name that is ours.
    mutating func append(kept: [String: String]) {
        for (name, value) in kept {
            if let name = HTTPField.Name(name) { append(HTTPField(name: name, value: value)) }
        }
    }
}
