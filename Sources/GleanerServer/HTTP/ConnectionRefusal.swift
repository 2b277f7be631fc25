import GleanerCore
import GleanerHTTP
import NIOCore

/// Why a connection gets no further: answered on the wire itself, before any handler.
enum ConnectionRefusal: Explained, Hashable, CaseIterable {
    case tooMany, tooManyFromAddress, slowHead, slowBody, urlTooLong, ambiguous

    /// For metrics.
    var label: String {
        switch self {
        case .tooMany: "connections"
        case .tooManyFromAddress: "address_connections"
        case .slowHead: "slow_head"
        case .slowBody: "slow_body"
        case .urlTooLong: "url_too_long"
        case .ambiguous: "ambiguous"
        }
    }

    var explanation: Explanation {
        switch self {
        case .tooMany:
            Explanation(
                status: 503, code: "too_many_connections", what: "Gleaner takes no new connection at the moment.",
                why: "As many are open as GLEANER_MAX_CONNECTIONS or the file descriptors allow.",
                fix: "Try again as Retry-After says; operator: see gleaner_connections and `ulimit -n`.")
        case .tooManyFromAddress:
            Explanation(
                status: 503, code: "too_many_connections", what: "Your address has too many connections open.",
                why: "It may have no more than GLEANER_MAX_CONNECTIONS_PER_ADDRESS.",
                fix: "Keep connections alive and use them again.")
        case .slowHead:
            Explanation(
                status: 408, code: "request_timeout", what: "The request took too long.",
                why: "Its head was not complete in time.", fix: "Send it again, all at once.")
        case .slowBody:
            Explanation(
                status: 408, code: "request_timeout", what: "The request took too long.",
                why: "Its body came too slowly.", fix: "Send it again; operator: see GLEANER_BODY_TIMEOUT.")
        case .urlTooLong:
            Explanation(
                status: 414, code: "url_too_long", what: "The request's URL is too long.",
                why: "It has more than 8 KiB.", fix: "Send long values in the body.")
        case .ambiguous:
            Explanation(
                status: 400, code: "ambiguous_request", what: "The request can be read in more than one way.",
                why: "Its Host or Transfer-Encoding is missing, repeated or unknown.",
                fix: "Send one Host, and either Content-Length or `Transfer-Encoding: chunked`.")
        }
    }

    /// The whole answer, made once.
    var wireBytes: ByteBuffer { Self.answers[self] ?? ByteBuffer() }

    private static let answers = Dictionary(
        uniqueKeysWithValues: allCases.map { refusal in
            let explanation = refusal.explanation
            let body = ErrorBody.openAI.bytes(explanation)
            var bytes = ByteBuffer()
            bytes.writeString("HTTP/1.1 \(explanation.status) \(refusal.phrase)\r\n")
            bytes.writeString("Content-Type: application/json; charset=utf-8\r\nContent-Length: \(body.count)\r\n")
            if explanation.status == 503 { bytes.writeString("Retry-After: 2\r\n") }
            bytes.writeString("Connection: close\r\n\r\n")
            bytes.writeBytes(body)
            return (refusal, bytes)
        })

    private var phrase: String {
        switch self {
        case .tooMany, .tooManyFromAddress: "Service Unavailable"
        case .slowHead, .slowBody: "Request Timeout"
        case .urlTooLong: "URI Too Long"
        case .ambiguous: "Bad Request"
        }
    }
}
