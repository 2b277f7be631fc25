import Foundation
import GleanerCore

/// What an export consists of, line by line, whoever takes the lines: files on disk, or a download.
enum ExportFile: String, Sendable, CaseIterable {
    case train = "train.jsonl"
    case validation = "validation.jsonl"
    case lineage = "lineage.jsonl"
    case manifest = "manifest.json"
}

/// Size and hash of one exported file.
struct ExportedFile: Sendable, Hashable {
    let name: String
    let rows: Int
    let bytes: Int64
    let sha256: String
    /// `nil` for what nobody trains on.
    let estimatedTokens: Int?

    fileprivate var document: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "rows": .integer(Int64(rows)), "bytes": .integer(bytes), "sha256": .string(sha256),
        ]
        if let estimatedTokens { members["estimated_tokens"] = .integer(Int64(estimatedTokens)) }
        return .object(members)
    }
}

extension DatasetVersion {
    /// One line, without its newline: everything about the version and its files. No time of export, no path: the same version gives the same bytes.
    func manifest(_ files: [ExportedFile]) throws -> [UInt8] {
        let document: JSONValue = [
            "format": "openai-sft-chat",
            "manifest_version": 1,
            "dataset": .string(dataset),
            "version": .integer(Int64(number)),
            "version_id": .string(id.uuidString.lowercased()),
            "created_at": .string(createdAt.ISO8601Format()),
            "policy": ["name": .string(policyName), "version": .integer(Int64(policyVersion)), "document": policy],
            "split_salt": .string(salt),
            "content_sha256": .string(contentSHA256),
            "counts": [
                "exchanges": .integer(Int64(statistics.exchanges)), "judged": .integer(Int64(statistics.judged)),
                "not_judged": .integer(Int64(statistics.unjudged)), "train": .integer(Int64(statistics.train)),
                "validation": .integer(Int64(statistics.validation)),
                "excluded": .object(statistics.excluded.mapValues { .integer(Int64($0)) }),
                "estimated_tokens": .integer(Int64(statistics.estimatedTokens)),
            ],
            "files": .array(files.map(\.document)),
        ]
        return try document.canonicalBytes()
    }

    /// One line of the lineage file.
    static func lineageLine(split: String, line: Int, lineage: JSONValue) throws -> [UInt8] {
        var members = lineage.objectValue ?? [:]
        members["file"] = .string("\(split).jsonl")
        members["line"] = .integer(Int64(line))
        return try JSONValue.object(members).canonicalBytes()
    }
}
