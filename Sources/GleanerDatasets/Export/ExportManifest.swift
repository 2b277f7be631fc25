import Foundation
import GleanerCore

/// Everything about an export. No time of export, no path: the same version in the same format gives the same bytes.
struct ExportManifest: Sendable {
    let run: ExportRun
    let splits: [SplitTally]
    let lineage: ExportedFile

    /// Files with lines, in the order of the manifest.
    var files: [ExportedFile] { splits.filter { $0.rows > 0 }.map(\.exported) + [lineage] }

    /// One line, with its newline.
    func bytes() throws -> [UInt8] { try document.canonicalBytes() + [0x0A] }

    private var document: JSONValue {
        let version = run.version
        let statistics = version.statistics
        return [
            "format": .string(run.rewriter.format.rawValue),
            "kind": .string(run.standing.kind.rawValue),
            "manifest_version": 2,
            "dataset": .string(version.dataset),
            "version": .integer(Int64(version.number)),
            "version_id": .string(version.id.lowercased),
            "created_at": .string(version.createdAt.ISO8601Format()),
            "policy": [
                "name": .string(version.policyName), "version": .integer(Int64(version.policyVersion)),
                "document": version.policy,
            ],
            "split_salt": .string(version.salt),
            "content_sha256": .string(version.contentSHA256),
            "approvals": .integer(Int64(run.standing.approvals)),
            "erased_examples": .integer(Int64(run.standing.erasedExamples)),
            "counts": [
                "exchanges": .integer(Int64(statistics.exchanges)), "judged": .integer(Int64(statistics.judged)),
                "not_judged": .integer(Int64(statistics.unjudged)), "train": .integer(Int64(statistics.train)),
                "validation": .integer(Int64(statistics.validation)),
                "excluded": .object(statistics.excluded.mapValues { .integer(Int64($0)) }),
                "estimated_tokens": .integer(Int64(statistics.estimatedTokens)),
            ],
            "left_out": .array(splits.filter { !$0.reasons.isEmpty }.map(Self.leftOut)),
            "simplified": .object(Self.sum(splits.map(\.simplified)).mapValues { .integer(Int64($0)) }),
            "files": .array(files.map(\.document)),
        ]
    }

    /// Counted by reason; the first hundred by name.
    private static func leftOut(_ tally: SplitTally) -> JSONValue {
        [
            "split": .string(tally.split),
            "reasons": .object(tally.reasons.mapValues { .integer(Int64($0)) }),
            "examples": .array(
                tally.leftOut.map {
                    ["example": .integer(Int64($0.example)), "reason": .string($0.reason.rawValue)]
                }),
        ]
    }

    static func sum(_ counts: [[String: Int]]) -> [String: Int] {
        counts.reduce(into: [:]) { sum, counts in sum.merge(counts, uniquingKeysWith: +) }
    }
}
