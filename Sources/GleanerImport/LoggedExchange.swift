import Crypto
public import Foundation
public import GleanerCore

/// An exchange that was over before Gleaner heard of it: what `POST /api/exchanges` and each import format is read into.
public struct LoggedExchange: Sendable, Hashable {
    /// By what it is known again, so that it is kept once however often it comes.
    public enum Identity: Sendable, Hashable {
        case id(ID<Exchange>)
        /// The sender's own name of it, unique within its source.
        case external(String)
        /// Nothing: it is a new exchange each time.
        case none
    }

    public var identity: Identity
    /// To the millisecond.
    public var receivedAt: Date
    public var endpoint = "/v1/chat/completions"
    /// As they were sent; an import that finds only parts puts them together itself.
    public var request: [UInt8]
    public var response: [UInt8] = []
    /// As the request's `model` says.
    public var model: String?
    public var streamed = false
    public var status: ExchangeStatus = .completed
    public var reason: String?
    public var httpStatus: Int?
    public var duration: Duration?
    public var timeToFirstToken: Duration?
    public var provider: String?
    public var conversation: String?
    public var endUser: String?
    public var tags: [String] = []
    public var metadata: JSONValue?

    public init(identity: Identity, receivedAt: Date, request: [UInt8]) {
        self.identity = identity
        self.receivedAt = receivedAt
        self.request = request
    }

    /// - Parameter namespace: of external names: `api`, or the name of an import format.
    func id(in project: ID<Project>, namespace: String) -> ID<Exchange> {
        switch identity {
        case .id(let id): id
        case .external(let name):
            .derived(from: name, namespace: namespace, project: project, at: receivedAt, conversation: conversation)
        case .none:
            ID(
                UUIDv7(now: { [receivedAt] in receivedAt }).make(
                    shard: Shard(project: project, conversation: conversation)))
        }
    }

    /// Ready for the journal or for Postgres.
    func journaled(
        in project: ID<Project>, key: ID<APIKey>?, source: ExchangeSource, namespace: String
    ) -> JournaledExchange {
        let isStream = Self.looksLikeEvents(response)
        let intent = ExchangeIntent(
            id: id(in: project, namespace: namespace), project: project, key: key, receivedAt: receivedAt,
            endpoint: endpoint, streamed: streamed || isStream, requestedModel: model, conversation: conversation,
            endUser: endUser, tags: tags, provider: provider, requestHash: Array(SHA256.hash(data: request)),
            source: source, metadata: metadata)
        // Who answered, and how long it took, is known of the one try that there was.
        let attempts = provider.map { provider in
            [
                Attempt(
                    number: 1, provider: provider, model: model, startedAfter: .zero, duration: duration ?? .zero,
                    httpStatus: httpStatus, reason: status == .completed ? nil : reason)
            ]
        }
        let type = isStream ? "text/event-stream" : "application/json"
        let outcome = ExchangeOutcome(
            status: status, reason: status == .completed ? nil : reason ?? "reported", httpStatus: httpStatus,
            headers: response.isEmpty ? [:] : ["content-type": type], duration: duration,
            timeToFirstToken: timeToFirstToken,
            responseHash: response.isEmpty ? nil : Array(SHA256.hash(data: response)),
            attempts: status == .refused ? [] : attempts ?? [])
        return JournaledExchange(intent: intent, outcome: outcome, request: request, response: response)
    }

    /// Server-sent events begin with a field or a comment; JSON does not.
    static func looksLikeEvents(_ bytes: [UInt8]) -> Bool {
        let text = bytes.drop { [0x20, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }.prefix(8)
        return ["data:", "event:", "id:", "retry:", ":"].contains { text.starts(with: $0.utf8) }
    }
}

extension ID<Exchange> {
    /// The same exchange always gets the same id: time and shard as ever, and in place of random bits the SHA-256 of
    /// what it is called.
    static func derived(
        from name: String, namespace: String, project: ID<Project>, at time: Date, conversation: String?
    ) -> Self {
        var hash = SHA256()
        hash.update(data: project.bytes)
        for part in [namespace, name] {
            hash.update(data: [0])
            hash.update(data: Array(part.utf8))
        }
        let digest = Array(hash.finalize())
        let shard =
            conversation == nil
            ? Shard(Int16(digest[0] & 0x0F) << 8 | Int16(digest[1]))
            : Shard(project: project, conversation: conversation)
        let milliseconds = UInt64((time.timeIntervalSince1970 * 1000).rounded())
        var bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64($0))) }
        bytes += [0x70 | UInt8(shard.value >> 8), UInt8(truncatingIfNeeded: shard.value)]
        bytes += [0x80 | (digest[2] & 0x3F)] + digest[3..<10]
        return Self(bytes: bytes)!
    }
}
