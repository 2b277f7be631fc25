public import AsyncPostgres
import Crypto
public import Foundation
public import GleanerCore

/// What became of a file of hand-written examples.
public struct ExampleImportReport: Sendable, Hashable, Codable {
    public var lines = 0
    public var added = 0
    /// There already, in the file or the dataset.
    public var known = 0
    /// Lines with errors; unless they were to be skipped, nothing was taken.
    public var faulty = 0
    public var isDryRun = false
    /// Errors and warnings with line numbers and cures, the first 1000.
    public var findings: [Finding] = []

    public var isTaken: Bool { !isDryRun && (added > 0 || known > 0) }

    public init() {}

    enum CodingKeys: String, CodingKey {
        case lines, added, known, faulty, findings
        case isDryRun = "dry_run"
    }
}

/// Takes examples that people wrote by hand into a dataset: its anchors.
public struct ExampleImport: Sendable {
    private let pool: PostgresPool
    private let project: ID<Project>
    private let maximumTokens: Int

    public init(pool: PostgresPool, project: ID<Project>, maximumTokens: Int = 16_385) {
        self.pool = pool
        self.project = project
        self.maximumTokens = maximumTokens
    }

    /// All lines or, when one is faulty, none; with `skipsBad` all that are not. The same file again adds nothing.
    /// - Parameter author: who wrote them, for their lineage.
    public func run(
        _ file: URL, into dataset: String, author: String, skipsBad: Bool = false
    ) async throws -> ExampleImportReport {
        guard DatasetName.isOne(dataset) else { throw DatasetError.nameInvalid(dataset) }
        var (report, lines) = try read(file)
        guard report.lines > 0 else { throw BeginningError.nothingToImport(path: file.path) }
        guard report.faulty == 0 || skipsBad else {
            report.known = 0
            return report
        }
        let name = file.lastPathComponent
        try await pool.withTransaction { connection in
            for start in stride(from: 0, to: lines.count, by: 500) {
                let batch = lines[start..<min(start + 500, lines.count)]
                let added = try await connection.query(
                    """
                    INSERT INTO gleaner.written_examples
                        (id, project_id, dataset, content, sha256, author, file, line, created_at)
                    SELECT id, \(project.uuid), \(dataset), content, sha256, \(author), \(name), line, clock_timestamp()
                    FROM unnest(
                        \(PostgresArray(batch.map { _ in ID<Exchange>.new().uuid })), \(PostgresArray(batch.map(\.content))),
                        \(PostgresArray(batch.map(\.sha256))), \(PostgresArray(batch.map(\.line))))
                        AS l (id, content, sha256, line)
                    ON CONFLICT (project_id, dataset, sha256) DO NOTHING
                    """
                ).affected
                report.added += added
                report.known += batch.count - added
            }
        }
        return report
    }

    private struct Line {
        let line: Int32
        let content: [UInt8]
        let sha256: [UInt8]
    }

    private func read(_ file: URL) throws -> (ExampleImportReport, [Line]) {
        var report = ExampleImportReport()
        var lines: [Line] = []
        var seen: Set<[UInt8]> = []
        var checker = LineChecker(maximumTokens: maximumTokens)
        let reader = try LineReader(file)
        var number = 0
        while let line = try reader.next() {
            number += 1
            guard !line.isEmpty else { continue }
            report.lines += 1
            checker.check(line)
            let found = checker.problems.map {
                Finding($0.fault, file: file.lastPathComponent, line: number, what: $0.what, fix: $0.fix)
            }
            report.findings += found.prefix(1000 - report.findings.count)
            guard !found.contains(where: { $0.severity == .error }) else {
                report.faulty += 1
                continue
            }
            // What was checked is what is kept, as an export would write it.
            let content = try JSONValue(parsing: line).canonicalBytes()
            let sha256 = Array(SHA256.hash(data: content))
            if seen.insert(sha256).inserted {
                lines.append(Line(line: Int32(clamping: number), content: content, sha256: sha256))
            } else {
                report.known += 1
            }
        }
        return (report, lines)
    }
}

/// 1 to 63 lower case letters, digits, `-` and `_`.
enum DatasetName {
    static func isOne(_ name: String) -> Bool { name.wholeMatch(of: /[a-z0-9_-]{1,63}/) != nil }
}
