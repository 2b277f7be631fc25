import Foundation
public import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird
import Inflate
import NIOCore
import OTLP

/// Which of these completion ids are exchanges of the project already.
public typealias KnownCompletions = @Sendable (_ ids: [String], _ project: ID<Project>) async throws -> Set<String>

/// `POST /v1/traces`: what instrumented applications tell of their calls, as exchanges.
///
/// Source: OTLP 1 over HTTP. Answers when all that it keeps is durable; spans that are no call to a model are accepted and not
/// kept.
public struct TraceRoutes: Sendable {
    private let log: ExchangeLog
    private let limits: LogLimits
    private let known: KnownCompletions
    private let isDrained: @Sendable () -> Bool
    private let recent = RecentCompletions()

    /// - Parameters:
    ///   - isDrained: nothing waits in the journal.
    ///   - known: calls that went through the gateway are told of by their spans, too, and are kept once.
    public init(
        log: ExchangeLog, limits: LogLimits, isDrained: @escaping @Sendable () -> Bool,
        known: @escaping KnownCompletions
    ) {
        self.log = log
        self.limits = limits
        self.isDrained = isDrained
        self.known = known
    }

    /// - Parameter router: answers under `/v1`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.post("traces", use: take)
    }

    /// Scope `gateway`, as for `POST /api/exchanges`.
    func take(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .gateway)
        let encoding = try TraceEncoding(request.headers)
        let calls = Self.calls(of: try encoding.read(try await body(of: request)))
        let news = try await new(calls, to: request.head.authority?.lowercased(), by: caller)
        var rejections = Rejections()
        for start in stride(from: 0, to: news.count, by: Self.together) {
            for error in try await record(news[start..<min(start + Self.together, news.count)], by: caller) {
                rejections.add(error)
            }
        }
        var headers: HTTPFields = [.contentType: encoding.contentType]
        let answer = try encoding.write(rejections.answer)
        headers[.contentLength] = "\(answer.count)"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer)))
    }

    /// Without those that the gateway keeps itself: they went to where this export came, or are known by their answer. Of
    /// several spans of one answer one is kept, whether they come together or one after the other.
    private func new(_ calls: [SpanCall], to here: String?, by caller: Caller) async throws -> [SpanCall] {
        let calls = calls.filter { here == nil || $0.server != here }.withoutTwins()
        let ids = calls.compactMap(\.completionID)
        guard !ids.isEmpty else { return calls }
        try await settle()
        let kept = try await known(ids, caller.project)
        return calls.filter { call in
            guard let completion = call.completionID, call.hasTexts else { return true }
            return !kept.contains(completion) && recent.claim(completion, of: caller.project, for: call.name)
        }
    }

    /// What the gateway has kept a moment ago is on its way to the database, which knows its answer's name.
    private func settle() async throws {
        for _ in 0..<20 where !isDrained() { try await Task.sleep(for: .milliseconds(50)) }
    }

    /// At a time on their way into the journal: one sync serves all of them.
    private static let together = 64

    /// - Returns: why some are not kept.
    private func record(_ calls: ArraySlice<SpanCall>, by caller: Caller) async throws -> [LogError] {
        let (log, now) = (log, Date())
        return try await withThrowingTaskGroup(of: LogError?.self) { group in
            for call in calls {
                group.addTask {
                    do {
                        _ = try await log.record(call.exchange(now: now), namespace: "trace", by: caller)
                        return nil
                    } catch let error as LogError {
                        return error
                    }
                }
            }
            return try await group.reduce(into: []) { errors, error in if let error { errors.append(error) } }
        }
    }

    private static func calls(of export: OTLPTraceExport) -> [SpanCall] {
        export.resourceSpans.flatMap { resourceSpans in
            let resource = SpanValues(resourceSpans.resource.attributes)
            return resourceSpans.scopeSpans.flatMap { scopeSpans in
                scopeSpans.spans.compactMap { SpanCall($0, resource: resource, scope: scopeSpans.scope.name) }
            }
        }
    }

    private func body(of request: Request) async throws -> [UInt8] {
        let packed = try await BoundedBody(limit: limits.batchBytes).read(request.body)
        guard var inflater = try BatchReader.inflater(request.headers, limits) else { return packed }
        var body: [UInt8] = []
        do {
            try inflater.inflate(packed) { body += $0 }
            try inflater.finish()
        } catch let error as InflateError {
            throw BatchError.gzip(error)
        }
        return body
    }

    /// Spans that describe a call and could not be kept, as OTLP tells of them.
    private struct Rejections {
        private var count: Int64 = 0
        private var first: LogError?

        mutating func add(_ error: LogError) {
            count += 1
            first = first ?? error
        }

        var answer: OTLPTraceExportAnswer {
            var answer = OTLPTraceExportAnswer()
            if let first {
                answer.partialSuccess.rejectedSpans = count
                answer.partialSuccess.errorMessage =
                    "\(first.explanation.code): \(first.explanation.why) \(first.explanation.fix)"
            }
            return answer
        }
    }
}

/// Reads a whole body up to a limit.
private struct BoundedBody {
    let limit: Int

    func read(_ body: RequestBody) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await buffer in body {
                bytes += buffer.readableBytesView
                guard bytes.count <= limit else { throw BatchError.tooLarge(limit: limit) }
            }
        } catch let error as BatchError {
            throw error
        } catch {
            throw BatchError.connectionLost
        }
        return bytes
    }
}
