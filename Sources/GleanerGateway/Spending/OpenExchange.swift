import Crypto
import Foundation
import GleanerCore
import Logging
import NIOCore
import Synchronization

/// One exchange between its intent and its end: hashes what arrives, checkpoints it, and closes it exactly once.
///
/// Whatever happens to the handler, the exchange ends: one that is dropped without an end is closed as `client_gone`
/// by `deinit`, because that is the one way in which a server lets go of a response it was given.
final class OpenExchange: Sendable {
    fileprivate struct State {
        /// Of what came before `rest`.
        var hash = SHA256()
        /// Bytes since the last checkpoint.
        var rest = ByteBuffer()
        var total = 0
        var restSince: ContinuousClock.Instant?
        var attempts: [Attempt] = []
        var current: (attempt: Attempt, since: ContinuousClock.Instant)?
        /// When the first attempt began.
        var sentAt: ContinuousClock.Instant?
        var firstByteAt: ContinuousClock.Instant?
        var httpStatus: Int?
        var headers: [String: String] = [:]
        var isEventStream = false
        var isClosed = false
    }

    let id: ID<Exchange>
    private let arrivedAt: ContinuousClock.Instant
    private let ticket: JournalTicket
    private let journal: any ExchangeJournal
    private let choice: RouteChoice?
    private let metrics: GatewayMetrics?
    private let logger: Logger
    private let clock = ContinuousClock()
    private let state = Mutex(State())

    /// Above this much a checkpoint is written at once (P6).
    static let checkpointBytes = 64 << 10

    init(
        _ intent: ExchangeIntent, arrivedAt: ContinuousClock.Instant, ticket: JournalTicket,
        journal: any ExchangeJournal, metrics: GatewayMetrics? = nil, logger: Logger
    ) {
        id = intent.id
        choice = intent.choice
        self.metrics = metrics
        self.arrivedAt = arrivedAt
        self.ticket = ticket
        self.journal = journal
        self.logger = logger
    }

    // MARK: Attempts

    /// Makes durable what is written of it.
    func settle() throws(JournalError) { try journal.settle(ticket) }

    /// Whether a provider may be sent something (P1).
    func maySpend() -> Bool {
        guard (try? settle()) != nil else { return false }
        FaultPoint.intentDurable.pass()
        FaultPoint.beforeSpend.pass()
        return true
    }

    /// A try at a candidate of the plan begins.
    @inline(never)
    func beginAttempt(_ index: Int, of call: Call) {
        let candidate = call.plan.candidates[index]
        beginAttempt(candidate, model: candidate.model ?? call.fields?.model)
    }

    /// A try at a provider begins. Ends with `failAttempt`, or with the exchange.
    func beginAttempt(_ candidate: CallPlan.Candidate, model: String?) {
        let now = clock.now
        state.withLock { state in
            state.sentAt = state.sentAt ?? now
            let attempt = Attempt(
                number: state.attempts.count + 1, provider: candidate.providerName, variant: candidate.variant,
                model: model, startedAfter: now - arrivedAt, duration: .zero)
            state.current = (attempt, now)
        }
    }

    /// The current try came to nothing, and another follows.
    func failAttempt(httpStatus: Int?, reason: String) {
        let now = clock.now
        state.withLock { $0.endAttempt(at: now, httpStatus: httpStatus, reason: reason) }
    }

    /// Of the answer, as they are kept.
    var headers: [String: String] { state.withLock { $0.headers } }

    /// Of the current or the last attempt.
    var variant: String? { state.withLock { ($0.current?.attempt ?? $0.attempts.last)?.variant } }

    // MARK: The answer

    func head(status: Int, headers: [String: String], isEventStream: Bool) {
        state.withLock {
            $0.httpStatus = status
            $0.headers = headers
            $0.isEventStream = isEventStream
        }
    }

    /// Takes a piece of the answer, before it goes out.
    /// - Returns: how many bytes have arrived in all.
    func take(_ piece: ByteBuffer) -> Int {
        let (total, full) = state.withLock { state -> (Int, ByteBuffer?) in
            let now = clock.now
            if state.firstByteAt == nil { state.firstByteAt = now }
            state.total += piece.readableBytes
            if state.rest.readableBytes == 0 {
                state.rest = piece
                state.restSince = now
            } else {
                state.rest.writeImmutableBuffer(piece)
            }
            guard state.rest.readableBytes >= Self.checkpointBytes else { return (state.total, nil) }
            return (state.total, state.takeRest())
        }
        if let full { journal.checkpoint(ticket, full) }
        return total
    }

    /// Writes a checkpoint when bytes have waited for `age`: a slow stream is never more than about a second behind.
    func checkpoint(olderThan age: Duration) {
        let due = state.withLock { state -> ByteBuffer? in
            guard let since = state.restSince, !state.isClosed, clock.now - since >= age else { return nil }
            return state.takeRest()
        }
        if let due { journal.checkpoint(ticket, due) }
    }

    /// Makes the end durable. Only the first call does anything.
    func close(_ status: ExchangeStatus, reason: String? = nil) async throws(JournalError) {
        guard try await end(status, reason: reason) else { return }
        try settle()
        FaultPoint.recordDurable.pass()
    }

    /// Writes the end; it is to be settled.
    /// - Returns: `false` when it has ended before.
    @discardableResult
    func end(_ status: ExchangeStatus, reason: String? = nil) async throws(JournalError) -> Bool {
        guard let (outcome, rest) = finish(status, reason) else { return false }
        let began = clock.now
        try await journal.end(ticket, outcome, rest: rest)
        guard let metrics else { return true }
        metrics.answered(outcome, choice)
        if let sent = state.withLock(\.sentAt) { metrics.took(sent - arrivedAt + (clock.now - began)) }
        return true
    }

    /// Whether the last byte of the answer may leave (P2).
    func mayAnswer() -> Bool {
        guard (try? settle()) != nil else { return false }
        FaultPoint.recordDurable.pass()
        FaultPoint.beforeLastByte.pass()
        return true
    }

    /// As `close`, where nobody is left to be told of a failure.
    func closeOrLog(_ status: ExchangeStatus, reason: String) async {
        do throws(JournalError) {
            try await close(status, reason: reason)
        } catch {
            Self.report(error, id, logger)
        }
    }

    private func finish(_ status: ExchangeStatus, _ reason: String?) -> (ExchangeOutcome, ByteBuffer)? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            let now = clock.now
            let isStream = state.isEventStream
            state.endAttempt(at: now, httpStatus: state.httpStatus, reason: reason)
            let rest = state.takeRest() ?? ByteBuffer()
            let outcome = ExchangeOutcome(
                status: status, reason: reason, httpStatus: state.httpStatus, headers: state.headers,
                duration: state.sentAt.map { now - $0 },
                timeToFirstToken: isStream ? state.sentAt.flatMap { sent in state.firstByteAt.map { $0 - sent } } : nil,
                responseHash: state.httpStatus == nil ? nil : state.hash.finalize().bytes, attempts: state.attempts)
            return (outcome, rest)
        }
    }

    private static func report(_ error: JournalError, _ id: ID<Exchange>, _ logger: Logger) {
        logger.error(
            "the end of an exchange could not be made durable",
            metadata: ["exchange.id": "\(id)", "error.code": "\(error.explanation.code)"])
    }

    deinit {
        guard let (outcome, rest) = finish(.clientGone, "client_gone") else { return }
        metrics?.answered(outcome, choice)
        let (journal, ticket, id, logger) = (journal, ticket, id, logger)
        Task {
            do throws(JournalError) {
                try await journal.close(ticket, outcome, rest: rest)
            } catch {
                Self.report(error, id, logger)
            }
        }
    }
}

extension OpenExchange.State {
    fileprivate mutating func endAttempt(at now: ContinuousClock.Instant, httpStatus: Int?, reason: String?) {
        guard var ended = current else { return }
        ended.attempt.duration = now - ended.since
        ended.attempt.httpStatus = httpStatus
        ended.attempt.reason = reason
        attempts.append(ended.attempt)
        current = nil
    }

    fileprivate mutating func takeRest() -> ByteBuffer? {
        restSince = nil
        guard rest.readableBytes > 0 else { return nil }
        rest.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        defer { rest = ByteBuffer() }
        return rest
    }
}
