import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A request whose turn has come.
struct ServedRequest {
    let request: Request
    /// Whether its client may send another on the same connection.
    let keepsConnection: Bool
}

extension HTTPRequest {
    /// - Throws: when the method is none.
    init(served head: HTTPRequestHead) throws {
        // What comes with a scheme is taken apart by the library; nearly all come without.
        guard head.uri.utf8.first == UInt8(ascii: "/") else {
            self = try HTTPRequest(head, secure: false, splitCookie: false)
            return
        }
        self.init(
            method: try Method(head.method), scheme: "http", authority: head.headers["host"].first, path: head.uri,
            headerFields: HTTPFields(head.headers, splitCookie: false))
    }
}
