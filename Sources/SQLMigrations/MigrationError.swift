public import AsyncPostgres

/// Why the schema was left as it is.
public enum MigrationError: Error, Sendable, Hashable {
    case changed(name: String, applied: String, shipped: String)
    case unknown(names: [String])
    case outOfOrder(name: String, after: String)
    case notUTF8(name: String)
    /// Another instance was still migrating.
    case locked(for: Duration)
    /// The file was undone as a whole; those before it stay.
    case failed(name: String, PostgresError)
}

extension MigrationError: CustomStringConvertible {
    public var what: String {
        switch self {
        case .changed(let name, _, _): "Migration \(name) is not the one this database was made with."
        case .unknown(let names):
            "The database has migrations this program does not know: \(names.joined(separator: ", "))."
        case .outOfOrder(let name, let after):
            "Migration \(name) is missing, but \(after), which comes later, is applied."
        case .notUTF8(let name): "Migration \(name) is not UTF-8."
        case .locked(let limit): "Another instance has been migrating the schema for \(limit)."
        case .failed(let name, _): "Migration \(name) failed; nothing of it was kept."
        }
    }

    public var why: String {
        switch self {
        case .changed(_, let applied, let shipped):
            "Applied was SHA-256 \(applied), this program holds \(shipped); the schema may differ from what it expects."
        case .unknown: "The schema is newer than the program, which might misread or damage it."
        case .outOfOrder: "Migrations are applied in the order of their names, each on the schema the one before left."
        case .notUTF8: "The file was damaged, or saved in another encoding."
        case .locked: "Migrations run under an advisory lock, one instance at a time."
        case .failed(_, let error): "\(error)"
        }
    }

    public var fix: String {
        switch self {
        case .changed: "Restore the file as it was shipped, and put the change into a new one."
        case .unknown: "Start the version that made this schema, or a newer one."
        case .outOfOrder: "Give the new file a name that sorts last."
        case .notUTF8: "Save the file as UTF-8."
        case .locked: "Wait for it, or look in pg_stat_activity for the session that holds the lock."
        case .failed: "Remove the cause and start again; the files before this one stay applied."
        }
    }

    public var description: String { "\(what) \(why)\n  fix: \(fix)" }
}
