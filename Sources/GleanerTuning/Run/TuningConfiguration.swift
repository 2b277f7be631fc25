public import Foundation

/// How patiently trainers are followed.
public struct TuningConfiguration: Sendable {
    /// Where training files and the work of training programs lie.
    public var directory: URL
    /// Between two looks at a job; each is spread by a fifth.
    public var poll: Duration
    /// How long something that may have been made is looked for before it is made again.
    public var settle: Duration
    /// The longest pause after looks that failed.
    public var longestPause = Duration.seconds(600)
    /// Jobs that are followed at the same time.
    public var concurrency = 32
    /// Larger files go up in parts. A file and its parts are held in memory while they are sent.
    public var uploadAbove = 64 << 20
    /// At most 64 MB.
    public var partBytes = 32 << 20
    /// Of the training program; `nil` when there is none.
    public var command: [String]?
    /// How often a training program that ended without a word is started, at most.
    public var trainerStarts = 3
    /// Between SIGTERM and SIGKILL for a training program that was cancelled.
    public var trainerGrace = Duration.seconds(30)

    public init(directory: URL, poll: Duration = .seconds(30), settle: Duration = .seconds(60)) {
        self.directory = directory
        self.poll = poll
        self.settle = settle
    }

    /// Of one job.
    func directory(of job: String) -> URL { directory.appendingPathComponent(job) }
}
