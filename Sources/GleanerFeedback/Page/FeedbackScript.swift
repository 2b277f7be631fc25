import Crypto
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /feedback.js`: the widget as an ES module, out of the binary.
struct FeedbackScript: Sendable {
    private let body: ByteBuffer
    private let entityTag: String

    init() {
        body = ByteBuffer(bytes: PackageResources.feedback_js)
        let digest = SHA256.hash(data: PackageResources.feedback_js).prefix(16)
        entityTag = "\"" + Base64URL.encode(Array(digest)) + "\""
    }

    func get(_ request: Request, context: GleanerContext) -> Response {
        var headers: HTTPFields = [
            .eTag: entityTag,
            // Checked again after an hour: an upgrade reaches every page within that time.
            .cacheControl: "public, max-age=3600, must-revalidate",
            .xContentTypeOptions: "nosniff",
            Self.resourcePolicy: "cross-origin",
        ]
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
        if known.contains(where: { Self.opaque($0) == entityTag || $0.allSatisfy { $0 == "*" || $0 == " " } }) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = "text/javascript; charset=utf-8"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
    }

    /// A proxy that compresses makes the tag a weak one.
    private static func opaque(_ tag: Substring) -> Substring {
        let tag = tag.trimmingPrefix(while: \.isWhitespace)
        let rest = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
        return rest.prefix { !$0.isWhitespace }
    }
    private static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
}
