public import GleanerCore

extension LoopDocument {
    static let members = ["dataset", "policy", "trigger", "steps"]

    /// Reads a document whole.
    /// - Throws: `LoopError`, which names the member.
    public init(_ document: JSONValue) throws(LoopError) {
        let reader = try DocumentReader(document, at: "", known: Self.members)
        self.init(dataset: try reader.required("dataset", upTo: 63))
        guard LoopName.isOne(dataset) else {
            throw .memberInvalid("dataset", wanted: "1 to 63 lower case letters, digits, - and _")
        }
        switch reader.value("policy") {
        case nil: break
        case .string: policy = .named(try reader.required("policy", upTo: 128))
        case .some(let value) where value.objectValue != nil: policy = .document(value)
        default: throw .memberInvalid("policy", wanted: "a stored policy's name, or a policy document")
        }
        if let value = reader.value("trigger") { trigger = try LoopTrigger(value, at: "trigger") }
        guard let value = reader.value("steps") else { return }
        let steps = try DocumentReader(
            value, at: "steps", known: LoopStep.Name.allCases.map(\.rawValue).filter { $0 != "build" })
        compare = try steps.value("compare").map { (value) throws(LoopError) in try CompareChoice(value) }
        wantsApproval = try steps.choice("approve", Approval.self) == .required
        tune = try steps.value("tune").map { (value) throws(LoopError) in try TuneChoice(value) }
        gate = try steps.value("gate").map { (value) throws(LoopError) in try GateChoice(value) }
        canary = try steps.value("canary").map { (value) throws(LoopError) in try CanaryChoice(value) }
        if tune == nil, gate != nil { throw .stepMissing("tune", neededBy: "gate") }
        if tune == nil, canary != nil { throw .stepMissing("tune", neededBy: "canary") }
    }

    private enum Approval: String, CaseIterable { case none, required }
}

extension LoopTrigger {
    init(_ value: JSONValue, at path: String) throws(LoopError) {
        let reader = try DocumentReader(value, at: path, known: ["new_examples", "every_days", "at_least"])
        self.init(
            newExamples: try reader.whole("new_examples", 1...10_000_000),
            everyDays: try reader.whole("every_days", 1...366),
            atLeast: try reader.whole("at_least", 1...10_000_000))
        if let newExamples, atLeast > newExamples {
            throw .memberInvalid(reader.place("at_least"), wanted: "no more than new_examples")
        }
    }
}

extension LoopDocument.CompareChoice {
    init(_ value: JSONValue) throws(LoopError) {
        let reader = try DocumentReader(
            value, at: "steps.compare",
            known: ["maximum_gone_share", "maximum_length_psi", "maximum_language_psi", "maximum_surges"])
        self.init()
        maximumGoneShare = try reader.number("maximum_gone_share", 0...1) ?? maximumGoneShare
        maximumLengthPSI = try reader.number("maximum_length_psi", 0...100) ?? maximumLengthPSI
        maximumLanguagePSI = try reader.number("maximum_language_psi", 0...100) ?? maximumLanguagePSI
        maximumSurges = try reader.whole("maximum_surges", 0...1000) ?? maximumSurges
    }
}

extension LoopDocument.TuneChoice {
    init(_ value: JSONValue) throws(LoopError) {
        let reader = try DocumentReader(
            value, at: "steps.tune",
            known: [
                "driver", "provider", "base_model", "method", "hyperparameters", "suffix", "seed", "served_by",
                "maximum_usd", "if_price_unknown", "maximum_usd_per_month",
            ])
        self.init(baseModel: try reader.required("base_model"))
        driver = try reader.choice("driver", Driver.self) ?? driver
        provider = try reader.text("provider", upTo: 64) ?? provider
        method = try reader.choice("method", Method.self) ?? method
        hyperparameters = try reader.object("hyperparameters") ?? hyperparameters
        suffix = try reader.text("suffix", upTo: 64)
        seed = try reader.whole("seed", 0...2_147_483_647)
        servedBy = try reader.text("served_by", upTo: 64) ?? (driver == .openai ? provider : servedBy)
        spending = try LoopDocument.Spending(reader, standard: nil)
        maximumUSDPerMonth = try reader.number("maximum_usd_per_month", 0...10_000_000)
    }
}

extension LoopDocument.Spending {
    init(_ reader: DocumentReader, standard: Double?) throws(LoopError) {
        self.init(
            maximumUSD: try reader.number("maximum_usd", 0...1_000_000) ?? standard,
            ifPriceUnknown: try reader.choice("if_price_unknown", Unpriced.self) ?? .hold)
    }
}

extension LoopDocument.GateChoice {
    init(_ value: JSONValue) throws(LoopError) {
        let reader = try DocumentReader(
            value, at: "steps.gate", known: ["incumbent", "policy", "maximum_usd", "if_price_unknown"])
        guard let value = reader.value("incumbent") else { throw .memberMissing("steps.gate.incumbent") }
        self.init(incumbent: try LoopDocument.Incumbent(value))
        policy = try reader.object("policy") ?? policy
        spending = try LoopDocument.Spending(reader, standard: spending.maximumUSD)
    }
}

extension LoopDocument.Incumbent {
    init(_ value: JSONValue) throws(LoopError) {
        let path = "steps.gate.incumbent"
        if value["route"] != nil {
            let reader = try DocumentReader(value, at: path, known: ["route", "variant"])
            self = .route(try reader.required("route", upTo: 128), variant: try reader.text("variant", upTo: 64))
        } else {
            let reader = try DocumentReader(value, at: path, known: ["provider", "model", "parameters"])
            _ = try reader.required("model")
            self = .model(value)
        }
    }
}

extension LoopDocument.CanaryChoice {
    init(_ value: JSONValue) throws(LoopError) {
        let reader = try DocumentReader(value, at: "steps.canary", known: ["route", "incumbent", "plan"])
        self.init(route: try reader.required("route", upTo: 128))
        incumbent = try reader.text("incumbent", upTo: 64)
        plan = try reader.object("plan") ?? plan
    }
}

/// Names of loops and datasets.
enum LoopName {
    /// Of the API, and so no loop's.
    static let paths: Set<String> = ["check", "rounds"]

    static func isOne(_ text: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        return (1...63).contains(text.utf8.count) && text.utf8.first.map(isPlain) == true
            && text.utf8.allSatisfy { isPlain($0) || $0 == 0x2D || $0 == 0x5F }
    }
}
