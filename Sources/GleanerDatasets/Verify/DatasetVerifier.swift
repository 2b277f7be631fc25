import Crypto
public import Foundation
import GleanerCore

/// Checks training files before anybody pays for them: every line by the provider's rules, and the files together.
public struct DatasetVerifier: Sendable {
    /// Fewer examples than this are refused by OpenAI and Azure.
    public static let minimumExamples = 10

    private let maximumTokens: Int
    private let format: ExportFormat?

    /// - Parameters:
    ///   - maximumTokens: of one example; the default is gpt-3.5-turbo-0125's, the smallest still met.
    ///   - format: `nil` for what the manifest says, and OpenAI's chat lines without one.
    public init(maximumTokens: Int = 16_385, format: ExportFormat? = nil) {
        self.maximumTokens = maximumTokens
        self.format = format
    }

    /// Checks a `.jsonl` file, or a directory that an export wrote. A manifest beside a file is compared with it.
    /// - Throws: `DatasetError.fileUnreadable`.
    public func verify(_ path: URL) throws -> Verification {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path.path, isDirectory: &isDirectory) else {
            throw DatasetError.fileUnreadable(path: path.path)
        }
        var result = Verification()
        let manifest = (isDirectory.boolValue ? path : path.deletingLastPathComponent())
            .appendingPathComponent(ExportFile.manifest.rawValue)
        result.format = format ?? Self.format(in: manifest, of: isDirectory.boolValue ? nil : path) ?? .openAISFT
        if isDirectory.boolValue {
            try verify(directory: path, &result)
        } else {
            _ = try verify(file: path, &result)
            if let known = ExportFile(rawValue: path.lastPathComponent),
                FileManager.default.fileExists(atPath: manifest.path)
            {
                check([known], against: manifest, &result)
            }
        }
        return result
    }

    /// A manifest speaks for the files that it lists.
    private static func format(in manifest: URL, of file: URL?) -> ExportFormat? {
        guard let bytes = try? Data(contentsOf: manifest), let document = try? JSONValue(parsing: bytes),
            let listed = document["files"]?.arrayValue
        else { return nil }
        if let file, !listed.contains(where: { $0["name"]?.stringValue == file.lastPathComponent }) { return nil }
        return document["format"]?.stringValue.flatMap(ExportFormat.init(named:))
    }

    private func verify(directory: URL, _ result: inout Verification) throws {
        let rows = try verify(file: directory.appendingPathComponent(ExportFile.train.rawValue), &result)
        for (other, fault) in [(ExportFile.validation, Fault.trainRowInValidation), (.holdout, .trainRowInHoldout)] {
            let place = directory.appendingPathComponent(other.rawValue)
            guard FileManager.default.fileExists(atPath: place.path) else { continue }
            let held = try verify(file: place, &result, isTraining: false)
            for hash in rows.intersection(held).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                result.add(
                    Finding(
                        fault, file: other.rawValue,
                        what: "A row stands in both files (sha256 \(hash.hexadecimal.prefix(16))…).",
                        fix: "Remove it from one of them."))
            }
        }
        check(ExportFile.allCases, against: directory.appendingPathComponent(ExportFile.manifest.rawValue), &result)
    }

    /// - Returns: the hash of each row.
    private func verify(
        file: URL, _ result: inout Verification, isTraining: Bool = true
    ) throws -> Set<[UInt8]> {
        let name = file.lastPathComponent
        var checker = LineChecker(maximumTokens: maximumTokens, format: result.format)
        var rows: Set<[UInt8]> = []
        var tokens: [Int] = []
        var number = 0
        let reader = try LineReader(file)
        while let line = try reader.next() {
            number += 1
            guard !line.isEmpty else {
                result.add(
                    Finding(.emptyLine, file: name, line: number, what: "The line is empty.", fix: "Remove it."))
                continue
            }
            checker.check(line)
            for (fault, what, fix) in checker.problems {
                result.add(Finding(fault, file: name, line: number, what: what, fix: fix))
            }
            tokens.append(checker.tokens)
            if !rows.insert(Array(SHA256.hash(data: line))).inserted {
                result.add(
                    Finding(
                        .duplicateRow, file: name, line: number, what: "The same row stands above.",
                        fix: "Remove one of them."))
            }
        }
        result.examples[name] = tokens.count
        if isTraining { weigh(tokens, name, &result) }
        return rows
    }

    private func weigh(_ tokens: [Int], _ file: String, _ result: inout Verification) {
        if tokens.count < Self.minimumExamples {
            result.add(
                Finding(
                    .tooFewExamples, file: file,
                    what: "\(tokens.count) examples; at least \(Self.minimumExamples) are needed.",
                    fix: "Review and promote more."))
        }
        result.estimatedTokens = tokens.reduce(0, +)
        result.estimatedEpochs = EpochEstimate.epochs(examples: tokens.count)
        result.estimatedBilledTokens = EpochEstimate.billedTokens(tokens, maximumTokens: maximumTokens)
    }

    /// Each of `files` that the manifest lists is the one it describes.
    private func check(_ files: [ExportFile], against manifest: URL, _ result: inout Verification) {
        guard let bytes = try? Data(contentsOf: manifest), let document = try? JSONValue(parsing: bytes),
            let listed = document["files"]?.arrayValue
        else {
            result.add(
                Finding(
                    .manifestMissing, file: manifest.lastPathComponent,
                    what: "There is no manifest.json that lists the files.",
                    fix: "Export again."))
            return
        }
        for file in listed {
            // Names come from a file; only those that an export writes are followed.
            guard let known = files.first(where: { $0.rawValue == file["name"]?.stringValue }) else { continue }
            let place = manifest.deletingLastPathComponent().appendingPathComponent(known.rawValue)
            if (try? LineReader.sha256(of: place)) != file["sha256"]?.stringValue {
                result.add(
                    Finding(
                        .manifestMismatch, file: known.rawValue, what: "The file is not the one that was exported.",
                        fix: "Export again, or trust the changed file knowingly by removing manifest.json."))
            }
        }
    }
}
