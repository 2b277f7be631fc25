public import FoundationEssentials

/// Where one migration stands, as the database and this binary see it.
public struct MigrationStatus: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case pending
        case applied(at: Date)
        /// The file is not the one that was applied.
        case changed(appliedAt: Date)
        /// The database has it, this binary does not: the schema is newer.
        case unknown(appliedAt: Date)
    }
    public let name: String
    public let state: State
}
