/// The pool at one moment, in connections and callers.
public struct PostgresPoolStatistics: Sendable, Hashable {
    /// Idle, leased, and being opened.
    public let open: Int
    public let idle: Int
    public let leased: Int
    public let waiting: Int
}
