/// One thing that is wrong, or doubtful, in a training file.
public struct Finding: Sendable, Hashable, Codable {
    public enum Severity: String, Sendable, Hashable, Codable { case error, warning }

    public let severity: Severity
    /// Stable, `snake_case`; where OpenAI's cookbook has a name for it, that one.
    public let code: String
    public let file: String
    /// From 1; `nil` for the file as a whole.
    public let line: Int?
    public let what: String
    public let fix: String
}

/// What a verification found.
public struct Verification: Sendable, Hashable, Codable {
    public internal(set) var findings: [Finding] = []
    /// File to number of examples.
    public internal(set) var examples: [String: Int] = [:]
    public internal(set) var estimatedTokens = 0
    /// By the cookbook's rule for the training file; the provider may choose otherwise.
    public internal(set) var estimatedEpochs = 0
    public internal(set) var estimatedBilledTokens = 0
    /// Findings above this number are counted, not listed.
    public internal(set) var unlisted = 0

    static let listed = 1000

    public var errors: Int { findings.filter { $0.severity == .error }.count }
    public var warnings: Int { findings.filter { $0.severity == .warning }.count }

    mutating func add(_ finding: Finding) {
        if findings.count < Self.listed { findings.append(finding) } else { unlisted += 1 }
    }
}
