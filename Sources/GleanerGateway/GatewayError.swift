public import AsyncCurl
public import GleanerCore
import SimdJSON

/// Why the gateway itself answers, instead of the provider.
public enum GatewayError: Explained, Hashable {
    case bodyTooLarge(limit: Int)
    case bodyNotUTF8
    case bodyNotJSON
    case bodyNotAnObject
    case bodyLoneSurrogate
    case bodyTooDeep(limit: Int)
    case modelMissing
    case fieldInvalid(String)
    case fieldDuplicated(String)
    /// Below the top, where bodies are judged.
    case memberDuplicated
    case contentEncoding(String)
    case modelUnknown(known: [String])
    case headerInvalid(String, problem: String)
    case pathInvalid
    case providerUnknown(String)
    case providerUnreachable
    case providerTLS
    case providerTimeout(CurlDeadline)
    case providerCut
    case answerTooLarge(limit: Int)
    case clientGone
    case clientStalled
    case gatewayStopping
    case promptRefused(CallRefusal)
    case answerRefused(CallRefusal)

    public var explanation: Explanation {
        switch self {
        case .bodyTooLarge(let limit):
            bad(
                413, "request_too_large", "The request body is too large.", "It has more than \(limit) bytes.",
                "Send less, or raise GLEANER_MAX_BODY_BYTES.")
        case .bodyNotUTF8:
            bad(
                400, "invalid_unicode", "The request body cannot be read.", "It is not UTF-8.",
                "Encode the JSON document as UTF-8, without a byte order mark.")
        case .bodyNotJSON:
            bad(
                400, "invalid_json", "The request body cannot be read.", "It is not a JSON document.",
                "Send one JSON object with Content-Type: application/json.")
        case .bodyNotAnObject:
            bad(
                400, "invalid_json", "The request body cannot be used.", "It is JSON, but not an object.",
                "Send one JSON object with `model` and `messages`.")
        case .bodyLoneSurrogate:
            bad(
                400, "invalid_unicode", "The request body cannot be read.",
                "It has a `\\ud800`…`\\udfff` escape that is not half of a pair.",
                "Do not cut text inside a character; emoji are pairs of such escapes.")
        case .bodyTooDeep(let limit):
            bad(
                400, "too_deep", "The request body cannot be read.",
                "Its arrays and objects are nested more than \(limit) levels deep.", "Send a flatter document.")
        case .modelMissing:
            bad(
                400, "model_missing", "The request names no model.", "`model` is missing or empty.",
                "Add `model`; GET /v1/models lists what the provider has.")
        case .fieldInvalid(let field):
            bad(
                400, "invalid_field", "The request cannot be used.",
                "`\(field)` has the wrong type, is too long, out of range or holds control characters.",
                "Send `\(field)` as the API reference says.")
        case .fieldDuplicated(let field):
            bad(
                400, "duplicate_field", "The request cannot be used.",
                "`\(Self.label(field))` is there more than once, and readers differ on which one counts.",
                "Send each member once.")
        case .memberDuplicated:
            bad(
                400, "duplicate_field", "The request cannot be used.",
                "An object in it has a member more than once. Readers differ on which one counts, so what is judged here "
                    + "might not be what the model reads.", "Send each member once.")
        case .contentEncoding(let encoding):
            bad(
                415, "unsupported_encoding", "The request body cannot be read.",
                "Content-Encoding `\(encoding)` is not accepted.", "Send the body without compression.")
        case .modelUnknown(let known):
            bad(
                404, "model_not_found", "This model is not served here.",
                "GLEANER_MODELS allows: \(known.sorted().prefix(20).joined(separator: ", ")).",
                "Use one of these, or add the model to GLEANER_MODELS.")
        case .headerInvalid(let name, let problem):
            bad(
                400, "invalid_header", "The header `\(name)` cannot be used.", "It \(problem).",
                "See docs/reference/api.md for the request headers, or leave it out.")
        case .pathInvalid:
            bad(
                400, "invalid_path", "This path cannot be passed on.",
                "It is longer than 2,048 bytes, holds `.`, `..`, empty or doubly encoded segments, or writes a known endpoint "
                    + "in another way.",
                "Use a path of the provider's API, below /v1.")
        case .providerUnknown(let name):
            bad(
                502, "provider_unknown", "The route leads to a provider that is not configured here.",
                "It names `\(name)`.",
                "Operator: configure the provider, or change the route's variant.")
        case .providerUnreachable:
            bad(
                502, "provider_unreachable", "The model provider cannot be reached.",
                "No connection could be made to the configured address.",
                "Operator: check GLEANER_PROVIDER_URL and the provider's status.")
        case .providerTLS:
            bad(
                502, "provider_tls", "The model provider cannot be trusted.",
                "Its TLS certificate or handshake failed.",
                "Operator: check GLEANER_PROVIDER_URL and the machine's certificates and clock.")
        case .providerTimeout(let deadline):
            bad(
                504, "provider_timeout", "The model provider did not answer in time.",
                "The \(Self.name(deadline)) deadline passed.",
                "Try again; operator: raise \(Self.setting(deadline)) if the model is this slow.")
        case .providerCut:
            bad(
                502, "provider_cut", "The model provider broke off its answer.",
                "The connection closed before the end.",
                "Try again; what arrived is kept under the exchange id.")
        case .answerTooLarge(let limit):
            bad(
                502, "answer_too_large", "The answer is too large.", "It has more than \(limit) bytes.",
                "Ask for less, or raise GLEANER_MAX_ANSWER_BYTES.")
        case .clientGone:
            bad(
                499, "client_gone", "The client left.", "Its connection closed before the answer was complete.",
                "Nothing to do here.")
        case .clientStalled:
            bad(
                499, "client_stalled", "The client stopped reading.",
                "It took no byte for GLEANER_CLIENT_STALL_TIMEOUT.", "Read answers as they come.")
        case .gatewayStopping:
            bad(
                503, "gateway_stopping", "Gleaner was stopped before the answer was complete.",
                "GLEANER_SHUTDOWN_TIMEOUT has passed.", "Try again; what arrived is kept under the exchange id.")
        case .promptRefused(let refusal) where refusal.cause == .notJudged:
            bad(
                503, "moderation_unavailable", refusal.message,
                "The prompt could not be judged in time, and the project's policy sends nothing that is not judged.",
                "Try again; operator: see `gleaner moderation status`.")
        case .promptRefused(let refusal):
            bad(
                400, "content_policy_violation", refusal.message,
                "The project's moderation policy does not allow this prompt; nothing was sent to a model.",
                "Say it differently; operator: `gleaner moderation policy` shows the policy.")
        case .answerRefused(let refusal) where refusal.cause == .notJudged:
            bad(
                503, "moderation_unavailable", refusal.message,
                "The answer could not be judged, and the project's policy shows nothing that is not judged.",
                "Try again; operator: the answer is kept under the exchange id.")
        case .answerRefused(let refusal):
            bad(
                400, "content_blocked", refusal.message,
                "The project's moderation policy does not show this answer.",
                "Ask differently; operator: the answer is kept under the exchange id.")
        }
    }

    init(_ error: JSONError, rules: JSONRules) {
        switch error {
        case .notUTF8, .byteOrderMark: self = .bodyNotUTF8
        case .loneSurrogate: self = .bodyLoneSurrogate
        case .tooDeep: self = .bodyTooDeep(limit: rules.maximumDepth)
        case .tooLarge: self = .bodyTooLarge(limit: 2 << 30)
        case .empty, .syntax, .numberOutOfRange: self = .bodyNotJSON
        }
    }

    init(_ error: CurlError) {
        switch error {
        case .timeout(let deadline): self = .providerTimeout(deadline)
        case .tls: self = .providerTLS
        case .cut: self = .providerCut
        case .connectFailed, .invalidURL: self = .providerUnreachable
        default: self = .providerCut
        }
    }

    private func bad(_ status: Int, _ code: String, _ what: String, _ why: String, _ fix: String) -> Explanation {
        Explanation(status: status, code: code, what: what, why: why, fix: fix)
    }
    /// A client's own name of something, short and without control characters.
    private static func label(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(64).map { $0.value < 0x20 ? "\u{FFFD}" : $0 }))
    }
    private static func name(_ deadline: CurlDeadline) -> String {
        switch deadline {
        case .connect: "connect"
        case .firstByte: "first byte"
        case .idle: "idle"
        case .total: "total"
        }
    }
    private static func setting(_ deadline: CurlDeadline) -> String {
        switch deadline {
        case .connect: "GLEANER_PROVIDER_CONNECT_TIMEOUT"
        case .firstByte: "GLEANER_PROVIDER_FIRST_BYTE_TIMEOUT"
        case .idle: "GLEANER_PROVIDER_IDLE_TIMEOUT"
        case .total: "GLEANER_PROVIDER_TOTAL_TIMEOUT"
        }
    }
}
