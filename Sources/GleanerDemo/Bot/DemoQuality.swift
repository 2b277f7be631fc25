/// How good a demo answer is in truth. It is never sent: simulated raters and reviewers look it up by conversation.
public enum DemoQuality: Sendable, Hashable {
    case good
    case mediocre(DemoWeakness)
    case bad(DemoFlaw)
}

/// What makes an answer no more than passable.
public enum DemoWeakness: String, Sendable, Hashable, CaseIterable {
    /// The first sentence of a good answer, and then nothing of use.
    case vague
    /// Right, but in the language of an office circular.
    case stiff
}

/// What makes an answer unusable.
public enum DemoFlaw: String, Sendable, Hashable, CaseIterable {
    /// A false fact; from the health bot, advice that would do harm.
    case wrong
    /// English, though Hinglish was asked for.
    case english
    /// One word spelt in several ways within the answer.
    case mixedSpelling
    /// A good answer to another question.
    case offTopic
    /// Ends in the middle of a word, with finish reason `length`.
    case truncated
    case rude
    /// The same sentence over and over.
    case repetition
}
