import ArgumentParser
import Foundation
import GleanerCore
import GleanerImport
import GleanerIngest
import GleanerServer
import SQLMigrations

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read another tool's log into the exchanges.",
        discussion: """
            Goes on where it was stopped, and adds nothing twice. Records that cannot be taken are kept aside in \
            FILE.rejected.jsonl with their line and the reason; the exit status is 1 then. Files may be gzip.
            """)

    @Argument(help: "auto, \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")).") var format: String
    @Argument(help: "Files, or - for standard input.") var files: [String] = ["-"]
    @Option(help: "Whose exchanges they become.") var project = "default"
    @Option(help: "The provider of records that name none.") var provider: String?
    @Option(help: "The time of records that have none, ISO 8601. Else the file's own.") var at: String?
    @Option(help: "Where to keep what is not taken. Else FILE.rejected.jsonl.") var rejected: String?
    @Flag(help: "Begin an unfinished import anew.") var restart = false
    @Flag(help: "Read and check only; no database is needed, and nothing is written.") var dryRun = false
    @Flag(help: "As JSON.") var json = false

    func validate() throws {
        guard format == "auto" || ImportFormat(rawValue: format) != nil else {
            throw ValidationError(
                "'\(format)' is none of auto, \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard rejected == nil || files.count == 1 else { throw ValidationError("--rejected fits one file only") }
    }

    func run() async throws {
        var options = ImportOptions()
        options.format = ImportFormat(rawValue: format)
        options.provider = provider
        options.restarts = restart
        if let at {
            guard let time = ImportOptions.time(at) else { throw ImportError.timeInvalid(at) }
            options.defaultTime = time
        }
        let reports = dryRun ? try await all(Importer(dryRun: options)) : try await stored(options)
        if json { try Output.json(reports) }
        if reports.contains(where: { $0.rejected > 0 }) { throw ExitCode(1) }
    }

    private func stored(_ options: ImportOptions) async throws -> [ImportReport] {
        let environment = try await CommandEnvironment.load()
        return try await environment.withDatabase { pool in
            let project = try await PostgresKeyStore(pool: pool).existingProject(named: project)
            let importer = Importer(
                pool: pool, project: project, prices: PriceTable(try await PriceStore(pool: pool).all()),
                options: options, redactor: try await GleanerService.redactor(on: pool),
                erased: GleanerService.erased(on: pool), landed: GleanerService.landed(on: pool))
            return try await all(importer)
        }
    }

    private func all(_ importer: Importer) async throws -> [ImportReport] {
        var reports: [ImportReport] = []
        for file in files {
            let bar = ImportBar(isQuiet: json)
            let kept = rejected ?? (file == "-" ? "stdin" : file) + ".rejected.jsonl"
            let report: ImportReport
            do {
                report = try await importer.run(file, rejects: kept) { bar.show($0) }
            } catch {
                bar.end()
                throw error
            }
            bar.end()
            if !json { show(report) }
            reports.append(report)
        }
        return reports
    }

    private func show(_ report: ImportReport) {
        let resumed = report.resumedFrom > 0 ? " (went on after \(report.resumedFrom))" : ""
        print("\(report.file): \(report.records) records of \(report.format.rawValue)\(resumed)")
        print("  \(report.isDryRun ? "readable" : "added"): \(report.added)")
        if report.known > 0 { print("  there already: \(report.known)") }
        if report.skipped > 0 { print("  no calls to a model, or erased: \(report.skipped)") }
        guard report.rejected > 0 else { return }
        let reasons = report.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
        print("  rejected: \(report.rejected)\(reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))")")
        if let file = report.rejectedFile { print("  kept aside in \(file)") }
    }
}
