import Crypto
import Foundation
import GleanerCore

/// What can be read from the exact bytes: the searchable columns, the messages, the assembled answer.
///
/// Best effort by nature. Whatever cannot be read or held is left out with a note; the bytes themselves are stored
/// whether or not there is a projection.
struct ExchangeProjection: Hashable {
    var messages: JSONValue?
    var answer: JSONValue?
    var metadata: JSONValue?
    /// Codes, in the order they arose; see the comment of `exchange_bodies.projection_note`.
    var notes: [String] = []

    var servedModel: String?
    var completionID: String?
    var finishReason: String?
    var isComplete = false
    var systemFingerprint: [UInt8]?
    var promptTokens: Int32?
    var completionTokens: Int32?
    var cachedTokens: Int32?
    var reasoningTokens: Int32?
    var cacheWriteTokens: Int32?
    /// US dollars, from the price table; see `exchanges.cost_usd`.
    var costUSD: Double?

    /// Larger bodies stay bytes only: nobody reads 16 MiB in a list, and jsonb would have to be parsed by Postgres.
    static let largestBody = 16 << 20

    /// Nothing but the notes: what is stored when even the projection is refused.
    static func empty(note: String) -> ExchangeProjection {
        var projection = ExchangeProjection()
        projection.notes = [note]
        return projection
    }

    init() {}

    init(_ exchange: JournaledExchange) {
        readRequest(exchange.request)
        metadata = exchange.intent.metadata ?? metadata
        if exchange.outcome.status != .refused { readResponse(exchange) }
        repair()
    }

    private mutating func readRequest(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        guard bytes.count <= Self.largestBody else { return notes.append("request_too_large") }
        guard let body = parse(bytes) else { return notes.append("request_not_json") }
        metadata = body["metadata"].flatMap { $0.objectValue == nil ? nil : $0 }
        messages = body["messages"].flatMap { $0.arrayValue == nil ? nil : $0 }
        systemFingerprint = messages.flatMap(Self.fingerprint)
    }

    private mutating func readResponse(_ exchange: JournaledExchange) {
        let bytes = exchange.response
        guard !bytes.isEmpty else { return }
        guard bytes.count <= Self.largestBody else { return notes.append("response_too_large") }
        let type = exchange.outcome.headers["content-type"]?.lowercased()
        // An interrupted stream has no headers in the journal; its own first bytes tell.
        let isStream =
            type?.hasPrefix("text/event-stream") ?? (exchange.intent.streamed && bytes.first != UInt8(ascii: "{"))
        let found: ChatAnswer
        if isStream {
            let (assembled, unreadable) = ChatStreamAssembler.assemble(bytes)
            if unreadable > 0 { notes.append("chunks_unreadable") }
            found = assembled
            if !assembled.isComplete { notes.append(assembled.hasError ? "error_answer" : "stream_truncated") }
        } else {
            guard let body = parse(bytes) else { return notes.append("response_not_json") }
            found = ChatAnswer(json: body)
            if found.hasError { notes.append("error_answer") }
        }
        take(found, isStream: isStream)
        isComplete = found.isComplete && exchange.outcome.status == .completed
    }

    private mutating func take(_ found: ChatAnswer, isStream: Bool) {
        answer = found.choices.isEmpty ? nil : found.document
        servedModel = found.model?.asLabel()
        completionID = found.completionID?.asLabel()
        finishReason = found.finishReason?.asLabel(limit: 64)
        promptTokens = found.usage?.prompt_tokens.flatMap { Int32(exactly: $0) }
        completionTokens = found.usage?.completion_tokens.flatMap { Int32(exactly: $0) }
        cachedTokens = found.usage?.prompt_tokens_details?.cached_tokens.flatMap { Int32(exactly: $0) }
        reasoningTokens = found.usage?.completion_tokens_details?.reasoning_tokens.flatMap { Int32(exactly: $0) }
    }

    private mutating func parse(_ bytes: [UInt8]) -> JSONValue? {
        if let value = try? JSONValue(parsing: bytes) { return value }
        guard let value = try? JSONValue(parsing: LoneSurrogates.replaced(in: bytes)) else { return nil }
        notes.append("surrogates_replaced")
        return value
    }

    private mutating func repair() {
        var repaired = false
        messages = messages?.withoutNUL(&repaired)
        answer = answer?.withoutNUL(&repaired)
        metadata = metadata?.withoutNUL(&repaired)
        if repaired { notes.append("nul_replaced") }
    }

    /// SHA-256 of the leading system and developer messages' text; `nil` when there are none.
    private static func fingerprint(_ messages: JSONValue) -> [UInt8]? {
        let leading = (messages.arrayValue ?? []).prefix {
            ["system", "developer"].contains($0["role"]?.stringValue ?? "")
        }
        guard !leading.isEmpty,
            let bytes = try? JSONValue.array(leading.map { $0["content"] ?? .null }).canonicalBytes()
        else { return nil }
        return Array(SHA256.hash(data: bytes))
    }
}

extension ChatAnswer {
    /// An answer that came as one JSON document.
    init(json body: JSONValue) {
        self.init()
        hasError = body["error"].map { $0 != .null } ?? false
        completionID = body["id"]?.stringValue
        model = body["model"]?.stringValue
        usage = body["usage"].flatMap(Usage.init(json:))
        choices = (body["choices"]?.arrayValue ?? []).sorted {
            ($0["index"]?.intValue ?? 0) < ($1["index"]?.intValue ?? 0)
        }
        isComplete = !hasError && !choices.isEmpty && choices.allSatisfy { $0["finish_reason"]?.stringValue != nil }
    }
}

extension Usage {
    init?(json: JSONValue) {
        guard json.objectValue != nil else { return nil }
        prompt_tokens = json["prompt_tokens"]?.intValue
        completion_tokens = json["completion_tokens"]?.intValue
        prompt_tokens_details = PromptDetails(cached_tokens: json["prompt_tokens_details"]?["cached_tokens"]?.intValue)
        completion_tokens_details = CompletionDetails(
            reasoning_tokens: json["completion_tokens_details"]?["reasoning_tokens"]?.intValue)
    }
}
