import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird
import NIOCore

/// `POST /api/exchanges`: one exchange, or many.
public struct ExchangeLogRoutes: Sendable {
    private let log: ExchangeLog
    private let limits: LogLimits
    /// At a time on their way into the journal: one sync serves all of them.
    private let together = 64
    private let togetherBytes = 8 << 20

    public init(log: ExchangeLog, limits: LogLimits) {
        self.log = log
        self.limits = limits
    }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.post("exchanges", use: take)
    }

    /// Answers when all that it accepts is durable. Scope `gateway`: whoever may call `/v1` may add exchanges anyway.
    func take(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .gateway)
        var reader = try BatchReader(request.headers, limits: limits)
        var results = BatchResults()
        var waiting: [RawRecord] = []
        var stopped: BatchError?
        do {
            for try await buffer in request.body {
                try reader.feed(Array(buffer.readableBytesView)) { waiting.append($0) }
                try await flush(&waiting, of: caller, into: &results, isLast: false)
                if results.isFull { break }
            }
            if !results.isFull { try reader.finish { waiting.append($0) } }
        } catch let error as BatchError {
            stopped = error
        } catch {
            stopped = .connectionLost
        }
        try await flush(&waiting, of: caller, into: &results, isLast: true)
        if reader.isSingle {
            if let stopped { throw stopped }
            return try results.single()
        }
        return try results.answer(stopped: stopped)
    }

    private func flush(
        _ waiting: inout [RawRecord], of caller: Caller, into results: inout BatchResults, isLast: Bool
    ) async throws {
        let size = waiting.reduce(0) { $0 + $1.bytes.count }
        guard isLast || waiting.count >= together || size >= togetherBytes else { return }
        while !waiting.isEmpty {
            let group = waiting.prefix(together)
            waiting.removeFirst(group.count)
            let room = max(0, limits.items - results.count)
            results.append(await record(Array(group.prefix(room)), of: caller))
            if group.count > room {
                results.append([(group[group.startIndex + room], .failure(LogError.tooMany(limit: limits.items)))])
                results.isFull = true
                return waiting.removeAll()
            }
        }
    }

    /// In the order of `records`.
    private func record(_ records: [RawRecord], of caller: Caller) async -> [(RawRecord, BatchResults.Outcome)] {
        let log = log
        let limit = limits.itemBytes
        return await withTaskGroup(of: (Int, BatchResults.Outcome).self) { group in
            for (index, record) in records.enumerated() {
                group.addTask {
                    do {
                        if record.isTooLong { throw LogError.tooLarge(limit: limit) }
                        if record.isCut { throw LogError.cut }
                        return (index, .success(try await log.record(record.bytes, by: caller)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var outcomes = [BatchResults.Outcome?](repeating: nil, count: records.count)
            for await (index, outcome) in group { outcomes[index] = outcome }
            return zip(records, outcomes).compactMap { record, outcome in outcome.map { (record, $0) } }
        }
    }
}
