import Foundation

/// `tuning/` of a data directory: a directory of each fine-tune, by its id, as GleanerTuning lays it out.
///
/// Files with lines, and what a training program printed, are listed. Its checkpoints are not: they are weights, and may
/// serve; nor is what Gleaner knows a program by (`request.json`, `pid`, `exit`), which holds no lines.
struct TuningRoom {
    let url: URL

    private static let exported = [
        "train.jsonl", "validation.jsonl", "holdout.jsonl", "lineage.jsonl", "README.md", "manifest.json",
        ".export.json",
    ]
    private static let printed = ["events.jsonl", "log.txt"]

    var jobs: [UUID] { names(in: url).compactMap(UUID.init(uuidString:)) }

    func files(of job: UUID) -> [URL] {
        let directory = url.appendingPathComponent(job.uuidString.lowercased())
        return names(in: directory).sorted().flatMap { name -> [URL] in
            let place = directory.appendingPathComponent(name)
            if name.hasPrefix("run-") {
                return Self.printed.map { place.appendingPathComponent($0) }.filter {
                    FileManager.default.fileExists(atPath: $0.path)
                }
            }
            // A file that was being written when its writer was killed: its name, something, and `.tmp`.
            let isExported = Self.exported.contains { name == $0 || name.hasPrefix("\($0).") && name.hasSuffix(".tmp") }
            return isExported ? [place] : []
        }
    }

    private func names(in directory: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    }
}
