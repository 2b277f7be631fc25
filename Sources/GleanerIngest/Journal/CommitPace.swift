/// Whether commits are quick enough to be made on the thread that serves connections. A value: durations in, a verdict out.
///
/// To hand a commit to another thread and back costs two wake-ups, about as much as a sync of a good disk. A slow disk
/// must not hold up the streams of others, so its commits go to the journal's thread, until they are quick again.
struct CommitPace {
    /// On average; what a stream's next piece may be late without anybody seeing it.
    static let quick = Duration.milliseconds(2)
    /// Commits that the average looks back on, about.
    private static let memory = 8

    private var average = Duration.zero

    mutating func took(_ duration: Duration) { average += (duration - average) / Self.memory }

    var isQuick: Bool { average < Self.quick }
}
