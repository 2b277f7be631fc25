import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// Reads a request's body, up to a limit and without copying pieces more than once.
enum CallBody {
    /// - Throws: `.clientGone` when the upload breaks off; then `body` holds what came.
    static func read(_ request: Request, into body: inout ByteBuffer, limit: Int) async throws(GatewayError) {
        if let encoding = request.headers.value(of: .contentEncoding), encoding.lowercased() != "identity" {
            throw .contentEncoding(String(encoding.prefix(64)))
        }
        if let length = request.headers.value(of: .contentLength).flatMap(Int.init), length > limit {
            throw .bodyTooLarge(limit: limit)
        }
        do {
            for try await piece in request.body {
                guard body.readableBytes + piece.readableBytes <= limit else {
                    throw GatewayError.bodyTooLarge(limit: limit)
                }
                if body.readableBytes == 0 {
                    body = piece
                } else {
                    body.writeImmutableBuffer(piece)
                }
            }
        } catch let error as GatewayError {
            throw error
        } catch {
            throw .clientGone
        }
    }
}
