import Foundation
import GleanerCore
import HTTPTypes
import Inflate

/// Limits of one `POST /api/exchanges`.
public struct LogLimits: Sendable {
    /// Of one exchange, decoded.
    public var itemBytes: Int
    /// Of a whole request, decoded.
    public var batchBytes: Int
    public var items = 10_000

    public init(itemBytes: Int, batchBytes: Int) {
        self.itemBytes = itemBytes
        self.batchBytes = batchBytes
    }
}

/// How the body of a request is packed.
enum BodyKind: Sendable, Hashable {
    /// A JSON document: one exchange, or an array of them.
    case json
    case ndjson

    init(_ headers: HTTPFields) {
        let type = headers[.contentType]?.split(separator: ";").first?.lowercased() ?? ""
        let known = ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"]
        self = known.contains(type.trimmingCharacters(in: .whitespaces)) ? .ndjson : .json
    }
}

/// Unpacks a body as it comes: inflates it, and cuts it into exchanges. Holds one of them at most.
struct BatchReader: ~Copyable {
    private var inflater: Inflater?
    private var splitter: RecordSplitter?
    /// Of a single exchange.
    private var document: [UInt8] = []
    private let kind: BodyKind
    private let limits: LogLimits
    private var decoded = 0

    init(_ headers: HTTPFields, limits: LogLimits) throws(BatchError) {
        kind = BodyKind(headers)
        self.limits = limits
        inflater = try Self.inflater(headers, limits)
        if kind == .ndjson { splitter = RecordSplitter(.lines, longest: limits.itemBytes) }
    }

    /// What a body's `Content-Encoding` asks for; `nil` when it is as it is.
    static func inflater(_ headers: HTTPFields, _ limits: LogLimits) throws(BatchError) -> Inflater? {
        switch headers[.contentEncoding]?.lowercased() ?? "identity" {
        case "identity", "": nil
        case "gzip", "x-gzip": Inflater(limits: .init(bytes: limits.batchBytes))
        default: throw .encodingUnknown
        }
    }

    /// Whether this is one exchange by itself, whose fault is the request's.
    var isSingle: Bool { splitter == nil }

    /// - Throws: `BatchError`; what came before it stays good.
    mutating func feed(_ bytes: [UInt8], into sink: (RawRecord) -> Void) throws(BatchError) {
        var pieces: [[UInt8]] = []
        if inflater == nil {
            pieces = [bytes]
            try take(pieces, into: sink)
            return
        }
        // In small steps, so that a dense piece becomes no more than a few megabytes.
        var rest = bytes[...]
        while !rest.isEmpty {
            let step = Array(rest.prefix(8 << 10))
            rest = rest.dropFirst(step.count)
            pieces = []
            let failure = inflate(step, into: &pieces)
            try take(pieces, into: sink)
            if let failure { throw failure }
        }
    }

    mutating func finish(into sink: (RawRecord) -> Void) throws(BatchError) {
        do throws(InflateError) {
            try inflater?.finish()
        } catch {
            throw .gzip(error)
        }
        if splitter != nil {
            splitter?.finish(into: sink)
        } else {
            sink(RawRecord(bytes: document, line: 1, isTooLong: false, isCut: false))
        }
    }

    private mutating func inflate(_ step: [UInt8], into pieces: inout [[UInt8]]) -> BatchError? {
        var found: [[UInt8]] = []
        defer { pieces = found }
        do {
            try inflater?.inflate(step) { found.append($0) }
            return nil
        } catch let error as InflateError {
            return .gzip(error)
        } catch {
            return .gzip(.corrupted)
        }
    }

    private mutating func take(_ pieces: [[UInt8]], into sink: (RawRecord) -> Void) throws(BatchError) {
        for piece in pieces {
            decoded += piece.count
            guard decoded <= limits.batchBytes else { throw .tooLarge(limit: limits.batchBytes) }
            if splitter == nil, document.isEmpty,
                piece.first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) == UInt8(ascii: "[")
            {
                splitter = RecordSplitter(.array, longest: limits.itemBytes)
            }
            if splitter != nil {
                splitter?.feed(piece, into: sink)
            } else {
                // Space ahead of the document is nothing, however it is cut into pieces.
                document += document.isEmpty ? Array(piece.drop { [0x20, 0x0A, 0x0D, 0x09].contains($0) }) : piece
                guard document.count <= limits.itemBytes else { throw .tooLarge(limit: limits.itemBytes) }
            }
        }
    }
}

/// Why the rest of a body was not read.
enum BatchError: Explained, Hashable {
    case encodingUnknown
    case gzip(InflateError)
    case tooLarge(limit: Int)
    /// The client's connection ended.
    case connectionLost

    var explanation: Explanation {
        switch self {
        case .encodingUnknown:
            Explanation(
                status: 415, code: "unsupported_encoding", what: "The request body cannot be read.",
                why: "Its Content-Encoding is neither gzip nor identity.", fix: "Send it as it is, or as gzip.")
        case .gzip(.corrupted):
            Explanation(
                status: 400, code: "gzip_invalid", what: "The request body cannot be read.",
                why: "It is not gzip, or it was damaged on the way.", fix: "Compress it again, whole.")
        case .gzip(.truncated):
            Explanation(
                status: 400, code: "gzip_truncated", what: "The request body ends too early.",
                why: "The end of the gzip stream is missing.", fix: "Close the compressor before sending.")
        case .gzip(.tooDense(let limit)):
            Explanation(
                status: 413, code: "gzip_too_dense", what: "The request body becomes too large.",
                why: "It has more than \(limit) times its compressed size.",
                fix: "Send such exchanges without compression.")
        case .gzip(.tooLarge(let limit)), .tooLarge(let limit):
            Explanation(
                status: 413, code: "batch_too_large", what: "The request body is too large.",
                why: "Decompressed it has more than \(limit) bytes.", fix: "Send several smaller requests.")
        case .connectionLost:
            Explanation(
                status: 499, code: "client_gone", what: "The rest of the batch did not come.",
                why: "The connection ended before the body did.", fix: "Send it again; what is kept is not kept twice.")
        }
    }
}
