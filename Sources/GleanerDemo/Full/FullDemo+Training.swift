import GleanerCore

extension FullDemo {
    /// What reviewers approved or corrected on the route; a share is held out for the gate.
    static let policy: JSONValue = [
        "policy": [
            "name": "saathi", "holdout_share": 0.25, "validation_share": 0.05, "slices": ["routes": [.string(route)]],
            "maximum_per_end_user": nil, "near_duplicates": ["prompt": ["keep": nil], "answer": ["keep": nil]],
        ]
    ]
    /// Nothing of the traffic: only what somebody wrote into the dataset.
    static let writtenOnly: JSONValue = [
        "policy": ["name": "written", "validation_share": 0, "slices": ["routes": ["nobody's"]]]
    ]

    func build(_ dataset: String, _ policy: JSONValue) async throws -> FullDemoReport.Dataset {
        progress("dataset \(dataset)", 0, 1)
        let built = try await call("POST", "/api/datasets/\(dataset)/versions", policy)
        let number = built["version"]?.intValue ?? 1
        let version = try await call("GET", "/api/datasets/\(dataset)/versions/\(number)")
        progress("dataset \(dataset)", 1, 1)
        let statistics = version["statistics"]
        return .init(
            version: Int(number), train: Int(statistics?["train"]?.intValue ?? 0),
            validation: Int(statistics?["validation"]?.intValue ?? 0),
            holdout: Int(statistics?["holdout"]?.intValue ?? 0),
            anchors: Int(statistics?["anchors"]?.intValue ?? 0),
            excluded: (statistics?["excluded"]?.objectValue ?? [:]).compactMapValues { $0.intValue.map(Int.init) })
    }

    /// Asks what it costs, agrees, and waits for the model.
    func tune(_ dataset: String, suffix: String) async throws -> (model: String, examples: Int) {
        progress("fine-tune \(suffix)", 0, 1)
        var request: [String: JSONValue] = [
            "dataset": .string(dataset), "base_model": .string(DemoBot.hinglish.model), "suffix": .string(suffix),
        ]
        let offered = try await call("POST", "/api/tuning/jobs", .object(request))
        request["confirm"] = offered["confirm"]
        let job = try await call("POST", "/api/tuning/jobs", .object(request))
        let path = "/api/tuning/jobs/\(job["id"]?.stringValue ?? "")"
        let ended = try await wait(for: path, patience: configuration.patience) {
            ["succeeded", "failed", "cancelled"].contains($0["state"]?.stringValue)
        }
        guard let model = ended["fine_tuned_model"]?.stringValue else {
            throw DemoError.stepRefused(path: path, status: 422, code: ended["error"]?["code"]?.stringValue ?? "failed")
        }
        progress("fine-tune \(suffix)", 1, 1)
        return (model, Int(offered["estimate"]?["train_rows"]?.intValue ?? offered["estimate"]?["rows"]?.intValue ?? 0))
    }

    /// Both models answer the first dataset's holdout; people's corrections are the references.
    /// - Parameter mustBeBetter: `false`: not worse by more than a little.
    func evaluate(
        candidate: String, incumbent: String, mustBeBetter: Bool = true
    ) async throws -> FullDemoReport.Gate {
        progress("gate", 0, 1)
        let nearness: JSONValue =
            mustBeBetter
            ? ["metric": "chrf", "test": "superior", "margin": 0]
            : ["metric": "chrf", "test": "non_inferior", "margin": 3]
        let request: JSONValue = [
            "dataset": .string(Self.dataset), "candidate": ["model": .string(candidate)],
            "incumbent": ["model": .string(incumbent)], "confirm": true,
            "policy": [
                "minimum_items": 60, "references": "edited",
                "rules": [
                    nearness, ["metric": "flagged", "test": "non_inferior", "margin": 0.05],
                    ["metric": "refusal", "test": "non_inferior", "margin": 0.05],
                    ["metric": "failed", "test": "non_inferior", "margin": 0.05],
                ],
            ],
        ]
        let started = try await call("POST", "/api/evaluations", request)
        let path = "/api/evaluations/\(started["id"]?.stringValue ?? "")"
        let ended = try await wait(for: path, patience: configuration.patience) {
            ["done", "failed"].contains($0["state"]?.stringValue)
        }
        progress("gate", 1, 1)
        return .init(ended)
    }
}
