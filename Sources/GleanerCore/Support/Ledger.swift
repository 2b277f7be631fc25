/// Where every exchange is: `received = stored + quarantined + journaled + open` at all times (P5).
///
/// `received` also counts what a start found in the journal. The four others are counted where they happen, not
/// derived from each other, so that the gap means something.
public struct LedgerCounts: Sendable, Hashable, Codable {
    /// Made durable: intents, and calls refused after their key was accepted.
    public var received: Int64 = 0
    /// Committed to `exchanges`, or found there already with the same hashes.
    public var stored: Int64 = 0
    public var quarantined: Int64 = 0
    /// Whole, and waiting in the journal.
    public var journaled: Int64 = 0
    /// On the way to or from a provider.
    public var open: Int64 = 0
    /// Marked by the last start because the process before it had died.
    public var interrupted: Int64 = 0

    public init() {}

    public var gap: Int64 { received - stored - quarantined - journaled - open }
}
