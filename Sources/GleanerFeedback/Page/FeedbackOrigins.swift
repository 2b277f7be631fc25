import Foundation

/// The origins of pages that may judge with a token: scheme, host and port, as browsers write them.
public struct FeedbackOrigins: Sendable, Hashable {
    /// What the `Origin` of a request means.
    enum Verdict: Sendable, Hashable {
        /// No page sent it, or a page of Gleaner's own.
        case ours
        case allowed(String)
        case refused
    }

    private let allowed: Set<String>

    /// - Returns: `nil` when one of them is no origin. `*` and `null` are none: they would let any page in.
    public init?(_ texts: [String]) {
        let origins = texts.map { $0.lowercased() }
        guard origins.allSatisfy(Self.isOrigin) else { return nil }
        allowed = Set(origins)
    }

    /// - Parameters:
    ///   - origin: the request's header.
    ///   - host: its `Host`, which for a page of Gleaner's own is the origin's.
    func verdict(_ origin: String?, host: String?) -> Verdict {
        guard let origin = origin?.lowercased() else { return .ours }
        if allowed.contains(origin) { return .allowed(origin) }
        if let host = host?.lowercased(), origin == "http://\(host)" || origin == "https://\(host)" { return .ours }
        return .refused
    }

    private static func isOrigin(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
            parts.scheme == "https" || parts.scheme == "http"
        else { return false }
        let port = parts.port.map { ":\($0)" } ?? ""
        return text == "\(parts.scheme ?? "")://\(host)\(port)"
    }
}
