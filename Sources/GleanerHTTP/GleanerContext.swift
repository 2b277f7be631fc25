import Foundation
public import GleanerCore
public import Hummingbird
public import NIOCore

/// What a handler knows of its request besides the bytes.
public struct GleanerContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// Set by the authenticating middleware; `nil` on routes that need no key.
    public var caller: Caller?

    /// The client's connection.
    public let channel: any Channel

    public init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// JSON bodies of `/api` are small documents; exchanges come in through the gateway, which has its own cap.
    public var maxUploadSize: Int { 4 << 20 }

    public var requestDecoder: JSONRequestDecoder { JSONRequestDecoder() }
    public var responseEncoder: JSONResponseEncoder { JSONResponseEncoder() }

    /// - Throws: `AccessError.keyRefused` without a caller, `.scopeMissing` when the key lacks `scope`.
    public func caller(with scope: Scope) throws(AccessError) -> Caller {
        try caller.allowed(scope)
    }
}

/// Bodies of `/api`: JSON in UTF-8, dates in ISO 8601.
public struct JSONRequestDecoder: RequestDecoder {
    public func decode<Value: Decodable>(
        _ type: Value.Type, from request: Request, context: some RequestContext
    ) async throws -> Value {
        let body = try await request.body.collect(upTo: context.maxUploadSize)
        return try decode(type, from: body.readableBytesView)
    }

    /// - Throws: `BodyError`, or what the type's own decoding throws.
    public func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw BodyError(error)
        }
    }
}

/// Answers of `/api`: keys sorted, dates in ISO 8601.
public struct JSONResponseEncoder: ResponseEncoder {
    public func encode(_ value: some Encodable, from request: Request, context: some RequestContext) throws -> Response
    {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(value)
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}

/// A body that is not the JSON that a route asks for. Names the field, never shows its value.
public struct BodyError: Explained, Hashable {
    public let field: String
    public let problem: String

    public init(field: String, problem: String) {
        self.field = field
        self.problem = problem
    }

    public init(_ error: DecodingError) {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            self.init(field: (path(context) + "." + key.stringValue).trimmingPrefix("."), problem: "is missing")
        case .valueNotFound(_, let context): self.init(field: path(context), problem: "must not be null")
        case .typeMismatch(_, let context): self.init(field: path(context), problem: "has the wrong type")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            self.init(field: "body", problem: "is not JSON in UTF-8")
        case .dataCorrupted(let context): self.init(field: path(context), problem: "is not a value of its kind")
        @unknown default: self.init(field: "body", problem: "cannot be read")
        }
    }
    private init(field: Substring, problem: String) { self.init(field: String(field), problem: problem) }

    public var explanation: Explanation {
        Explanation(
            status: 400, code: "invalid_body",
            what: "The request body cannot be used.",
            why: "`\(field)` \(problem).",
            fix: "Send a JSON object as docs/reference/api.md describes for this path.")
    }
}
