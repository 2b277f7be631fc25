import AsyncEpoll
public import Foundation
import GRDB
public import GleanerCore
public import NIOCore
import Synchronization

public struct JournalConfiguration: Sendable {
    /// Made when missing, mode 0700.
    public var directory: URL
    public var durability: Durability = .disk
    /// Bytes of bodies that may wait for Postgres before new exchanges are refused. Default 1 GiB.
    public var maximumBytes: Int64 = 1 << 30

    public init(directory: URL) { self.directory = directory }
}

/// The crash-safe local log between the gateway and Postgres.
///
/// Group commit: while one transaction is being synced, what arrives waits and goes together into the next. One
/// fdatasync thus serves every exchange that waited for it.
public final class Journal: ExchangeJournal, Sendable {
    fileprivate struct Pending {
        let entry: JournalEntry
        let done: (@Sendable (Result<Void, JournalError>) -> Void)?
    }
    fileprivate struct State {
        var pending: [Pending] = []
        var isFlushQueued = false
        var isOpen = true
        var nextSequence: Int64
        var nextPart: Int64 = 1
        /// Bodies of open and undelivered exchanges, by sequence.
        var bytes: [Int64: Int64]
        var totalBytes: Int64
        var ids: [ID<Exchange>: Int64]
        var counts: LedgerCounts
    }

    private let lock: JournalLock
    private let thread: EpollThread<JournalWriter>
    private let database: DatabasePool
    private let state: Mutex<State>
    private let maximumBytes: Int64
    public let durability: Durability
    /// One element after each commit that made exchanges ready for Postgres; older unread ones are merged.
    public let recorded: AsyncStream<Void>
    private let announce: AsyncStream<Void>.Continuation

    /// Opens or creates the journal, and marks what a dead process left open as interrupted.
    public init(_ configuration: JournalConfiguration) throws(JournalError) {
        lock = try JournalLock(directory: configuration.directory)
        let database = try JournalDatabase.open(at: configuration.directory, durability: configuration.durability)
        let found = try JournalRecovery.run(on: database)
        self.database = database
        durability = configuration.durability
        maximumBytes = configuration.maximumBytes
        var counts = LedgerCounts()
        counts.received = Int64(found.exchanges.count)
        counts.journaled = Int64(found.exchanges.count)
        counts.interrupted = found.interrupted
        state = Mutex(
            State(
                nextSequence: found.lastSequence + 1, bytes: found.exchanges.mapValues(\.bytes),
                totalBytes: found.exchanges.values.reduce(0) { $0 + $1.bytes },
                ids: Dictionary(uniqueKeysWithValues: found.exchanges.map { ($0.value.id, $0.key) }), counts: counts))
        (recorded, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        thread = EpollThread(name: "journal") { _ in JournalWriter(database: database) }
        announce.yield()
    }

    // MARK: The gateway's side

    public func open(_ intent: ExchangeIntent, request: ByteBuffer) async throws(JournalError) -> JournalTicket {
        let sequence = try reserve(intent, bytes: request.readableBytes)
        let result = await append([.open(sequence, intent, request: request)])
        if case .failure(let error) = result {
            release(intent.id, sequence)
            throw error
        }
        state.withLock {
            $0.counts.received += 1
            $0.counts.open += 1
        }
        FaultPoint.intentDurable.pass()
        return JournalTicket(sequence: sequence)
    }

    public func checkpoint(_ ticket: JournalTicket, _ bytes: ByteBuffer) {
        let part = state.withLock { state in
            state.add(Int64(bytes.readableBytes), to: ticket.sequence)
            defer { state.nextPart += 1 }
            return state.nextPart
        }
        enqueue([Pending(entry: .checkpoint(ticket.sequence, part: part, bytes), done: nil)])
    }

    public func close(
        _ ticket: JournalTicket, _ outcome: ExchangeOutcome, rest: ByteBuffer
    ) async throws(JournalError) {
        state.withLock { $0.add(Int64(rest.readableBytes), to: ticket.sequence) }
        if case .failure(let error) = await append([.close(ticket.sequence, outcome, rest: rest)]) { throw error }
        state.withLock {
            $0.counts.open -= 1
            $0.counts.journaled += 1
        }
        announce.yield()
        FaultPoint.recordDurable.pass()
    }

    public func record(
        _ intent: ExchangeIntent, request: ByteBuffer, _ outcome: ExchangeOutcome, response: ByteBuffer
    ) async throws(JournalError) {
        let sequence = try reserve(intent, bytes: request.readableBytes + response.readableBytes)
        let result = await append([
            .open(sequence, intent, request: request), .close(sequence, outcome, rest: response),
        ])
        if case .failure(let error) = result {
            release(intent.id, sequence)
            throw error
        }
        state.withLock {
            $0.counts.received += 1
            $0.counts.journaled += 1
        }
        announce.yield()
    }

    private func reserve(_ intent: ExchangeIntent, bytes: Int) throws(JournalError) -> Int64 {
        let limit = maximumBytes
        let result: Result<Int64, JournalError> = state.withLock { state in
            guard state.isOpen else { return .failure(.closed) }
            guard state.totalBytes + Int64(bytes) <= limit else {
                return .failure(.full(bytes: state.totalBytes, limit: limit))
            }
            guard state.ids[intent.id] == nil else { return .failure(.duplicate) }
            let sequence = state.nextSequence
            state.nextSequence += 1
            state.ids[intent.id] = sequence
            state.add(Int64(bytes), to: sequence)
            return .success(sequence)
        }
        return try result.get()
    }

    private func release(_ id: ID<Exchange>, _ sequence: Int64) {
        state.withLock {
            $0.ids[id] = nil
            $0.drop(sequence)
        }
    }

    // MARK: Ingest's side

    /// The oldest exchanges that are whole, at most `limit` and about `bytes` of bodies (but always one).
    func oldest(limit: Int, bytes: Int) async throws -> [(sequence: Int64, exchange: JournaledExchange)] {
        try await database.read { db in try JournalReader.oldest(db, limit: limit, bytes: bytes) }
    }

    /// Postgres has these, as rows or in quarantine: they leave the journal.
    func acknowledge(_ delivered: [(sequence: Int64, id: ID<Exchange>)], quarantined: Int) async throws(JournalError) {
        if case .failure(let error) = await append([.acknowledge(delivered.map(\.sequence))]) { throw error }
        state.withLock { state in
            for (sequence, id) in delivered {
                state.ids[id] = nil
                state.drop(sequence)
            }
            state.counts.journaled -= Int64(delivered.count)
            state.counts.stored += Int64(delivered.count - quarantined)
            state.counts.quarantined += Int64(quarantined)
        }
        FaultPoint.afterAcknowledge.pass()
    }

    // MARK: State, shutdown

    public var counts: LedgerCounts { state.withLock(\.counts) }

    /// Bytes of bodies that are not in Postgres yet.
    public var waitingBytes: Int64 { state.withLock(\.totalBytes) }

    /// Refuses new exchanges; open ones may still be closed.
    public func refuseNew() { state.withLock { $0.isOpen = false } }

    /// Ends the writer's thread after what was appended is written. Blocks; call it when nothing runs any more.
    public func shutdown() {
        refuseNew()
        announce.finish()
        thread.stopAndWait()
        lock.release()
    }

    // MARK: Group commit

    private func append(_ entries: [JournalEntry]) async -> Result<Void, JournalError> {
        await withCheckedContinuation { continuation in
            var pending = entries.map { Pending(entry: $0, done: nil) }
            pending[pending.count - 1] = Pending(entry: entries[entries.count - 1]) {
                continuation.resume(returning: $0)
            }
            enqueue(pending)
        }
    }

    private func enqueue(_ new: [Pending]) {
        let mustFlush = state.withLock { state in
            state.pending += new
            defer { state.isFlushQueued = true }
            return !state.isFlushQueued
        }
        guard mustFlush else { return }
        if !thread.submit({ [weak self] writer in self?.flush(writer) }) {
            let stranded = takePending()
            for pending in stranded { pending.done?(.failure(.closed)) }
        }
    }

    private func takePending() -> [Pending] {
        state.withLock { state in
            defer { state.pending.removeAll() }
            state.isFlushQueued = false
            return state.pending
        }
    }

    private func flush(_ writer: JournalWriter) {
        let batch = takePending()
        do {
            try writer.commit(batch.map(\.entry))
            for pending in batch { pending.done?(.success(())) }
        } catch {
            // One entry that cannot be written must not fail its neighbours; a deletion may even make room.
            for pending in batch {
                do {
                    try writer.commit([pending.entry])
                    pending.done?(.success(()))
                } catch {
                    pending.done?(.failure(error))
                }
            }
        }
    }
}

extension Journal.State {
    fileprivate mutating func add(_ count: Int64, to sequence: Int64) {
        bytes[sequence, default: 0] += count
        totalBytes += count
    }
    fileprivate mutating func drop(_ sequence: Int64) {
        totalBytes -= bytes.removeValue(forKey: sequence) ?? 0
    }
}
