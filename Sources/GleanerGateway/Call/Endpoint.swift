import Foundation
public import HTTPTypes

/// A path under `/v1`, and what the gateway must know of it: whether a model is named in its body, and how its streams
/// end. How requests and answers are read is ingest's business.
public struct Endpoint: Hashable, Sendable {
    enum Kind: Hashable, CaseIterable {
        case chatCompletions, completions, responses, embeddings, moderations, messages
        /// Anything else: passed through and kept, its body unread.
        case other
    }

    let kind: Kind
    let method: HTTPRequest.Method
    /// Begins with `/v1`; without the query.
    let path: String
    let query: String?

    private static let known: [String: Kind] = [
        "/v1/chat/completions": .chatCompletions, "/v1/completions": .completions, "/v1/responses": .responses,
        "/v1/embeddings": .embeddings, "/v1/moderations": .moderations, "/v1/messages": .messages,
    ]

    init(method: HTTPRequest.Method, path: String, query: String?) throws(GatewayError) {
        let known = Self.known[path]
        guard known != nil || Self.isHarmless(path) && !Self.isAlias(path) else { throw .pathInvalid }
        self.method = method
        self.path = path
        self.query = query
        kind = method == .post ? known ?? .other : .other
    }

    /// Whether this is a call to a model, written as SDKs write it.
    public static func isKnown(_ method: HTTPRequest.Method, _ path: String) -> Bool {
        method == .post && known[path] != nil
    }

    /// As SQL and JSON name it: the path, after the method when that is not POST.
    var name: String { method == .post ? path : "\(method.rawValue) \(path)" }

    /// A body without `model` cannot be routed. A response may name a prompt instead, a moderation has a default.
    var requiresModel: Bool {
        switch kind {
        case .chatCompletions, .completions, .embeddings, .messages: true
        case .responses, .moderations, .other: false
        }
    }

    /// The line with which a whole stream ends; `nil` where streams end in no known way.
    var streamEnd: StreamEnd? {
        switch kind {
        case .chatCompletions, .completions: .done
        case .responses: .events(["response.completed", "response.incomplete", "response.failed", "error"])
        case .messages: .events(["message_stop", "error"])
        case .embeddings, .moderations, .other: nil
        }
    }

    /// Another way to write an endpoint that is read here (`/v1/chat/%63ompletions`, `/V1/chat/completions;a`): a provider
    /// may take it for that one, and what it says would pass unread.
    private static func isAlias(_ path: String) -> Bool {
        let plain = (path.removingPercentEncoding ?? path).lowercased().split(separator: "/")
            .map { $0.prefix { $0 != ";" && !$0.isWhitespace } }
        return known["/" + plain.joined(separator: "/")] != nil
    }

    /// No segment that a server may take for a step up or an empty one, however it is written: a caller chooses an
    /// endpoint of the provider's API, never another place on its host.
    private static func isHarmless(_ path: String) -> Bool {
        guard path.utf8.count <= 2048, path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }),
            let decoded = path.removingPercentEncoding, !decoded.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            // Encoded twice is for nobody good.
            !decoded.contains("%"), !decoded.contains("\\")
        else { return false }
        let segments = decoded.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        return segments.allSatisfy { $0 != "." && $0 != ".." && !$0.isEmpty }
    }
}

/// How the end of a stream is known.
enum StreamEnd: Hashable {
    /// `data: [DONE]`.
    case done
    /// An event of one of these types, named by an `event:` line or by a `type` that comes first in its data.
    case events([String])
}
