/// One thing that is wrong, or doubtful, in a training file.
public struct Finding: Sendable, Hashable, Codable {
    public enum Severity: String, Sendable, Hashable, Codable { case error, warning }

    public let severity: Severity
    /// Stable, `snake_case`; programs branch on it.
    public let code: String
    public let file: String
    /// From 1; `nil` for the file as a whole.
    public let line: Int?
    public let what: String
    public let why: String
    public let fix: String

    init(_ fault: Fault, file: String, line: Int? = nil, what: String, fix: String) {
        severity = fault.severity
        code = fault.rawValue
        self.file = file
        self.line = line
        self.what = what
        why = fault.why
        self.fix = fix
    }
}

/// What a verification found.
public struct Verification: Sendable, Hashable, Codable {
    /// Whose rules the lines were held against.
    public internal(set) var format = ExportFormat.openAISFT
    /// The first 1000.
    public private(set) var findings: [Finding] = []
    /// Of all findings, listed or not.
    public private(set) var errors = 0
    public private(set) var warnings = 0
    /// File to number of examples.
    public internal(set) var examples: [String: Int] = [:]
    public internal(set) var estimatedTokens = 0
    /// By the cookbook's rule for the training file; the provider may choose otherwise.
    public internal(set) var estimatedEpochs = 0
    public internal(set) var estimatedBilledTokens = 0

    static let listed = 1000

    /// How many findings are counted, but not listed.
    public var unlisted: Int { errors + warnings - findings.count }

    mutating func add(_ finding: Finding) {
        switch finding.severity {
        case .error: errors += 1
        case .warning: warnings += 1
        }
        if findings.count < Self.listed { findings.append(finding) }
    }
}
