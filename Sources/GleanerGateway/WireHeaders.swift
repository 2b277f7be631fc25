import AsyncCurl
import GleanerCore
import HTTPTypes

/// Which headers cross the gateway. Both ways an allow-list: a client never chooses what the provider is told about
/// keys or accounts, and a provider never sets cookies or says whose account answered.
enum WireHeaders {
    static func toProvider(
        _ headers: HTTPFields, provider: Provider, exchange: ID<Exchange>?
    ) -> [(name: String, value: String)] {
        var sent: [(name: String, value: String)] = [
            ("Content-Type", headers[.contentType] ?? "application/json"),
            ("Accept", headers[.accept] ?? "*/*"),
            ("User-Agent", "gleaner"),
        ]
        sent += provider.credentials(anthropicVersion: headers[HTTPField.Name("Anthropic-Version")!])
        if let exchange { sent.append(("X-Client-Request-Id", exchange.description)) }
        if let beta = headers[HTTPField.Name("OpenAI-Beta")!] { sent.append(("OpenAI-Beta", beta)) }
        return sent
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
            guard exact.contains(name) || prefixes.contains(where: name.hasPrefix) else { continue }
            guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { continue }
            kept[name] = value
        }
        return kept
    }
}
