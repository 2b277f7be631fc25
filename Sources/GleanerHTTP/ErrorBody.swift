import Foundation
public import GleanerCore
public import Hummingbird
import NIOCore

/// The two shapes in which a client sees an `Explanation`.
public enum ErrorBody: Sendable {
    /// `{"error":{"message","type","param","code","fix"}}`: what every OpenAI SDK reads. `message` holds the whole text,
    /// since SDKs show nothing else.
    case openAI
    /// `{"error":{"code","message","why","fix","request_id"}}`, for `/api`.
    case gleaner(requestID: String)

    private struct OpenAIShape: Encodable {
        struct Body: Encodable {
            let message: String
            let type: String
            let param: String?
            let code: String
            let fix: String
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(message, forKey: .message)
                try container.encode(type, forKey: .type)
                try container.encode(param, forKey: .param)
                try container.encode(code, forKey: .code)
                try container.encode(fix, forKey: .fix)
            }
            enum Key: CodingKey { case message, type, param, code, fix }
        }
        let error: Body
    }
    private struct GleanerShape: Encodable {
        struct Body: Encodable {
            let code: String
            let message: String
            let why: String
            let fix: String
            let request_id: String
        }
        let error: Body
    }

    public func bytes(_ explanation: Explanation) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            switch self {
            case .openAI:
                return Array(
                    try encoder.encode(
                        OpenAIShape(
                            error: .init(
                                message: "\(explanation.what) \(explanation.why) Fix: \(explanation.fix)",
                                type: Self.type(of: explanation.status), param: nil, code: explanation.code,
                                fix: explanation.fix))))
            case .gleaner(let requestID):
                return Array(
                    try encoder.encode(
                        GleanerShape(
                            error: .init(
                                code: explanation.code, message: explanation.what, why: explanation.why,
                                fix: explanation.fix, request_id: requestID))))
            }
        } catch {
            // Strings always encode; this keeps the compiler and a reader honest.
            return Array(#"{"error":{"code":"internal_error","message":"The error could not be written."}}"#.utf8)
        }
    }

    public func response(_ explanation: Explanation, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        if explanation.status == 503 || explanation.status == 429, headers[.retryAfter] == nil {
            headers[.retryAfter] = "2"
        }
        return Response(
            status: .init(code: explanation.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: bytes(explanation))))
    }

    private static func type(of status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
