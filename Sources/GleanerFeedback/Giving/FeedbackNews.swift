public import GleanerCore

/// What has just been said and stored, for those who act on it: sampling looks again, comments are judged.
public enum FeedbackNews: Sendable {
    public struct Comment: Sendable, Hashable {
        public let exchange: ID<Exchange>
        public let feedback: ID<Feedback>
    }

    /// Exchanges that somebody has rated low.
    case lowRated([ID<Exchange>])
    /// Comments on exchanges that are known. Those of others are judged with the exchange, when it lands.
    case commented([Comment], ID<Project>)
}
