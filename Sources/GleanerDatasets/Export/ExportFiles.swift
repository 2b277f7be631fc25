import Foundation
import GleanerCore

/// What an export consists of, line by line, whoever takes the lines: files on disk, or a download.
enum ExportFile: String, Sendable, CaseIterable {
    case train = "train.jsonl"
    case validation = "validation.jsonl"
    /// Only for who asks for it: to measure elsewhere, never to train on.
    case holdout = "holdout.jsonl"
    case lineage = "lineage.jsonl"
    case card = "README.md"
    case manifest = "manifest.json"

    init(split: String) {
        self =
            switch split {
            case "train": .train
            case "validation": .validation
            default: .holdout
            }
    }

    /// Where examples are; `nil` for files about them.
    var split: String? {
        switch self {
        case .train: "train"
        case .validation: "validation"
        case .holdout: "holdout"
        case .lineage, .card, .manifest: nil
        }
    }
}

extension ExportFile {
    var contentType: String {
        switch self {
        case .manifest: "application/json"
        case .card: "text/markdown; charset=utf-8"
        case .train, .validation, .holdout, .lineage: "application/x-ndjson"
        }
    }
}

/// Size and hash of one exported file.
struct ExportedFile: Sendable, Hashable, Codable {
    let name: String
    let rows: Int
    let bytes: Int64
    let sha256: String
    /// `nil` for what nobody trains on.
    let estimatedTokens: Int?

    var document: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "rows": .integer(Int64(rows)), "bytes": .integer(bytes), "sha256": .string(sha256),
        ]
        if let estimatedTokens { members["estimated_tokens"] = .integer(Int64(estimatedTokens)) }
        return .object(members)
    }
}

extension SplitTally {
    var exported: ExportedFile {
        ExportedFile(name: file.rawValue, rows: rows, bytes: bytes, sha256: sha256, estimatedTokens: estimatedTokens)
    }
}
