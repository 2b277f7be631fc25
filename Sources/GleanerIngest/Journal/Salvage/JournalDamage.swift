import Logging

/// What a start found wrong with the journal's files, and what became of it.
public struct JournalDamage: Sendable, Hashable {
    /// Pages in the log with a damaged byte that was put right.
    public var mended = 0
    /// Pages in the log that could not be put right. What is in them is read as it is; hashes tell which exchanges were hit.
    public var kept = 0
    /// Pages in the log of which it can no longer be said where they belong.
    public var dropped = 0
    /// The database file itself was damaged, and its rows were moved into a new one.
    public var isRebuilt = false
    /// Rows of it that could not be read.
    public var lostRows = 0
    /// Pages of a last commit that was never acknowledged: as after every power cut in the middle of one.
    public var torn = 0
    /// SQLite's or our words for what is wrong.
    public var reasons: [String] = []
    /// Where the files are as they were found.
    public var originals: String?

    /// Whether something that was acknowledged may be missing or altered.
    public var isLossy: Bool { isRebuilt || kept + dropped + lostRows > 0 }
}

extension JournalDamage {
    /// In the log of the process.
    func tell(_ logger: Logger) {
        if torn > 0 {
            logger.notice(
                "the journal's log ends in a torn commit, which nobody was told of",
                metadata: ["journal.frames": "\(torn)"])
        }
        guard let originals else { return }
        let level: Logger.Level = isLossy ? .critical : .error
        logger.log(
            level: level,
            isLossy
                ? "the journal is damaged; what was hit goes to quarantine as far as it can be read"
                : "the journal was damaged and could be put right",
            metadata: [
                "journal.damage": "\(reasons.joined(separator: "; "))", "journal.originals": "\(originals)",
                "journal.pages_mended": "\(mended)", "journal.pages_kept": "\(kept)",
                "journal.pages_dropped": "\(dropped)", "journal.rebuilt": "\(isRebuilt)",
                "journal.rows_lost": "\(lostRows)",
            ])
    }
}
