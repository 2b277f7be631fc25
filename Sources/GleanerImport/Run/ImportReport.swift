/// What an import led to, or has so far.
public struct ImportReport: Sendable, Hashable, Encodable {
    public var file: String
    public var format: ImportFormat
    /// Records read, those of an earlier run included.
    public var records: Int64 = 0
    /// New exchanges; in a dry run those that could be read.
    public var added: Int64 = 0
    /// There already.
    public var known: Int64 = 0
    /// No calls to a model, or erased; no fault either.
    public var skipped: Int64 = 0
    public var rejected: Int64 = 0
    /// Of the records, those that an earlier run had done.
    public var resumedFrom: Int64 = 0
    public var rejectedFile: String?
    public var isDryRun = false
    /// By error code.
    public var reasons: [String: Int64] = [:]

    enum CodingKeys: String, CodingKey {
        case file, format, records, added, known, skipped, rejected, reasons
        case resumedFrom = "resumed_from"
        case rejectedFile = "rejected_file"
        case isDryRun = "dry_run"
    }

    init(file: String, format: ImportFormat) {
        self.file = file
        self.format = format
    }
}

extension ImportFormat: Encodable {}

/// For whoever watches.
public struct ImportProgress: Sendable {
    public let report: ImportReport
    /// Bytes of the file as it lies there.
    public let bytes: Int64
    /// `nil` for standard input.
    public let size: Int64?
}
