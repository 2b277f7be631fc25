import AsyncEpoll
public import Foundation
public import GleanerCore
public import NIOCore
import SQLite
import Synchronization

public struct JournalConfiguration: Sendable {
    /// Made when missing, mode 0700.
    public var directory: URL
    public var durability: Durability = .disk
    /// Bytes of bodies that may wait for Postgres before new exchanges are refused. Default 1 GiB.
    public var maximumBytes: Int64 = 1 << 30
    /// Bytes of bodies that are also held in memory for ingest, so that it need not read them back. Default 32 MiB.
    public var heldBytes = 32 << 20
    /// Bytes kept for the end of open exchanges on a full volume; an eighth of what is free when that is less.
    /// Default 64 MiB.
    public var reserveBytes: Int64 = 64 << 20

    public init(directory: URL) { self.directory = directory }
}

/// The crash-safe local log between the gateway and Postgres.
///
/// Group commit: while one transaction is being synced, what arrives waits and goes together into the next. One
/// fdatasync thus serves every exchange that waited for it.
public final class Journal: ExchangeJournal, Sendable {
    private typealias Pending = JournalQueue.Pending

    private let lock: JournalLock
    /// What takes long or has time, and all commits that are slow; with its timers.
    private let thread: EpollThread<EpollLoop>
    /// Where callers are, when commits may be made there.
    private let host: (any EventLoop)?
    private let writer: Mutex<JournalWriter>
    private let state: Mutex<JournalState>
    private let queue = Mutex(JournalQueue())
    private let pace = Mutex(CommitPace())
    let sync = JournalSync()
    public let durability: Durability
    let directory: URL
    /// What the start found wrong with the files.
    public let damage: JournalDamage
    /// One element after each commit that made exchanges ready for Postgres; older unread ones are merged.
    public let recorded: AsyncStream<Void>
    private let announce: AsyncStream<Void>.Continuation

    /// Opens or creates the journal, and marks what a dead process left open as interrupted.
    /// - Parameter host: the event loop on which exchanges are opened and closed: while the disk is quick, commits are
    ///   made there (docs/adr/0012). `nil`: always on a thread of the journal's own.
    public init(_ configuration: JournalConfiguration, on host: (any EventLoop)? = nil) throws(JournalError) {
        lock = try JournalLock(directory: configuration.directory)
        let found: JournalRecovery.Found
        do throws(SQLiteError) {
            found = try JournalSalvage.recover(at: configuration.directory, durability: configuration.durability)
        } catch {
            throw JournalError(error)
        }
        durability = configuration.durability
        directory = configuration.directory
        damage = found.damage
        state = Mutex(JournalState(found, limit: configuration.maximumBytes, heldLimit: configuration.heldBytes))
        (recorded, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        writer = Mutex(
            JournalWriter(
                directory: configuration.directory, durability: configuration.durability,
                reserve: JournalReserve(directory: configuration.directory, bytes: configuration.reserveBytes),
                sync: sync))
        thread = EpollThread(name: "journal", makeContext: { $0 })
        self.host = host
        announce.yield()
    }

    // MARK: The gateway's side

    public func begin(_ intent: ExchangeIntent, request: ByteBuffer) async throws(JournalError) -> JournalTicket {
        let sequence = try reserve(intent, request: request)
        try await append([.open(sequence, intent, request: request)], isSettled: true, releasing: sequence)
        return JournalTicket(sequence: sequence)
    }

    public func checkpoint(_ ticket: JournalTicket, _ bytes: ByteBuffer) {
        let part = state.withLock { $0.add(bytes, to: ticket.sequence) }
        enqueue(Pending(entries: [.checkpoint(ticket.sequence, part: part, bytes)]))
    }

    public func end(
        _ ticket: JournalTicket, _ outcome: ExchangeOutcome, rest: ByteBuffer
    ) async throws(JournalError) {
        state.withLock { _ = $0.add(rest, to: ticket.sequence) }
        try await append([.close(ticket.sequence, outcome, rest: rest)], isSettled: true)
    }

    public func settle(_ ticket: JournalTicket) throws(JournalError) {
        let began = ContinuousClock.now
        do throws(SQLiteError) {
            if try sync.finish() { pace.withLock { $0.took(.now - began) } }
        } catch {
            onThread { journal, writer in journal.note(error, writer) }
            throw JournalError(error)
        }
    }

    public func record(
        _ intent: ExchangeIntent, request: ByteBuffer, _ outcome: ExchangeOutcome, response: ByteBuffer
    ) async throws(JournalError) {
        let sequence = try reserve(intent, request: request, response: response)
        try await append(
            [.open(sequence, intent, request: request), .close(sequence, outcome, rest: response)],
            releasing: sequence)
    }

    private func reserve(
        _ intent: ExchangeIntent, request: ByteBuffer, response: ByteBuffer? = nil
    ) throws(JournalError) -> Int64 {
        try state.withLock { state in
            Result { () throws(JournalError) in try state.reserve(intent, request: request, response: response) }
        }.get()
    }

    // MARK: Ingest's side

    /// The next exchanges that are whole, at most `limit` and about `bytes` of bodies (but always one). They stay until
    /// they are acknowledged.
    /// - Parameter taken: those that are being stored.
    func oldest(
        limit: Int, bytes: Int, without taken: Set<Int64> = []
    ) async throws(JournalError) -> [WaitingExchange] {
        let (held, unread) = state.withLock { $0.next(limit: limit, bytes: bytes, without: taken) }
        var found = held.compactMap { sequence, held in
            held.exchange.map { WaitingExchange(sequence: sequence, exchange: $0) }
        }
        // In slices, so that commits do not wait long behind a read.
        for slice in stride(from: 0, to: unread.count, by: 32).map({ unread[$0..<min($0 + 32, unread.count)] }) {
            found += try await read(Array(slice))
        }
        return found
    }

    private func read(_ sequences: [Int64]) async throws(JournalError) -> [WaitingExchange] {
        try await onWriter { writer throws(SQLiteError) in
            try JournalReader.read(sequences, from: writer.connected())
        }
    }

    /// Runs `body` on the journal's thread, between commits.
    func onWriter<Value: Sendable>(
        _ body: @escaping @Sendable (JournalWriter) throws(SQLiteError) -> Value
    ) async throws(JournalError) -> Value {
        let result: Result<Value, JournalError> = await withCheckedContinuation { continuation in
            let accepted = onThread { _, writer in
                continuation.resume(
                    returning: Result { () throws(SQLiteError) in try body(writer) }.mapError(JournalError.init))
            }
            if !accepted { continuation.resume(returning: .failure(.closed)) }
        }
        return try result.get()
    }

    /// Postgres has these, as rows or in quarantine: they leave the journal, the file a little later.
    func acknowledge(_ sequences: [Int64], quarantined: Int) {
        state.withLock { $0.delivered(sequences, quarantined: quarantined) }
        if queue.withLock({ $0.add(deletions: sequences) }) {
            later(after: .milliseconds(250)) { journal, writer in journal.tidy(writer) }
        }
        FaultPoint.afterAcknowledge.pass()
    }

    /// Whether exchanges wait that are on disk only, as after an outage of Postgres.
    var hasUnread: Bool { state.withLock(\.hasUnread) }

    // MARK: State, shutdown

    public var counts: LedgerCounts { state.withLock(\.counts) }

    /// Bytes of bodies that are not in Postgres yet.
    public var waitingBytes: Int64 { state.withLock(\.totalBytes) }

    public var health: JournalHealth { state.withLock(\.health) }

    /// Why the health is `failed`.
    var failure: JournalError {
        .storage(code: SQLiteError.ioError, message: isRemoved ? SQLiteError.moved.message : "a write or a sync failed")
    }

    /// The files were removed or replaced while the disk works: what was in them is in memory or can still be read.
    var isRemoved: Bool { state.withLock(\.isRemoved) }

    /// Ends what is still open as `interrupted`, with what has come of it: its files are gone, and the process goes too.
    func interruptOpen() async {
        await withCheckedContinuation { continuation in
            let accepted = onThread { journal, writer in
                defer { continuation.resume() }
                let reason = journal.failure.explanation.code
                let outcome = ExchangeOutcome(status: .interrupted, reason: reason, httpStatus: nil)
                for sequence in journal.state.withLock(\.openSequences) {
                    writer.owe(.close(sequence, outcome, rest: ByteBuffer()), because: .moved)
                }
                journal.settle(writer)
            }
            if !accepted { continuation.resume() }
        }
    }

    /// Refuses new exchanges; open ones may still be closed.
    public func refuseNew() { state.withLock { $0.isOpen = false } }

    /// Ends the writer's thread after what was appended is written. Blocks; call it when nothing runs any more.
    public func shutdown() {
        refuseNew()
        announce.finish()
        queue.withLock { $0.tidy() }
        onThread { journal, writer in journal.flush(writer) }
        thread.stopAndWait()
        writer.withLock { $0.close() }
        lock.release()
    }

    // MARK: Group commit

    /// - Parameter isSettled: the caller will settle what it waits for.
    private func append(
        _ entries: [JournalEntry], isSettled: Bool = false, releasing sequence: Int64? = nil
    ) async throws(JournalError) {
        let result = await withCheckedContinuation { continuation in
            enqueue(Pending(entries: entries, isSettled: isSettled, continuation: continuation))
        }
        if case .failure = result, let sequence { state.withLock { $0.release(sequence) } }
        try result.get()
    }

    private func enqueue(_ new: Pending) {
        guard queue.withLock({ $0.add(new) }) else { return }
        if let host, host.inEventLoop, health == .writable, pace.withLock(\.isQuick) {
            // Behind what this turn of the loop has still to do, so that all of its exchanges share the commit.
            host.execute { [self] in
                guard writer.withLockIfAvailable({ flush($0, isHosted: true) }) == nil else { return }
                flushOnThread()
            }
        } else {
            flushOnThread()
        }
    }

    private func flushOnThread() {
        guard !onThread({ journal, writer in journal.flush(writer) }) else { return }
        for pending in queue.withLock({ $0.take() }).pending {
            pending.continuation?.resume(returning: .failure(.closed))
        }
    }

    @discardableResult
    private func onThread(_ body: @escaping @Sendable (Journal, JournalWriter) -> Void) -> Bool {
        thread.submit { [weak self] _ in
            guard let self else { return }
            self.writer.withLock { body(self, $0) }
        }
    }

    private func later(after delay: Duration, _ body: @escaping @Sendable (Journal, JournalWriter) -> Void) {
        thread.submit { [weak self] loop in
            loop.schedule(after: delay) {
                guard let self else { return }
                self.writer.withLock { body(self, $0) }
            }
        }
    }

    /// - Parameter isHosted: the caller's thread serves connections, and shall do only what is quick.
    private func flush(_ writer: JournalWriter, isHosted: Bool = false) {
        let began = ContinuousClock.now
        // On a full volume they are written in parts (`findRoom`).
        let takesDeletions = !isHosted && health == .writable
        let (batch, deletions) = queue.withLock { $0.take(andDeletions: takesDeletions) }
        guard !batch.isEmpty || !deletions.isEmpty else { return }
        do throws(SQLiteError) {
            try refuseWhenFailed()
            let new = batch.filter(\.isNew)
            if !new.isEmpty {
                try writer.makeRoom(for: new.reduce(0) { $0 + $1.bytes }, open: counts.open + Int64(new.count))
            }
            let isSyncedLater = isHosted && deletions.isEmpty && batch.allSatisfy(\.isSettled)
            try writer.commit(batch.lazy.flatMap(\.entries), deleting: deletions, isSyncedLater: isSyncedLater)
            finish(batch)
            if !isSyncedLater { pace.withLock { $0.took(.now - began) } }
        } catch {
            recover(from: error, batch, deletions, writer)
            pace.withLock { $0.took(.now - began) }
        }
        guard writer.isCheckpointDue else { return }
        if isHosted {
            onThread { journal, writer in journal.emptyLog(writer) }
        } else {
            emptyLog(writer)
        }
    }

    private func emptyLog(_ writer: JournalWriter, isResting: Bool = false) {
        do throws(SQLiteError) {
            try isResting ? writer.checkpointAtRest() : writer.checkpointWhenDue()
        } catch {
            note(error, writer)
        }
    }

    private func finish(_ batch: [Pending]) {
        let isReady = state.withLock { $0.committed(batch.flatMap(\.entries)) }
        // Callers first: ingest has time.
        for pending in batch { pending.continuation?.resume(returning: .success(())) }
        if isReady { announce.yield() }
    }

    private func finish(_ entries: [JournalEntry]) {
        if state.withLock({ $0.committed(entries) }) { announce.yield() }
    }

    /// One entry that cannot be written must not fail its neighbours, and a full disk none that is open.
    private func recover(
        from error: SQLiteError, _ batch: [Pending], _ deletions: [Int64], _ writer: JournalWriter
    ) {
        note(error, writer)
        queue.withLock { $0.putBack(deletions) }
        let (new, rest) = (batch.filter(\.isNew), batch.filter { !$0.isNew })
        // Together, as long as that works: each commit takes pages of its own from the room that is left.
        if new.isEmpty || write(rest, writer) != nil {
            for pending in rest {
                if let error = write([pending], writer) { fail(pending, with: error, writer) }
            }
        }
        let isFull = state.withLock(\.health) == .diskFull
        for pending in new {
            if let error = isFull ? error : write([pending], writer) { fail(pending, with: error, writer) }
        }
        if isRemoved { settle(writer) }
    }

    /// - Returns: what went wrong.
    private func write(_ batch: [Pending], _ writer: JournalWriter) -> SQLiteError? {
        if batch.isEmpty { return nil }
        do throws(SQLiteError) {
            try refuseWhenFailed()
            try writer.commit(batch.lazy.flatMap(\.entries))
            finish(batch)
            return nil
        } catch {
            note(error, writer)
            return error
        }
    }

    private func fail(_ pending: Pending, with error: SQLiteError, _ writer: JournalWriter) {
        if !pending.isNew {
            for entry in pending.entries { writer.owe(entry, because: error) }
        }
        pending.continuation?.resume(returning: .failure(JournalError(error)))
    }

    /// Writes the ends that could not be written when they were due.
    private func settle(_ writer: JournalWriter) {
        for entry in writer.arrears.waiting {
            do throws(SQLiteError) {
                try writer.commit([entry])
                finish([entry])
            } catch {
                if error.health != nil { return }
            }
        }
    }

    // MARK: Health

    /// After a failed write or sync nothing is acknowledged: the kernel may have thrown away what it could not write,
    /// and a second sync would not say so.
    private func refuseWhenFailed() throws(SQLiteError) {
        guard state.withLock(\.health) != .failed else {
            throw SQLiteError(code: SQLiteError.ioError, message: "the journal's disk has failed")
        }
    }

    private func note(_ error: SQLiteError, _ writer: JournalWriter) {
        guard let health = error.health else { return }
        let (isNew, wasWritable) = state.withLock { state in
            guard state.health != .failed, state.health != health else { return (false, false) }
            defer { state.health = health }
            state.isRemoved = error == .moved
            return (true, state.health == .writable)
        }
        writer.isRemoved = isRemoved
        // Ingest looks at the health when it wakes up.
        if isNew { announce.yield() }
        if wasWritable { probeLater(writer) }
    }

    /// Looks once a second whether a journal that could not be written can be again.
    private func probeLater(_ writer: JournalWriter) {
        guard !writer.isProbing else { return }
        writer.isProbing = true
        later(after: .seconds(1)) { journal, writer in
            journal.probe(writer)
            writer.isProbing = false
            if ![.writable, .failed].contains(journal.health) { journal.probeLater(writer) }
        }
    }

    private func probe(_ writer: JournalWriter) {
        do throws(SQLiteError) {
            switch health {
            case .writable, .failed: return
            case .diskFull: guard try findRoom(writer) else { return }
            case .unwritable: try writer.probe()
            }
            try writer.makeRoom(for: 0, open: counts.open)
            state.withLock { if $0.health != .failed { $0.health = .writable } }
            settle(writer)
            flush(writer)
        } catch {
            note(error, writer)
        }
    }

    /// What has waited goes first. Then what was delivered is deleted, and the log emptied, for the room that this or others
    /// have made.
    /// - Returns: `false` while there is more to delete: new exchanges would take the room for it.
    private func findRoom(_ writer: JournalWriter) throws(SQLiteError) -> Bool {
        settle(writer)
        flush(writer)
        // Neither is needed for what follows, and both help.
        try? writer.emptyLog(isIdle: counts.open == 0)
        try? writer.makeRoom(for: 0, open: counts.open)
        deleteInParts(writer)
        try writer.emptyLog(isIdle: counts.open == 0)
        guard !queue.withLock(\.hasDeletions) else { return false }
        // The file has grown into what is to be kept free, and does not shrink by itself.
        if counts.open == 0, counts.journaled == 0 { try writer.shrink() }
        return true
    }

    /// Deleted pages are overwritten, so deletions take as much of the log as they make room in the database file: what does
    /// not fit is tried in smaller parts, with the log emptied in between.
    private func deleteInParts(_ writer: JournalWriter) {
        var deletions = queue.withLock { $0.takeDeletions() }[...]
        var size = deletions.count
        // Where something is open, its end comes first.
        while !deletions.isEmpty, counts.open == 0 || writer.canDelete(open: counts.open) {
            do throws(SQLiteError) {
                try writer.commit([], deleting: Array(deletions.prefix(size)))
                deletions = deletions.dropFirst(size)
            } catch {
                guard error.isDiskFull, size > 1 else { break }
                size = max(1, size / 4)
            }
            guard (try? writer.emptyLog(isIdle: counts.open == 0)) != nil else { break }
        }
        queue.withLock { [deletions] in $0.putBack(Array(deletions)) }
    }

    // MARK: Deletions

    /// Under load they go with an exchange's commit; after a quarter of a second they get one of their own.
    private func tidy(_ writer: JournalWriter) {
        queue.withLock { $0.tidy() }
        flush(writer)
        if health == .writable { emptyLog(writer, isResting: true) }
    }
}
