import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDatasets
import GleanerDemo

/// What a demo led to: its counts, the exported files, and whether they hold what they promise.
struct DemoOutcome: Encodable {
    let report: DemoReport
    let files: String
    let examples: Int
    let notJudged: Int
    let excluded: [String: Int]
    let errors: Int
    let warnings: Int
    /// The files written a second time had the same hashes.
    let exportsAreIdentical: Bool
    let firstLine: String

    enum CodingKeys: String, CodingKey {
        case report, files, examples, excluded, errors, warnings
        case notJudged = "not_judged"
        case exportsAreIdentical = "exports_are_identical"
        case firstLine = "first_line"
    }

    init(_ report: DemoReport, pool: PostgresPool, project: ID<Project>, directory: URL) async throws {
        let datasets = DatasetService(pool: pool)
        let version = try await datasets.version(report.promotion?.version ?? "latest", of: "demo", in: project)
        let exporter = DatasetExporter(pool: pool)
        let first = try await exporter.export(version, to: directory)
        let again = try await exporter.export(version, to: directory)
        let verification = try DatasetVerifier().verify(directory)
        self.report = report
        files = directory.path
        examples = version.statistics.promoted
        notJudged = version.statistics.unjudged
        excluded = version.statistics.excluded
        errors = verification.errors
        warnings = verification.warnings
        exportsAreIdentical = first.files == again.files
        firstLine = try await datasets.explain(version, split: "train", line: 1).text
    }

    func show() {
        let failed = report.exchangesFailed.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        let reasons = excluded.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
        print(
            """

            \(report.conversations) conversations, \(report.exchangesSent) exchanges, \(report.exchangesCompleted) completed\
            \(failed.isEmpty ? "" : " (failed: \(failed))")
            \(report.exchangesRated) rated by users (\(report.judgementsEarly) before the answer had ended, \
            \(report.judgementsByCompletion) by completion id)
            \(report.reviewsSubmitted) reviewed, \(report.reviewsSkipped) skipped
            \(examples) promoted to dataset `demo` version \(report.promotion?.version ?? "?")
            left out: \(reasons.isEmpty ? "none" : reasons.joined(separator: ", ")); never judged: \(notJudged)
            files in \(files): \(errors) errors, \(warnings) warnings; a second export was \
            \(exportsAreIdentical ? "identical" : "DIFFERENT")

            \(firstLine)

            Look closer:
              gleaner dataset explain demo 2 --project demo
              gleaner dataset verify \(files)
              gleaner dataset list --project demo
              gleaner review --project demo --progress
            """)
        for (what, id) in report.worthALook.sorted(by: { $0.key < $1.key }) {
            print("  \(what.replacing("_", with: " ")): exchange \(id)")
        }
    }
}
