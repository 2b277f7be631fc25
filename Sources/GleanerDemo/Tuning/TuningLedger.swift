import Foundation
import GleanerCore

/// Everything the demo trainer knows. A value: requests in, answers out.
struct TuningLedger: Sendable, Codable {
    struct File: Sendable, Codable {
        let id: String
        let filename: String
        let purpose: String
        let createdAt: Date
        let content: Data
        var status = "processed"

        var document: JSONValue {
            [
                "id": .string(id), "object": "file", "bytes": .integer(Int64(content.count)),
                "created_at": .integer(createdAt.seconds), "filename": .string(filename), "purpose": .string(purpose),
                "status": .string(status), "expires_at": .null, "status_details": .null,
            ]
        }
    }

    struct Upload: Sendable, Codable {
        struct Part: Sendable, Codable {
            let id: String
            let data: Data
        }
        let id: String
        let filename: String
        let purpose: String
        let bytes: Int
        let createdAt: Date
        var status = "pending"
        var parts: [Part] = []
        var file: String?
    }

    var files: [File] = []
    var uploads: [Upload] = []
    var jobs: [TrainedJob] = []
    var counts = TuningCounts()
    /// Grows with everything that is to be kept.
    var changes = 0

    static func id(_ prefix: String) -> String {
        prefix + String((0..<24).compactMap { _ in "abcdefghijkmnpqrstuvwxyz0123456789".randomElement() })
    }

    mutating func answer(_ call: TuningCall) throws(ProviderRefusal) -> ProviderAnswer {
        switch call.parts.first {
        case "files": try answerFiles(call)
        case "uploads": try answerUploads(call)
        default: try answerJobs(call)
        }
    }

    /// One page of a list.
    static func page(_ all: [JSONValue], _ call: TuningCall, limit standard: Int) -> ProviderAnswer {
        let limit = min(max(call.query["limit"].flatMap { Int($0) } ?? standard, 1), 10_000)
        var rest = all[...]
        if let after = call.query["after"], let index = all.firstIndex(where: { $0["id"]?.stringValue == after }) {
            rest = all[(index + 1)...]
        }
        let page = Array(rest.prefix(limit))
        let document: JSONValue = [
            "object": "list", "data": .array(page), "has_more": .bool(rest.count > page.count),
            "first_id": page.first?["id"] ?? .null, "last_id": page.last?["id"] ?? .null,
        ]
        return .whole(document.wireBytes)
    }

    static func missing(_ what: String, _ id: String) -> ProviderRefusal {
        ProviderRefusal(
            status: 404, message: "No such \(what): \(id)", type: "invalid_request_error", param: "id",
            code: "not_found")
    }
}

/// A request to the trainer, taken apart.
struct TuningCall: Sendable {
    let method: String
    /// Of the path, behind `v1`.
    let parts: [String]
    let query: [String: String]
    let body: [UInt8]
    let contentType: String?
    let now: Date
    let pace: DemoTuning.Pace

    init(_ request: ProviderRequest, parts: [String], now: Date, pace: DemoTuning.Pace) {
        method = request.method
        self.parts = parts
        let pairs = (request.path.split(separator: "?", maxSplits: 1).dropFirst().first ?? "").split(separator: "&")
        query = Dictionary(
            pairs.map { pair in
                let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                    String($0).removingPercentEncoding ?? String($0)
                }
                return (halves[0], halves.count > 1 ? halves[1] : "")
            }, uniquingKeysWith: { first, _ in first })
        body = request.body
        contentType = request.header("content-type")
        self.now = now
        self.pace = pace
    }

    func document() throws(ProviderRefusal) -> JSONValue {
        guard let document = try? JSONValue(parsing: body), document.objectValue != nil else { throw .notJSON }
        return document
    }
}

extension Date {
    var seconds: Int64 { Int64(timeIntervalSince1970) }
}
