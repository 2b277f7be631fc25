import GleanerCore

extension DemoRun {
    /// Builds a dataset version from what was reviewed.
    func promote() async throws {
        progress(.promotion, 0, 1)
        let reply = try await gateway.post("/api/datasets/\(configuration.dataset)/versions", Self.policy)
        guard let reply else { throw DemoError.promotionRefused(status: 503, code: "unreachable") }
        let document = reply.document ?? .null
        guard (200..<300).contains(reply.head.status) else {
            let code = document["error"]?["code"]?.stringValue ?? "unknown"
            throw DemoError.promotionRefused(status: reply.head.status, code: code)
        }
        let promotion = DemoReport.Promotion(dataset: configuration.dataset, document)
        ledger.note { $0.promotion = promotion }
        progress(.promotion, 1, 1)
    }

    /// Reviewed at least once with 4 or better on every question; corrected answers in place of the originals.
    static let policy: JSONValue = ["policy": ["name": "demo", "minimum_review_score": 4]]
}

extension DemoReport.Promotion {
    init(dataset: String, _ document: JSONValue) {
        let version = document["version"]
        self.init(
            dataset: dataset, version: version?.stringValue ?? version?.intValue.map(String.init),
            promoted: Int(document["examples"]?.intValue ?? 0),
            excluded: (document["excluded"]?.objectValue ?? [:]).compactMapValues { $0.intValue.map(Int.init) })
    }
}
