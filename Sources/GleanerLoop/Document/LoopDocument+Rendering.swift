public import GleanerCore

extension LoopDocument {
    /// The whole document, defaults included, as it is stored and shown.
    public var rendered: JSONValue {
        var steps: [String: JSONValue] = ["approve": .string(wantsApproval ? "required" : "none")]
        steps["compare"] = compare?.rendered
        steps["tune"] = tune?.rendered
        steps["gate"] = gate?.rendered
        steps["canary"] = canary?.rendered
        let policy: JSONValue =
            switch self.policy {
            case .named(let name): .string(name)
            case .document(let document): document
            }
        return .object([
            "dataset": .string(dataset), "policy": policy, "trigger": trigger.rendered, "steps": .object(steps),
        ])
    }
}

extension LoopTrigger {
    var rendered: JSONValue {
        var members: [String: JSONValue] = ["at_least": .integer(Int64(atLeast))]
        members["new_examples"] = newExamples.map { .integer(Int64($0)) }
        members["every_days"] = everyDays.map { .integer(Int64($0)) }
        return .object(members)
    }
}

extension LoopDocument.CompareChoice {
    var rendered: JSONValue {
        [
            "maximum_gone_share": .number(maximumGoneShare), "maximum_length_psi": .number(maximumLengthPSI),
            "maximum_language_psi": .number(maximumLanguagePSI), "maximum_surges": .integer(Int64(maximumSurges)),
        ]
    }
}

extension LoopDocument.Spending {
    func render(into members: inout [String: JSONValue]) {
        members["maximum_usd"] = maximumUSD.map(JSONValue.number)
        members["if_price_unknown"] = .string(ifPriceUnknown.rawValue)
    }
}

extension LoopDocument.TuneChoice {
    var rendered: JSONValue {
        var members: [String: JSONValue] = [
            "driver": .string(driver.rawValue), "provider": .string(provider), "base_model": .string(baseModel),
            "method": .string(method.rawValue), "hyperparameters": hyperparameters, "served_by": .string(servedBy),
        ]
        members["suffix"] = suffix.map(JSONValue.string)
        members["seed"] = seed.map { .integer(Int64($0)) }
        members["maximum_usd_per_month"] = maximumUSDPerMonth.map(JSONValue.number)
        spending.render(into: &members)
        return .object(members)
    }
}

extension LoopDocument.GateChoice {
    var rendered: JSONValue {
        var incumbent: [String: JSONValue]
        switch self.incumbent {
        case .model(let model): incumbent = model.objectValue ?? [:]
        case .route(let route, let variant):
            incumbent = ["route": .string(route)]
            incumbent["variant"] = variant.map(JSONValue.string)
        }
        var members: [String: JSONValue] = ["incumbent": .object(incumbent), "policy": policy]
        spending.render(into: &members)
        return .object(members)
    }
}

extension LoopDocument.CanaryChoice {
    var rendered: JSONValue {
        var members: [String: JSONValue] = ["route": .string(route), "plan": plan]
        members["incumbent"] = incumbent.map(JSONValue.string)
        return .object(members)
    }
}
