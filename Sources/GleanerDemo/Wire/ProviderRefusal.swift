import GleanerCore

/// An error in OpenAI's shape: `{"error":{"message","type","param","code"}}` under its HTTP status; on Anthropic's paths
/// in theirs: `{"type":"error","error":{"type","message"}}`.
public struct ProviderRefusal: Error, Sendable, Hashable {
    public let status: Int
    public let message: String
    public let type: String
    public let param: String?
    public let code: String?

    static let notJSON = Self(
        status: 400, message: "We could not parse the JSON body of your request.", type: "invalid_request_error")

    static let keyMissing = Self(
        status: 401, message: "You didn't provide an API key. Send it as `Authorization: Bearer YOUR_KEY`.",
        type: "invalid_request_error", code: "invalid_api_key")

    static func invalid(_ param: String, _ problem: String) -> Self {
        Self(
            status: 400, message: "Invalid value for '\(param)': \(problem).", type: "invalid_request_error",
            param: param)
    }

    static func modelUnknown(_ model: String, known: [String]) -> Self {
        Self(
            status: 404,
            message: "The model `\(model)` does not exist. This provider has: \(known.joined(separator: ", ")).",
            type: "invalid_request_error", param: "model", code: "model_not_found")
    }

    static func pathUnknown(_ method: String, _ path: String) -> Self {
        Self(
            status: 404, message: "Unknown request URL: \(method) \(path).", type: "invalid_request_error",
            code: "unknown_url")
    }

    /// What a provider in trouble answers with `status`.
    static func trouble(_ status: Int) -> Self {
        switch status {
        case 429:
            Self(
                status: 429, message: "Rate limit reached. Please try again in 1s.", type: "requests",
                code: "rate_limit_exceeded")
        case 529: Self(status: 529, message: "Overloaded", type: "overloaded_error")
        case 500...:
            Self(
                status: status, message: "The server had an error while processing your request.",
                type: "server_error")
        default:
            Self(
                status: status, message: "This request is refused with status \(status).",
                type: "invalid_request_error", code: "refused")
        }
    }

    init(status: Int, message: String, type: String, param: String? = nil, code: String? = nil) {
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
    }

    static let versionMissing = Self(
        status: 400, message: "anthropic-version: header is required", type: "invalid_request_error")

    /// `{"error":{…}}`
    var document: JSONValue {
        [
            "error": [
                "message": .string(message), "type": .string(type),
                "param": param.map(JSONValue.string) ?? .null, "code": code.map(JSONValue.string) ?? .null,
            ]
        ]
    }

    /// Anthropic's body of the same error; the type follows from the status.
    var messagesDocument: JSONValue {
        ["type": "error", "error": ["type": .string(messagesType), "message": .string(message)]]
    }

    private var messagesType: String {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }

    func document(in dialect: WireDialect) -> JSONValue { dialect == .messages ? messagesDocument : document }

    func answer(in dialect: WireDialect = .chat, headers: [String: String] = [:]) -> ProviderAnswer {
        .whole(status: status, headers: headers, document(in: dialect).wireBytes)
    }
}
