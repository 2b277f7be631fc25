import AsyncPostgres
import Crypto
import GleanerCore
import SimdJSON

/// What can be read from the exact bytes: the searchable columns, the messages, the assembled answer.
///
/// Best effort by nature. Whatever cannot be read or held is left out with a note; the bytes themselves are stored
/// whether or not there is a projection.
struct ExchangeProjection: Hashable {
    var messages: JSONB?
    /// Of `messages`: the answer's place in its conversation.
    var messageCount: Int32?
    var answer: JSONB?
    var metadata: JSONB?
    /// Codes, in the order they arose; see the comment of `exchange_bodies.projection_note`.
    var notes: [String] = []

    var servedModel: String?
    var completionID: String?
    var finishReason: String?
    var isComplete = false
    var systemFingerprint: [UInt8]?
    /// As `LanguageGuess` says: of the last thing that the user said, and of the answer.
    var language: String?
    var answerLanguage: String?
    var promptTokens: Int32?
    var completionTokens: Int32?
    var cachedTokens: Int32?
    var reasoningTokens: Int32?
    var cacheWriteTokens: Int32?
    /// US dollars, from the price table; see `exchanges.cost_usd`.
    var costUSD: Double?

    /// Larger bodies stay bytes only: nobody reads 16 MiB in a list, and jsonb would have to be parsed by Postgres.
    static let largestBody = 16 << 20

    /// What cannot be read by everybody is repaired or left out, with a note. PostgreSQL takes 6,000 levels of `jsonb`.
    static let rules = JSONRules(maximumDepth: 512, keepsLoneSurrogates: true, keepsNumbersOutOfRange: true)

    /// Nothing but the notes: what is stored when even the projection is refused.
    static func empty(note: String) -> ExchangeProjection {
        var projection = ExchangeProjection()
        projection.notes = [note]
        return projection
    }

    init() {}

    init(_ exchange: JournaledExchange) {
        var parser = JSONParser(Self.rules)
        var repairs: Repairs = []
        let dialect = Dialect(endpoint: exchange.intent.endpoint)
        if dialect == nil { notes.append("endpoint_not_read") }
        readRequest(exchange.request, dialect, &parser, &repairs)
        if let said = exchange.intent.metadata, let bytes = try? said.canonicalBytes() {
            metadata = JSONB(bytes: bytes)
        }
        if exchange.outcome.status != .refused, let dialect { readResponse(exchange, dialect, &parser, &repairs) }
        notes += repairs.notes
        // The request's own document is at hand only while it is read; other dialects are read as chat here.
        if dialect != .chat {
            language = read(messages, &parser, LanguageReader.language(ofLastUserIn:))
            messageCount = read(messages, &parser, Self.count)
        }
        answerLanguage = read(answer, &parser, LanguageReader.language(ofAnswer:))
    }

    private func read<Value>(
        _ document: JSONB?, _ parser: inout JSONParser, _ body: (JSONElement) -> Value?
    ) -> Value? {
        guard let document else { return nil }
        return parser.read(document.bytes.span.bytes) { result in
            guard case .success(let document) = result else { return nil }
            return body(document.root)
        }
    }

    private mutating func readRequest(
        _ bytes: [UInt8], _ dialect: Dialect?, _ parser: inout JSONParser, _ repairs: inout Repairs
    ) {
        guard let dialect, !bytes.isEmpty else { return }
        guard bytes.count <= Self.largestBody else { return notes.append("request_too_large") }
        parser.read(bytes.span.bytes) { result in
            guard case .success(let body) = result else { return notes.append("request_not_json") }
            if body.hasDuplicateKeys(below: body.root) { repairs.insert(.duplicateKeys) }
            for member in body.members {
                if member.key == "messages", dialect == .chat {
                    messages = body.jsonb(member, .array, of: bytes, &repairs)
                    messageCount = messages == nil ? nil : Self.count(member.value)
                    systemFingerprint = Self.fingerprint(member.value)
                    language = LanguageReader.language(ofLastUserIn: member.value)
                } else if member.key == "metadata" {
                    metadata = body.jsonb(member, .object, of: bytes, &repairs)
                }
            }
            if dialect != .chat { take(body, dialect, &repairs) }
        }
    }

    private mutating func readResponse(
        _ exchange: JournaledExchange, _ dialect: Dialect, _ parser: inout JSONParser, _ repairs: inout Repairs
    ) {
        let bytes = exchange.response
        guard !bytes.isEmpty else { return }
        guard bytes.count <= Self.largestBody else { return notes.append("response_too_large") }
        let isStream = Self.isStream(exchange)
        let found: ChatAnswer?
        if isStream {
            let (assembled, unreadable) = dialect.assemble(bytes)
            if unreadable > 0 { notes.append("chunks_unreadable") }
            found = assembled
        } else {
            found = parser.read(bytes.span.bytes) { result in
                guard case .success(let body) = result else { return nil }
                if body.hasDuplicateKeys(below: body.root) { repairs.insert(.duplicateKeys) }
                return dialect == .chat ? ChatAnswer(json: body, of: bytes) : dialect.answer(body)
            }
        }
        guard let found else { return notes.append("response_not_json") }
        if found.hasError {
            notes.append("error_answer")
        } else if isStream, !found.isComplete {
            notes.append("stream_truncated")
        }
        repairs.formUnion(found.repairs)
        take(found, &repairs)
        isComplete = found.isComplete && exchange.outcome.status == .completed
    }

    /// An interrupted stream has no headers in the journal; its own first bytes tell.
    static func isStream(_ exchange: JournaledExchange) -> Bool {
        exchange.outcome.headers["content-type"]?.lowercased().hasPrefix("text/event-stream")
            ?? (exchange.intent.streamed && exchange.response.first != UInt8(ascii: "{"))
    }

    private mutating func take(_ found: ChatAnswer, _ repairs: inout Repairs) {
        for label in [found.model, found.completionID, found.finishReason] where label?.utf8.contains(0) ?? false {
            repairs.insert(.nul)
        }
        answer = found.document
        servedModel = found.model?.asLabel()
        completionID = found.completionID?.asLabel()
        finishReason = found.finishReason?.asLabel(limit: 64)
        promptTokens = found.usage?.prompt_tokens.flatMap { Int32(exactly: $0) }
        completionTokens = found.usage?.completion_tokens.flatMap { Int32(exactly: $0) }
        cachedTokens = found.usage?.prompt_tokens_details?.cached_tokens.flatMap { Int32(exactly: $0) }
        cacheWriteTokens = found.usage?.prompt_tokens_details?.cache_write_tokens.flatMap { Int32(exactly: $0) }
        reasoningTokens = found.usage?.completion_tokens_details?.reasoning_tokens.flatMap { Int32(exactly: $0) }
    }

    private static func count(_ messages: JSONElement) -> Int32? {
        var count: Int32 = 0
        for _ in messages.elements { count += 1 }
        return count
    }

    /// SHA-256 of the leading system and developer messages' text; `nil` when there are none.
    private static func fingerprint(_ messages: JSONElement) -> [UInt8]? {
        var contents: [JSONValue] = []
        for message in messages.elements {
            guard let role = message["role"]?.text, role == "system" || role == "developer" else { break }
            guard let content = try? message["content"].map(JSONValue.init) ?? .null else { return nil }
            contents.append(content)
        }
        guard !contents.isEmpty, let bytes = try? JSONValue.array(contents).canonicalBytes() else { return nil }
        return Array(SHA256.hash(data: bytes))
    }
}
