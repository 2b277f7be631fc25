import Foundation
import GleanerCore
import HTTPTypes
import Inflate
import OTLP
import SwiftProtobuf

/// How a trace export is written, and its answer with it.
enum TraceEncoding: Sendable, Hashable {
    case protobuf, json

    init(_ headers: HTTPFields) throws(TraceError) {
        let type = headers[.contentType]?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
        switch type {
        case "application/x-protobuf": self = .protobuf
        case "application/json": self = .json
        default: throw .typeUnknown
        }
    }

    var contentType: String { self == .json ? "application/json" : "application/x-protobuf" }

    func read(_ body: [UInt8]) throws(TraceError) -> OTLPTraceExport {
        do {
            switch self {
            case .protobuf: return try OTLPTraceExport(serializedBytes: body)
            case .json:
                var options = JSONDecodingOptions()
                options.ignoreUnknownFields = true
                return try OTLPTraceExport(jsonUTF8Bytes: body, options: options)
            }
        } catch {
            throw .unreadable
        }
    }

    func write(_ message: some Message) throws -> [UInt8] {
        self == .json ? try message.jsonUTF8Bytes() : try message.serializedBytes()
    }
}

/// Why an export was not read.
enum TraceError: Explained, Hashable {
    case typeUnknown
    case unreadable

    var explanation: Explanation {
        switch self {
        case .typeUnknown:
            Explanation(
                status: 415, code: "unsupported_media_type", what: "The traces cannot be read.",
                why: "Their Content-Type is neither application/x-protobuf nor application/json.",
                fix: "Use OTLP over HTTP: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.")
        case .unreadable:
            Explanation(
                status: 400, code: "invalid_traces", what: "The traces cannot be read.",
                why: "The body is not an ExportTraceServiceRequest in the encoding its Content-Type says.",
                fix: "Point an OTLP exporter at /v1/traces; gRPC is not spoken here.")
        }
    }
}
