public import NIOCore

/// Where the gateway makes an exchange durable: before it is sent (P1) and before its last byte goes out (P2).
public protocol ExchangeJournal: Sendable {
    /// Returns when `intent` and the exact request bytes are written. They are durable once that is settled: what can be
    /// done before, is done while the disk works.
    func begin(_ intent: ExchangeIntent, request: ByteBuffer) async throws(JournalError) -> JournalTicket

    /// Keeps a part of the answer on the way; does not wait. Order is kept, so what `close` makes durable includes it.
    func checkpoint(_ ticket: JournalTicket, _ bytes: ByteBuffer)

    /// Returns when the outcome, all checkpoints and `rest` (the answer's bytes since the last checkpoint) are written. They
    /// are durable once that is settled.
    func end(_ ticket: JournalTicket, _ outcome: ExchangeOutcome, rest: ByteBuffer) async throws(JournalError)

    /// Returns when what was begun or ended is durable; blocks for what is left of a sync.
    /// - Throws: `JournalError`; then nothing may be sent to a provider, or the answer's end to a client.
    func settle(_ ticket: JournalTicket) throws(JournalError)

    /// Keeps an exchange that is over already in one step: one that was refused, or one that was logged afterwards.
    func record(
        _ intent: ExchangeIntent, request: ByteBuffer, _ outcome: ExchangeOutcome, response: ByteBuffer
    ) async throws(JournalError)
}

extension ExchangeJournal {
    /// Returns when `intent` and the exact request bytes are durable.
    /// - Throws: `JournalError`; then nothing may be sent to a provider.
    public func open(_ intent: ExchangeIntent, request: ByteBuffer) async throws(JournalError) -> JournalTicket {
        let ticket = try await begin(intent, request: request)
        try settle(ticket)
        return ticket
    }

    /// Returns when the outcome, all checkpoints and `rest` are durable.
    public func close(
        _ ticket: JournalTicket, _ outcome: ExchangeOutcome, rest: ByteBuffer
    ) async throws(JournalError) {
        try await end(ticket, outcome, rest: rest)
        try settle(ticket)
    }
}

/// An open exchange in the journal.
public struct JournalTicket: Sendable, Hashable {
    public let sequence: Int64
    public init(sequence: Int64) { self.sequence = sequence }
}

public enum JournalError: Explained, Hashable {
    /// The cap on what may wait for Postgres is reached.
    case full(bytes: Int64, limit: Int64)
    /// The journal's volume is full; what is open ends from a reserve, nothing new begins.
    case diskFull
    /// SQLite said no: I/O error, read-only, its file is gone.
    case storage(code: Int32, message: String)
    case closed
    /// A client-minted id that is already in the journal.
    case duplicate
    /// Another process owns this journal directory.
    case locked(path: String)

    public var explanation: Explanation {
        switch self {
        case .full(let bytes, let limit):
            Explanation(
                status: 503, code: "journal_full",
                what: "Gleaner takes no new exchange at the moment.",
                why: "\(bytes) bytes wait to be stored in PostgreSQL and the limit is \(limit).",
                fix: "Try again later. Operator: bring PostgreSQL back, or raise GLEANER_JOURNAL_MAX_BYTES.")
        case .diskFull:
            Explanation(
                status: 507, code: "journal_disk_full",
                what: "Gleaner takes no new exchange at the moment.",
                why: "The disk under the journal is full.",
                fix: "Try again later. Operator: make room on the volume of GLEANER_DATA_DIR; Gleaner then goes on.")
        case .storage(let code, let message):
            Explanation(
                status: 503, code: "journal_unavailable",
                what: "Gleaner cannot make this exchange durable.",
                why: "The journal's disk refuses to write (SQLite \(code): \(message)).",
                fix: "Try again later. Operator: look at free space and health of the disk under GLEANER_DATA_DIR.")
        case .closed:
            Explanation(
                status: 503, code: "shutting_down",
                what: "Gleaner is shutting down.", why: "It was asked to stop and takes no new exchange.",
                fix: "Try again in a few seconds.")
        case .duplicate:
            Explanation(
                status: 409, code: "exchange_exists",
                what: "An exchange with this id exists already.",
                why: "X-Gleaner-Exchange-Id was used twice.",
                fix: "Mint a new UUIDv7 for every call, or leave the header out.")
        case .locked(let path):
            Explanation(
                status: 503, code: "journal_locked",
                what: "The journal at \(path) is in use.",
                why: "Another Gleaner process holds its lock; two writers would corrupt it.",
                fix: "Stop the other process, or give this one its own GLEANER_DATA_DIR.")
        }
    }
}
