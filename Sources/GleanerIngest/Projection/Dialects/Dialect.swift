import GleanerCore
import SimdJSON

/// The format of an exchange's two bodies, by the path it was called on.
enum Dialect: String, CaseIterable {
    case chat = "/v1/chat/completions"
    case completions = "/v1/completions"
    case responses = "/v1/responses"
    /// Anthropic's.
    case messages = "/v1/messages"
    case embeddings = "/v1/embeddings"
    case moderations = "/v1/moderations"

    /// `nil` for a path whose bodies nobody here can read.
    init?(endpoint: String) {
        let path = endpoint.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(endpoint[..<$0]) } ?? endpoint
        self.init(rawValue: path)
    }

    /// Reads a request of any dialect but chat, whose messages are kept as they came.
    func request(_ body: JSONValue) -> DialectRequest {
        switch self {
        case .chat: DialectRequest(messages: body["messages"]?.arrayValue ?? [])
        case .completions: CompletionsReader.request(body)
        case .responses: ResponsesRequest.read(body)
        case .messages: MessagesRequest.read(body)
        case .embeddings, .moderations: InputsReader.request(body)
        }
    }

    /// Reads an answer of any dialect but chat that came as one document.
    func answer(_ body: JSONDocument) -> ChatAnswer? {
        guard let value = try? JSONValue(body.root) else { return nil }
        var answer =
            switch self {
            case .chat: ChatAnswer()
            case .completions: CompletionsReader.answer(value)
            case .responses: ResponsesAnswer.read(value)
            case .messages: MessagesAnswer.read(value)
            case .embeddings: InputsReader.embeddings(value)
            case .moderations: InputsReader.moderations(value)
            }
        if body.hasLoneSurrogates { answer.repairs.insert(.surrogates) }
        return answer
    }

    /// Puts a streamed answer together; the second value counts events that could not be read.
    func assemble(_ body: [UInt8]) -> (answer: ChatAnswer, unreadableChunks: Int) {
        switch self {
        case .chat: ChatStreamAssembler.assemble(body)
        case .completions: EventStream.assemble(body, CompletionsStreamAssembler())
        case .responses: EventStream.assemble(body, ResponsesStreamAssembler())
        case .messages: EventStream.assemble(body, MessagesStreamAssembler())
        // Neither streams; what comes all the same is kept as bytes.
        case .embeddings, .moderations: (ChatAnswer(), 0)
        }
    }
}

/// A request as a conversation.
struct DialectRequest: Hashable {
    /// Chat messages; empty when there are none to be read.
    var messages: [JSONValue] = []
    /// Codes for `exchange_bodies.projection_note`.
    var notes: [String] = []

    /// What the model saw and the request does not say: it is no training example by itself.
    static let contextIncomplete = "context_incomplete"
    /// Parts of the input are of kinds that chat messages do not have; they are left out.
    static let inputPartsLeftOut = "input_parts_left_out"

    mutating func note(_ code: String) {
        if !notes.contains(code) { notes.append(code) }
    }
}
