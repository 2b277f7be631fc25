public import GleanerJobs

extension JobKind {
    /// Judges exchanges that have landed, and comments.
    public static let moderate: JobKind = "moderate"
    /// Decides again from stored results.
    public static let redecide: JobKind = "moderation.redecide"
}
