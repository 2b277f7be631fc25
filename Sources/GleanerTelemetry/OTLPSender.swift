import AsyncCurl
import Foundation
import Inflate
import NIOCore
import OTLP
import SwiftProtobuf

/// Posts to a collector: OTLP over HTTP, protobuf.
struct OTLPSender: Sendable {
    enum Answer: Sendable, Hashable {
        /// Some of it perhaps not, which is not to be sent again.
        case taken(rejected: Int)
        /// To be sent again, not before that time has passed.
        case later(after: Duration?)
        /// For good.
        case refused(status: Int)
    }
    private let configuration: TelemetryConfiguration
    private let client: CurlClient

    /// Starts a thread of its own: a collector that is slow to be reached is not waited for by anything else.
    init(_ configuration: TelemetryConfiguration) {
        self.configuration = configuration
        var curl = CurlConfiguration()
        curl.caBundle = configuration.caFile
        curl.maximumConnectionsPerHost = 4
        client = CurlClient(configuration: curl)
    }

    func send(_ message: some Message, as signal: TelemetrySignal, within timeout: Duration? = nil) async -> Answer {
        guard let url = configuration.endpoints[signal], let bytes: [UInt8] = try? message.serializedBytes() else {
            return .refused(status: 0)
        }
        let limit = timeout ?? configuration.timeout
        var headers = [(name: "content-type", value: "application/x-protobuf")]
        if configuration.compresses { headers.append((name: "content-encoding", value: "gzip")) }
        let request = CurlRequest(
            method: "POST", url: url, headers: headers + configuration.headers,
            body: ByteBuffer(bytes: configuration.compresses ? gzipped(bytes) : bytes),
            deadlines: CurlDeadlines(connect: min(limit, .seconds(5)), firstByte: limit, idle: limit, total: limit))
        do throws(CurlError) {
            let response = try await client.send(request)
            let body = try await response.collect(upTo: 64 << 10)
            return Self.answer(response.status, response.headers.first("retry-after"), Array(body.readableBytesView))
        } catch .invalidURL, .invalidHeader {
            return .refused(status: 0)
        } catch {
            return .later(after: nil)
        }
    }

    /// Source: OTLP 1.x, "OTLP/HTTP Response": 429, 502, 503 and 504 are repeated, other 4xx and 5xx are not.
    static func answer(_ status: Int, _ retryAfter: String?, _ body: [UInt8]) -> Answer {
        switch status {
        case 200..<300:
            let said = try? OTLPTraceExportAnswer(serializedBytes: body)
            return .taken(rejected: Int(clamping: max(0, said?.partialSuccess.rejectedSpans ?? 0)))
        case 429, 502, 503, 504:
            let seconds = retryAfter.flatMap { Int($0) }.map { min(max($0, 0), 300) }
            return .later(after: seconds.map { .seconds($0) })
        default: return .refused(status: status)
        }
    }

    var resource: OTLPResource {
        var resource = OTLPResource()
        resource.attributes = configuration.resource.map { .text($0.name, $0.value) }
        return resource
    }

    static var scope: OTLPScope {
        var scope = OTLPScope()
        scope.name = "gleaner"
        return scope
    }
}

extension OTLPKeyValue {
    static func of(_ key: String, _ value: OTLPAnyValue.OneOf_Value) -> OTLPKeyValue {
        var pair = OTLPKeyValue()
        pair.key = key
        pair.value.value = value
        return pair
    }
    static func text(_ key: String, _ value: String) -> OTLPKeyValue { .of(key, .stringValue(value)) }
}

extension Date {
    var unixNanoseconds: UInt64 { UInt64(max(0, timeIntervalSince1970 * 1e6).rounded()) * 1000 }
}
