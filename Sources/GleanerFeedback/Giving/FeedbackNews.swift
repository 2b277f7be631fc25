public import GleanerCore

/// What has just been said and stored, for those who act on it: sampling looks again, people look at what was reported,
/// texts are judged.
public enum FeedbackNews: Sendable {
    /// Something that was written: a comment, a correction, a flag's reason, or the other side of a preference.
    public struct Comment: Sendable, Hashable {
        public let exchange: ID<Exchange>
        public let feedback: ID<Feedback>
    }

    /// Exchanges that somebody has rated low.
    case lowRated([ID<Exchange>])
    /// Exchanges whose users asked for another answer, left, or raised or withdrew a flag.
    case signalled([ID<Exchange>])
    /// Exchanges that somebody has raised a flag on.
    case reported([ID<Exchange>], ID<Project>)
    /// Texts on exchanges that are known. Those that wait are told of once they have found theirs.
    case commented([Comment], ID<Project>)
}
