/// Why a transfer did not end well. Texts are libcurl's own and hold no header, body or secret.
public enum CurlError: Error, Sendable, Hashable {
    case invalidURL
    case invalidHeader(name: String)
    /// Name look-up, refusal, no route.
    case connectFailed(String)
    case tls(String)
    case timeout(CurlDeadline)
    /// The connection closed before the response was whole.
    case cut(receivedBytes: Int)
    case transport(code: Int32, String)
    case bodyTooLarge(limit: Int)
    case cancelled
    /// The request's `permit` said no.
    case withheld

    /// No byte of the request can have reached the server, so it may be sent again without asking twice.
    public var sentNothing: Bool {
        switch self {
        case .invalidURL, .invalidHeader, .connectFailed, .tls, .timeout(.connect), .withheld: true
        default: false
        }
    }
}
