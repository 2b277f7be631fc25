import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

extension ClientConnection {
    /// - Throws: when the client has gone, and what the body's own writing throws.
    func send(_ response: Response) async throws {
        try await send(.head(HTTPResponseHead(response.head)))
        try await response.body.write(AnswerWriter(connection: self))
    }
}

/// Writes the body of one answer.
private struct AnswerWriter: ResponseBodyWriter {
    let connection: ClientConnection

    func write(_ bytes: ByteBuffer) async throws { try await connection.send(.body(.byteBuffer(bytes))) }

    consuming func finish(_ trailers: HTTPFields?) async throws {
        try await connection.send(.end(trailers.map(HTTPHeaders.init)))
    }
}
