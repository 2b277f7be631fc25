import Crypto
import Foundation
import GleanerCore

extension OpenAIDriver {
    private static let purpose = "fine-tune"
    /// What OpenAI says of JSON lines; Azure's samples say `application/jsonl`, and both take this one.
    private static let jsonLines = "text/jsonl"

    func files(named name: String, upload: String?) async throws -> [String] {
        // One that is complete refuses to be cancelled, and is a file that the list has.
        if let upload {
            do {
                _ = try await wire.send("POST", "uploads/\(upload)/cancel", isSafe: true)
            } catch DriverFault.refused, DriverFault.gone {}
        }
        var found: [(id: String, at: Int64)] = []
        try await pages("files", ["purpose=\(Self.purpose)", "order=desc"]) { document in
            if document["filename"]?.stringValue == name, let id = document["id"]?.stringValue,
                document["status"]?.stringValue != "error"
            {
                found.append((id, document["created_at"]?.intValue ?? .max))
            }
            return true
        }
        return found.sorted { ($0.at, $0.id) < ($1.at, $1.id) }.map(\.id)
    }

    func makeFile(_ file: TuningFile, began: @Sendable (String) async throws -> Void) async throws -> String {
        let size = try file.url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        if size > uploadAbove, let id = try await uploadInParts(file, size, began) { return id }
        var form = Multipart()
        form.field("purpose", Self.purpose)
        form.file(
            "file", filename: file.name, contentType: "application/octet-stream", try Data(contentsOf: file.url))
        do {
            return try Self.id(of: await wire.json("POST", "files", .multipart(form), isSafe: false))
        } catch DriverFault.gone {
            throw DriverFault.refused(TuningFailure(code: "not_found", message: "The provider takes no files."))
        }
    }

    func isReady(file: String) async throws -> Bool {
        let document = try await wire.json("GET", "files/\(file)", isSafe: true)
        switch document["status"]?.stringValue?.lowercased() {
        case "error", "failed":
            let words = document["status_details"]?.stringValue ?? "The provider could not process the file."
            throw DriverFault.refused(TuningFailure(code: "invalid_training_file", message: words))
        // Azure's, while it looks at the file; OpenAI's own `uploaded` is ready.
        case "pending", "running", "processing", "importing", "notrunning": return false
        default: return true
        }
    }

    func deleteFile(_ id: String) async throws {
        do {
            _ = try await wire.send("DELETE", "files/\(id)", isSafe: true)
        } catch DriverFault.gone {}
    }

    // MARK: Parts

    /// - Returns: `nil` when the server knows no uploads in parts.
    private func uploadInParts(
        _ file: TuningFile, _ size: Int, _ began: @Sendable (String) async throws -> Void
    ) async throws -> String? {
        let upload: String
        do {
            let document: JSONValue = [
                "filename": .string(file.name), "purpose": .string(Self.purpose), "bytes": .integer(Int64(size)),
                "mime_type": .string(Self.jsonLines),
            ]
            // An unfinished upload is no file and ends by itself within an hour: a second one does no harm.
            upload = try Self.id(of: await wire.json("POST", "uploads", .json(document), isSafe: true))
        } catch DriverFault.gone {
            return nil
        }
        try await began(upload)
        let handle = try FileHandle(forReadingFrom: file.url)
        defer { try? handle.close() }
        var parts: [JSONValue] = []
        var whole = Insecure.MD5()
        while let piece = try handle.read(upToCount: partBytes), !piece.isEmpty {
            whole.update(data: piece)
            var form = Multipart()
            form.file("data", filename: file.name, contentType: "application/octet-stream", piece)
            // A part that nobody names at the end is none.
            let part = try await wire.json("POST", "uploads/\(upload)/parts", .multipart(form), isSafe: true)
            parts.append(.string(try Self.id(of: part)))
        }
        let md5 = whole.finalize().hexadecimal
        let done = try await wire.json(
            "POST", "uploads/\(upload)/complete", .json(["part_ids": .array(parts), "md5": .string(md5)]), isSafe: false
        )
        guard let made = done["file"] else { throw DriverFault.unsure("a completed upload without a file") }
        return try Self.id(of: made)
    }

    private static func id(of document: JSONValue) throws -> String {
        guard let id = document["id"]?.stringValue, !id.isEmpty else {
            throw DriverFault.unsure("an answer without id")
        }
        return id
    }
}
