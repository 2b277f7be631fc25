import Glibc
import SQLite

/// Whether the journal can make exchanges durable. The raw value is what metrics and `/readyz` say.
public enum JournalHealth: String, Sendable, Hashable, CaseIterable {
    case writable
    /// The volume is full: open exchanges end in the reserve, new ones are refused.
    case diskFull = "disk_full"
    /// Read-only or without permission: refused until a write succeeds again.
    case unwritable
    /// A write or a sync failed, or the files are no longer where they were. What the disk holds is unknown, so nothing
    /// is acknowledged any more; the process ends, and the next start reads what is really there (docs/adr/0010).
    case failed
}

extension SQLiteError {
    /// The files of the journal are not the ones that were opened. No code of SQLite's own.
    static let moved = SQLiteError(code: 1 << 20, message: "the journal's files were removed or replaced")

    /// Nothing has failed yet, but there is no room for the end of what is begun now.
    static let noReserve = SQLiteError(code: full, message: "no room for the end of another exchange")

    var isDiskFull: Bool {
        // Under a quota the kernel says EDQUOT, which SQLite takes for an I/O error.
        primary == Self.full || (primary == Self.ioError && [ENOSPC, EDQUOT].contains(systemError))
    }

    /// What this error makes of the journal; `nil` when it concerns one value only.
    var health: JournalHealth? {
        if self == .moved { return .failed }
        if isDiskFull { return .diskFull }
        switch primary {
        case Self.readOnly, Self.cannotOpen, Self.busy: return .unwritable
        case Self.ioError: return [EROFS, EPERM, EACCES].contains(systemError) ? .unwritable : .failed
        case Self.corrupt, Self.notADatabase: return .failed
        default: return nil
        }
    }
}
