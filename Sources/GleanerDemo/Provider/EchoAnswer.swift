import Crypto
import GleanerCore

extension ProviderAnswer {
    /// What a path that the provider does not know answers: what arrived, so that a test can compare.
    static func echo(_ request: ProviderRequest) -> Self {
        let document: JSONValue = [
            "object": "echo", "method": .string(request.method), "path": .string(request.path),
            "content_type": request.header("content-type").map(JSONValue.string) ?? .null,
            "body_bytes": .integer(Int64(request.body.count)),
            "body_sha256": .string(SHA256.hash(data: request.body).hexadecimal),
        ]
        return .whole(headers: ["x-gleaner-demo": "true"], document.wireBytes)
    }
}
