import Crypto
import Foundation
import GleanerCore

extension TuningLedger {
    mutating func answerFiles(_ call: TuningCall) throws(ProviderRefusal) -> ProviderAnswer {
        switch (call.method, call.parts.count) {
        case ("POST", 1): return try makeFile(call)
        case ("GET", 1): return listFiles(call)
        case ("GET", 2): return .whole(try file(call.parts[1]).document.wireBytes)
        case ("GET", 3) where call.parts[2] == "content":
            return .whole(contentType: "application/octet-stream", Array(try file(call.parts[1]).content))
        case ("DELETE", 2):
            let id = try file(call.parts[1]).id
            files.removeAll { $0.id == id }
            counts.deletes += 1
            changes += 1
            let document: JSONValue = ["id": .string(id), "object": "file", "deleted": true]
            return .whole(document.wireBytes)
        default: throw .pathUnknown(call.method, "/v1/" + call.parts.joined(separator: "/"))
        }
    }

    func file(_ id: String) throws(ProviderRefusal) -> File {
        guard let file = files.first(where: { $0.id == id }) else { throw Self.missing("File object", id) }
        return file
    }

    private mutating func makeFile(_ call: TuningCall) throws(ProviderRefusal) -> ProviderAnswer {
        guard let form = FormReader(call.body, contentType: call.contentType) else {
            throw .invalid("file", "expected multipart/form-data")
        }
        guard let part = form["file"], let filename = part.filename else { throw .invalid("file", "it is required") }
        guard let purpose = form["purpose"]?.text, !purpose.isEmpty else {
            throw .invalid("purpose", "it is required")
        }
        guard purpose != "fine-tune" || filename.hasSuffix(".jsonl") else {
            throw .invalid("file", "expected a file name that ends in .jsonl")
        }
        let file = File(
            id: Self.id("file-"), filename: filename, purpose: purpose, createdAt: call.now, content: Data(part.bytes))
        files.append(file)
        counts.files += 1
        changes += 1
        return .whole(file.document.wireBytes)
    }

    private func listFiles(_ call: TuningCall) -> ProviderAnswer {
        let wanted = call.query["purpose"].map { purpose in files.filter { $0.purpose == purpose } } ?? files
        let ordered = call.query["order"] == "asc" ? wanted : wanted.reversed()
        return Self.page(ordered.map(\.document), call, limit: 10_000)
    }

    // MARK: Uploads in parts

    mutating func answerUploads(_ call: TuningCall) throws(ProviderRefusal) -> ProviderAnswer {
        guard call.method == "POST" else { throw .pathUnknown(call.method, "/v1/" + call.parts.joined(separator: "/")) }
        if call.parts.count == 1 { return try makeUpload(call) }
        guard call.parts.count == 3, let index = uploads.firstIndex(where: { $0.id == call.parts[1] }) else {
            throw Self.missing("Upload object", call.parts[1])
        }
        guard uploads[index].status == "pending" else {
            throw .invalid("upload_id", "the upload is \(uploads[index].status)")
        }
        switch call.parts[2] {
        case "parts":
            guard let part = FormReader(call.body, contentType: call.contentType)?["data"] else {
                throw .invalid("data", "it is required")
            }
            guard part.bytes.count <= 64 << 20 else { throw .invalid("data", "a part has at most 64 MB") }
            let added = Upload.Part(id: Self.id("part_"), data: Data(part.bytes))
            uploads[index].parts.append(added)
            counts.parts += 1
            changes += 1
            let document: JSONValue = [
                "id": .string(added.id), "object": "upload.part", "created_at": .integer(call.now.seconds),
                "upload_id": .string(uploads[index].id),
            ]
            return .whole(document.wireBytes)
        case "complete": try complete(index, call)
        case "cancel": uploads[index].status = "cancelled"
        default: throw .pathUnknown(call.method, "/v1/" + call.parts.joined(separator: "/"))
        }
        changes += 1
        return .whole(document(of: uploads[index]).wireBytes)
    }

    private mutating func makeUpload(_ call: TuningCall) throws(ProviderRefusal) -> ProviderAnswer {
        let document = try call.document()
        guard let filename = document["filename"]?.stringValue, let purpose = document["purpose"]?.stringValue,
            let bytes = document["bytes"]?.intValue, document["mime_type"]?.stringValue != nil
        else { throw .invalid("upload", "filename, purpose, bytes and mime_type are required") }
        guard (1...(8 << 30)).contains(bytes) else { throw .invalid("bytes", "at most 8 GB") }
        let upload = Upload(
            id: Self.id("upload_"), filename: filename, purpose: purpose, bytes: Int(bytes), createdAt: call.now)
        uploads.append(upload)
        counts.uploads += 1
        changes += 1
        return .whole(self.document(of: upload).wireBytes)
    }

    private mutating func complete(_ index: Int, _ call: TuningCall) throws(ProviderRefusal) {
        let document = try call.document()
        guard let order = document["part_ids"]?.arrayValue?.compactMap(\.stringValue) else {
            throw .invalid("part_ids", "it is required")
        }
        let upload = uploads[index]
        var whole = Data()
        for id in order {
            guard let part = upload.parts.first(where: { $0.id == id }) else {
                throw .invalid("part_ids", "no part \(id)")
            }
            whole += part.data
        }
        guard whole.count == upload.bytes else {
            throw .invalid("bytes", "\(upload.bytes) were announced and \(whole.count) came")
        }
        if let md5 = document["md5"]?.stringValue, md5 != Insecure.MD5.hash(data: whole).hexadecimal {
            throw .invalid("md5", "it does not match")
        }
        let file = File(
            id: Self.id("file-"), filename: upload.filename, purpose: upload.purpose, createdAt: call.now,
            content: whole)
        files.append(file)
        counts.files += 1
        uploads[index].status = "completed"
        uploads[index].file = file.id
        uploads[index].parts = []
    }

    private func document(of upload: Upload) -> JSONValue {
        [
            "id": .string(upload.id), "object": "upload", "bytes": .integer(Int64(upload.bytes)),
            "created_at": .integer(upload.createdAt.seconds), "filename": .string(upload.filename),
            "purpose": .string(upload.purpose), "status": .string(upload.status),
            "expires_at": .integer(upload.createdAt.seconds + 3600),
            "file": upload.file.flatMap { id in files.first { $0.id == id }?.document } ?? .null,
        ]
    }
}
