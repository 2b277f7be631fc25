import DequeModule
import GleanerCore
import NIOCore

/// Bookkeeping of the journal as a value: what is open, what waits for Postgres, and how much of it is in memory.
struct JournalState {
    /// An exchange's bytes, as long as there is room for them beside the file: ingest then need not read them back.
    struct Held {
        let intent: ExchangeIntent
        let request: ByteBuffer
        var outcome: ExchangeOutcome?
        private(set) var response: [ByteBuffer] = []
        /// Bytes of the answer.
        private(set) var answered = 0
        /// Memory that this takes.
        private(set) var size: Int

        init(intent: ExchangeIntent, request: ByteBuffer) {
            self.intent = intent
            self.request = request
            size = request.storageCapacity
        }

        mutating func take(_ piece: ByteBuffer, size: Int) {
            response.append(piece)
            answered += piece.readableBytes
            self.size += size
        }
    }
    /// An object, so that to look at one copies nothing.
    private final class Kept {
        let id: ID<Exchange>
        var bytes: Int64
        var isOpen: Bool
        var held: Held?

        init(id: ID<Exchange>, bytes: Int64, isOpen: Bool = true, held: Held? = nil) {
            self.id = id
            self.bytes = bytes
            self.isOpen = isOpen
            self.held = held
        }
    }

    /// Above this much of one answer it is read back from the file.
    private static let heldAnswer = 64 << 10

    private var exchanges: [Int64: Kept] = [:]
    private var ids: Set<ID<Exchange>> = []
    /// Whole and durable, oldest first: in memory, and on disk only.
    private var ready: Deque<Int64> = []
    private var unread: Deque<Int64> = []
    private var heldBytes = 0
    private let heldLimit: Int
    private let limit: Int64
    private var nextSequence: Int64
    private var nextPart: Int64 = 1

    private(set) var totalBytes: Int64 = 0
    private(set) var counts = LedgerCounts()
    var isOpen = true
    var health = JournalHealth.writable
    /// With `failed`: the files are gone, the disk is not.
    var isRemoved = false

    /// - Parameters:
    ///   - limit: bytes of bodies that may wait for Postgres.
    ///   - heldLimit: bytes of them that may be held in memory.
    init(_ found: JournalRecovery.Found, limit: Int64, heldLimit: Int) {
        self.limit = limit
        self.heldLimit = heldLimit
        nextSequence = found.lastSequence + 1
        for (sequence, exchange) in found.exchanges.sorted(by: { $0.key < $1.key }) {
            exchanges[sequence] = Kept(id: exchange.id, bytes: exchange.bytes, isOpen: false)
            ids.insert(exchange.id)
            totalBytes += exchange.bytes
            unread.append(sequence)
        }
        counts.received = Int64(found.exchanges.count)
        counts.journaled = Int64(found.exchanges.count)
        counts.interrupted = found.interrupted
    }

    // MARK: The gateway's side

    /// Takes a place for an exchange, before it is written.
    mutating func reserve(
        _ intent: ExchangeIntent, request: ByteBuffer, response: ByteBuffer? = nil
    ) throws(JournalError) -> Int64 {
        guard isOpen else { throw .closed }
        switch health {
        case .writable: break
        case .diskFull: throw .diskFull
        case .unwritable: throw .storage(code: 8, message: "the journal cannot be written to")
        case .failed: throw .storage(code: 10, message: "the journal's disk has failed")
        }
        let bytes = Int64(request.readableBytes + (response?.readableBytes ?? 0))
        guard totalBytes + bytes <= limit else { throw .full(bytes: totalBytes, limit: limit) }
        guard ids.insert(intent.id).inserted else { throw .duplicate }
        let sequence = nextSequence
        nextSequence += 1
        totalBytes += bytes
        let kept = Kept(id: intent.id, bytes: bytes, held: hold(intent, request))
        exchanges[sequence] = kept
        if let response { addHeld(response, to: kept) }
        return sequence
    }

    /// Gives the place back: it could not be written.
    mutating func release(_ sequence: Int64) {
        drop(sequence)
    }

    /// A piece of an answer that will be written.
    /// - Returns: its number; pieces of one exchange are read back in this order.
    mutating func add(_ bytes: ByteBuffer, to sequence: Int64) -> Int64 {
        totalBytes += Int64(bytes.readableBytes)
        if let kept = exchanges[sequence] {
            kept.bytes += Int64(bytes.readableBytes)
            addHeld(bytes, to: kept)
        }
        defer { nextPart += 1 }
        return nextPart
    }

    /// These entries are durable.
    /// - Returns: whether an exchange became ready for Postgres.
    mutating func committed(_ entries: [JournalEntry]) -> Bool {
        var isReady = false
        for entry in entries {
            switch entry {
            case .open:
                counts.received += 1
                counts.open += 1
            case .checkpoint: break
            case .close(let sequence, let outcome, _):
                // Its end may come once more when it had to be ended without its handler.
                guard let kept = exchanges[sequence], kept.isOpen else { continue }
                counts.open -= 1
                counts.journaled += 1
                isReady = true
                kept.isOpen = false
                if kept.held != nil {
                    kept.held?.outcome = outcome
                    ready.append(sequence)
                } else {
                    unread.append(sequence)
                }
            }
        }
        return isReady
    }

    // MARK: Ingest's side

    /// What to deliver next: from memory first, but never without a quarter for what is on disk only.
    func next(
        limit: Int, bytes: Int, without taken: Set<Int64> = []
    ) -> (held: [(sequence: Int64, Held)], unread: [Int64]) {
        var room = bytes
        var held: [(sequence: Int64, Held)] = []
        let share = unread.isEmpty ? limit : max(1, limit - max(1, limit / 4))
        func isWaiting(_ sequence: Int64) -> Bool { !taken.contains(sequence) && exchanges[sequence] != nil }
        for sequence in ready.lazy.filter(isWaiting).prefix(share) where room > 0 {
            guard let exchange = exchanges[sequence]?.held else { continue }
            room -= exchange.size
            held.append((sequence, exchange))
        }
        var sequences: [Int64] = []
        for sequence in unread.lazy.filter(isWaiting).prefix(max(limit - held.count, 0))
        where room > 0 || held.isEmpty && sequences.isEmpty {
            room -= Int(exchanges[sequence]?.bytes ?? 0)
            sequences.append(sequence)
        }
        return (held, sequences)
    }

    /// Postgres has these.
    mutating func delivered(_ sequences: [Int64], quarantined: Int) {
        for sequence in sequences { drop(sequence) }
        ready.removeFirst(gone(in: ready))
        unread.removeFirst(gone(in: unread))
        counts.journaled -= Int64(sequences.count)
        counts.stored += Int64(sequences.count - quarantined)
        counts.quarantined += Int64(quarantined)
    }

    /// Batches are taken from the front, and may be delivered in another order: what is gone in the middle is passed over
    /// until those before it are gone, too.
    private func gone(in queue: Deque<Int64>) -> Int {
        queue.firstIndex { exchanges[$0] != nil } ?? queue.count
    }

    var hasUnread: Bool { !unread.isEmpty }

    /// Begun, and without an end.
    var openSequences: [Int64] { exchanges.filter(\.value.isOpen).map(\.key).sorted() }

    // MARK: Memory

    private mutating func hold(_ intent: ExchangeIntent, _ request: ByteBuffer) -> Held? {
        let request = request.compacted
        guard heldBytes + request.storageCapacity <= heldLimit else { return nil }
        heldBytes += request.storageCapacity
        return Held(intent: intent, request: request)
    }

    private mutating func addHeld(_ bytes: ByteBuffer, to kept: Kept) {
        guard let answered = kept.held?.answered, bytes.readableBytes > 0 else { return }
        let bytes = bytes.compacted
        let size = bytes.storageCapacity
        if heldBytes + size > heldLimit || answered + size > Self.heldAnswer {
            heldBytes -= kept.held?.size ?? 0
            kept.held = nil
        } else {
            heldBytes += size
            kept.held?.take(bytes, size: size)
        }
    }

    private mutating func drop(_ sequence: Int64) {
        guard let kept = exchanges.removeValue(forKey: sequence) else { return }
        ids.remove(kept.id)
        totalBytes -= kept.bytes
        heldBytes -= kept.held?.size ?? 0
    }
}

extension JournalState.Held {
    /// `nil` while it is open.
    var exchange: JournaledExchange? {
        guard let outcome else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(response.reduce(0) { $0 + $1.readableBytes })
        for piece in response { bytes += piece.readableBytesView }
        return JournaledExchange(
            intent: intent, outcome: outcome, request: Array(request.readableBytesView), response: bytes)
    }
}

extension ByteBuffer {
    /// Itself, or a copy when it is a small piece of something large that would be kept with it.
    fileprivate var compacted: ByteBuffer {
        storageCapacity > 2 * readableBytes + 256 ? ByteBuffer(bytes: readableBytesView) : self
    }
}
