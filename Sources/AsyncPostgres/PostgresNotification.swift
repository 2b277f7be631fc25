/// What a `PostgresListener` hears.
public enum PostgresNotification: Sendable, Hashable {
    /// The listener is connected, for the first time or again: whatever was sent before may have been missed, so read
    /// again what you watch. Also given when notifications came faster than they were read and some were dropped.
    case reconnected
    /// `NOTIFY channel, 'payload'`.
    case notified(channel: String, payload: String)
}
