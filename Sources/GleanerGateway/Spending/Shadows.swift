public import AsyncCurl
import Foundation
public import GleanerCore
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

/// Repeats requests to candidates: their answers are stored like any others and shown to nobody.
///
/// Shadows never hold up or crowd out clients: above `limit` at once further ones are dropped and counted.
public final class Shadows: Service {
    struct Job: Sendable {
        let intent: ExchangeIntent
        /// The client's bytes, which are what is stored.
        let body: ByteBuffer
        let candidate: CallPlan.Candidate
        let request: CurlRequest
        let streamEnd: StreamEnd?
    }

    private let client: CurlClient
    private let journal: any ExchangeJournal
    private let open: OpenExchanges
    private let limit: Int
    private let maximumAnswerBytes: Int
    private let logger: Logger
    private let counts = Mutex((running: 0, dropped: 0))
    private let jobs: AsyncStream<Job>
    private let offers: AsyncStream<Job>.Continuation

    public init(
        client: CurlClient, journal: any ExchangeJournal, open: OpenExchanges, limit: Int = 64,
        maximumAnswerBytes: Int = 32 << 20, logger: Logger
    ) {
        self.client = client
        self.journal = journal
        self.open = open
        self.limit = limit
        self.maximumAnswerBytes = maximumAnswerBytes
        self.logger = logger
        (jobs, offers) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limit))
    }

    /// Not sent because too many were under way.
    public var dropped: Int { counts.withLock(\.dropped) }

    func offer(_ job: Job) {
        let hasRoom = counts.withLock { counts in
            let hasRoom = counts.running < limit
            if hasRoom { counts.running += 1 } else { counts.dropped += 1 }
            return hasRoom
        }
        if hasRoom { offers.yield(job) }
    }

    public func run() async throws {
        await withDiscardingTaskGroup { group in
            for await job in jobs.cancelOnGracefulShutdown() {
                group.addTask {
                    await self.repeatRequest(job)
                    self.counts.withLock { $0.running -= 1 }
                }
            }
        }
    }

    private func repeatRequest(_ job: Job) async {
        do throws(JournalError) {
            let ticket = try await journal.open(job.intent, request: job.body)
            let exchange = OpenExchange(
                job.intent, arrivedAt: .now, ticket: ticket, journal: journal, logger: logger)
            open.add(exchange)
            defer { open.remove(exchange.id) }
            exchange.beginAttempt(job.candidate, model: job.candidate.model ?? job.intent.requestedModel)
            if let failure = await receive(job, exchange) {
                let status: ExchangeStatus = Task.isCancelled ? .interrupted : .upstreamFailed
                await exchange.closeOrLog(status, reason: Task.isCancelled ? "gateway_stopped" : failure)
            } else {
                try await exchange.close(.completed)
            }
        } catch {
            logger.warning(
                "a shadow could not be kept", metadata: ["error.code": "\(error.explanation.code)"])
        }
    }

    /// - Returns: the reason when the answer is not whole.
    private func receive(_ job: Job, _ exchange: OpenExchange) async -> String? {
        do throws(CurlError) {
            let response = try await client.send(job.request)
            let kept = WireHeaders.fromProvider(response.headers)
            let isEventStream = WireHeaders.isEventStream(kept)
            exchange.head(status: response.status, headers: kept, isEventStream: isEventStream)
            var finder = job.streamEnd.map(StreamEndFinder.init)
            let body = response.body.makeAsyncIterator()
            while let piece = try await body.next() {
                guard exchange.take(piece) <= maximumAnswerBytes else {
                    response.cancel()
                    return GatewayError.answerTooLarge(limit: maximumAnswerBytes).explanation.code
                }
                if isEventStream { _ = finder?.scan(piece, from: 0) }
            }
            let isWhole = !isEventStream || finder?.found ?? true
            return isWhole ? nil : GatewayError.providerCut.explanation.code
        } catch {
            return GatewayError(error).explanation.code
        }
    }
}
