import Crypto
public import Foundation
import GleanerCore

/// Checks training files before anybody pays for them: every line by the provider's rules, and the files together.
public struct DatasetVerifier: Sendable {
    /// Fewer examples than this are refused by OpenAI and Azure.
    public static let minimumExamples = 10

    private let maximumTokens: Int

    /// - Parameter maximumTokens: of one example; the default is gpt-3.5-turbo-0125's, the smallest still met.
    public init(maximumTokens: Int = 16_385) { self.maximumTokens = maximumTokens }

    /// Checks a `.jsonl` file, or a directory that an export wrote.
    /// - Throws: `DatasetError.fileUnreadable`.
    public func verify(_ path: URL) throws -> Verification {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path.path, isDirectory: &isDirectory) else {
            throw DatasetError.fileUnreadable(path: path.path)
        }
        var result = Verification()
        guard isDirectory.boolValue else {
            _ = try verify(file: path, &result)
            return result
        }
        let train = path.appendingPathComponent(ExportFile.train.rawValue)
        let rows = try verify(file: train, &result)
        let validation = path.appendingPathComponent(ExportFile.validation.rawValue)
        if FileManager.default.fileExists(atPath: validation.path) {
            var held = Verification()
            let heldRows = try verify(file: validation, &held, isTraining: false)
            for finding in held.findings { result.add(finding) }
            result.examples.merge(held.examples) { first, _ in first }
            for hash in rows.intersection(heldRows).sorted(by: { $0.lexicographicallyPrecedes($1) }).prefix(10) {
                result.add(
                    Finding(
                        severity: .error, code: "train_row_in_validation", file: ExportFile.validation.rawValue,
                        line: nil,
                        what: "A row stands in both files (sha256 \(hash.hexadecimal.prefix(16))…).",
                        fix: "Remove it from one of them: a seen row measures nothing."))
            }
        }
        try checkManifest(path, &result)
        return result
    }

    /// - Returns: the hash of each row.
    private func verify(
        file: URL, _ result: inout Verification, isTraining: Bool = true
    ) throws -> Set<[UInt8]> {
        let name = file.lastPathComponent
        var checker = LineChecker(maximumTokens: maximumTokens)
        var rows: Set<[UInt8]> = []
        var tokens: [Int] = []
        var number = 0
        let reader = try LineReader(file)
        while let line = try reader.next() {
            number += 1
            if line.isEmpty {
                add(&result, (.error, "empty_line", "The line is empty.", "Remove it."), name, number)
                continue
            }
            _ = checker.check(line)
            for problem in checker.problems { add(&result, problem, name, number) }
            tokens.append(checker.tokens)
            if !rows.insert(Array(SHA256.hash(data: line))).inserted {
                add(
                    &result, (.warning, "duplicate_row", "The same row stands above.", "Remove one of them."), name,
                    number)
            }
        }
        result.examples[name] = tokens.count
        guard isTraining else { return rows }
        if tokens.count < Self.minimumExamples {
            add(
                &result,
                (
                    .error, "too_few_examples",
                    "\(tokens.count) examples; at least \(Self.minimumExamples) are needed, 50 to 100 for a visible effect.",
                    "Review and promote more."
                ), name, nil)
        }
        result.estimatedTokens = tokens.reduce(0, +)
        result.estimatedEpochs = EpochEstimate.epochs(examples: tokens.count)
        result.estimatedBilledTokens = EpochEstimate.billedTokens(tokens, maximumTokens: maximumTokens)
        return rows
    }

    private func add(_ result: inout Verification, _ problem: LineChecker.Problem, _ file: String, _ line: Int?) {
        result.add(
            Finding(
                severity: problem.severity, code: problem.code, file: file, line: line, what: problem.what,
                fix: problem.fix))
    }

    /// Each file is the one that the manifest describes.
    private func checkManifest(_ directory: URL, _ result: inout Verification) throws {
        let name = ExportFile.manifest.rawValue
        guard let bytes = try? Data(contentsOf: directory.appendingPathComponent(name)),
            let manifest = try? JSONValue(parsing: bytes)
        else {
            add(
                &result, (.warning, "manifest_missing", "There is no readable manifest.json.", "Export again."), name,
                nil)
            return
        }
        for file in manifest["files"]?.arrayValue ?? [] {
            let fileName = file["name"]?.stringValue ?? ""
            // Names come from a file; only those that an export writes are followed.
            guard let known = ExportFile(rawValue: fileName) else { continue }
            let found = try? LineReader.sha256(of: directory.appendingPathComponent(known.rawValue))
            if found != file["sha256"]?.stringValue {
                add(
                    &result,
                    (
                        .error, "manifest_mismatch", "The file is not the one that was exported.",
                        "Export again, or trust the changed file knowingly by removing manifest.json."
                    ), fileName, nil)
            }
        }
    }
}
