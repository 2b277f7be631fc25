import GleanerCore

extension FullDemo {
    /// Half of the users meet the candidate, until it is promoted or rolled back or enough has been tried.
    func canary(
        candidate: String, model: String, incumbent: String, evaluation: FullDemoReport.Gate
    ) async throws -> FullDemoReport.Canary {
        let round: Round = candidate == "wilting" ? .wilting : .canary
        let route = try await call("GET", "/api/routes/\(Self.route)")
        var variants = route["route"]?["variants"]?.arrayValue ?? []
        variants.append(Self.variant(candidate, model, weight: 0))
        try await call("PUT", "/api/routes/\(Self.route)", ["variants": .array(variants)])
        let plan: JSONValue = [
            "steps": [0.5, 1], "minimum_users": 100, "minimum_minutes": 0, "alpha": 0.05, "goal": "superior",
            "margins": ["rating": 0.05, "errors": 0.05, "flagged": 0.05, "latency": 3, "ttft": 3],
        ]
        let started = try await call(
            "POST", "/api/canaries",
            [
                "route": .string(Self.route), "candidate": .string(candidate), "incumbent": .string(incumbent),
                "evaluation": .string(evaluation.id), "plan": plan,
            ])
        let path = "/api/canaries/\(started["id"]?.stringValue ?? "")"
        var heard = FullDemoReport.Heard()
        var people = 0
        var state = started
        while state["state"] == "running", people < configuration.canaryConversations {
            heard.add(try await traffic(round, people..<(people + 200)))
            people += 200
            // Every look of the keeper's is one more chance to decide; it holds at all of them together.
            try await Task.sleep(for: .seconds(2))
            state = try await call("GET", path)
        }
        let points = try await call("GET", "\(path)/points")["points"]?.arrayValue ?? []
        return .init(state, rating: points.last { $0["metric"] == "rating" }, heard: heard, conversations: people)
    }

    /// A canary asks for a gate that was passed.
    func isRefused(_ model: String, incumbent: String, evaluation: FullDemoReport.Gate) async throws -> Bool {
        let route = try await call("GET", "/api/routes/\(Self.route)")
        let kept = route["route"]?["variants"]?.arrayValue ?? []
        try await call(
            "PUT", "/api/routes/\(Self.route)",
            ["variants": .array(kept + [Self.variant("poisoned", model, weight: 0)])])
        var isRefused = false
        do {
            try await call(
                "POST", "/api/canaries",
                [
                    "route": .string(Self.route), "candidate": "poisoned", "incumbent": .string(incumbent),
                    "evaluation": .string(evaluation.id),
                ])
        } catch DemoError.stepRefused(_, 409, "gate_not_passed") {
            isRefused = true
        }
        try await call("PUT", "/api/routes/\(Self.route)", ["variants": .array(kept)])
        return isRefused
    }
}
