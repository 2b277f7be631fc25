import Foundation
import GleanerCore
import GleanerDatasets
import GleanerTuning

/// What the form for a fine-tune holds, as it was typed.
struct TuningForm: Sendable {
    struct Choice: Sendable {
        let value: String
        let label: String
        let isChosen: Bool
    }
    struct Setting: Sendable {
        let name: String
        let range: String
        let meaning: String
        let typed: String
    }
    struct Hidden: Sendable {
        let name: String
        let value: String
    }

    /// `dataset@version`
    var set = ""
    var driver = TuningDriverName.openAI.rawValue
    var provider = "default"
    var base = ""
    var suffix = ""
    var seed = ""
    var method = TuningMethod.sft.rawValue
    var settings: [Setting] = Hyperparameters.guidance.map {
        Setting(name: $0.name, range: $0.range, meaning: $0.meaning, typed: "")
    }
    var problem: String?
    var sets: [Choice] = []
    var hasSets = false
    var bases: [String] = []
    var methods: [Choice] = []
    var drivers: [Choice] = []

    init() {}

    init(_ form: Form) throws {
        try form.allow(
            "set", "driver", "provider", "base_model", "suffix", "seed", "method", "confirm", "n_epochs",
            "batch_size", "learning_rate_multiplier", "beta")
        set = try form.required("set")
        driver = try form.text("driver") ?? driver
        provider = try form.text("provider") ?? provider
        base = try form.text("base_model") ?? ""
        suffix = try form.text("suffix") ?? ""
        seed = try form.text("seed") ?? ""
        method = try form.text("method") ?? method
        settings = try Hyperparameters.guidance.map {
            Setting(name: $0.name, range: $0.range, meaning: $0.meaning, typed: try form.text($0.name) ?? "")
        }
    }

    /// What there is to choose from.
    mutating func offer(versions: [DatasetVersion], bases: [String]) {
        sets = versions.filter { $0.withdrawn == nil }.prefix(200).map { version in
            let name = "\(version.dataset)@\(version.number)"
            let waits = version.approvals.isMet ? "" : ", not approved yet"
            return Choice(
                value: name, label: "\(name): \(Figure.count(version.statistics.train)) lines\(waits)",
                isChosen: name == set)
        }
        hasSets = !sets.isEmpty
        self.bases = bases
        methods = TuningMethod.allCases.map {
            Choice(
                value: $0.rawValue, label: $0 == .sft ? "answers (sft)" : "pairs (dpo)", isChosen: $0.rawValue == method
            )
        }
        drivers = TuningDriverName.allCases.map {
            Choice(
                value: $0.rawValue, label: $0 == .openAI ? "a provider" : "the training program",
                isChosen: $0.rawValue == driver)
        }
    }

    /// - Throws: `TuningError` that names the field.
    func request() throws -> TuningRequest {
        let parts = set.split(separator: "@", maxSplits: 1).map(String.init)
        guard let driver = TuningDriverName(rawValue: driver) else {
            throw TuningError.fieldInvalid("driver", wanted: "openai or command")
        }
        guard let method = TuningMethod(rawValue: method) else {
            throw TuningError.fieldInvalid("method", wanted: "sft or dpo")
        }
        let chosenSeed = Int(seed)
        guard seed.isEmpty || chosenSeed != nil else {
            throw TuningError.fieldInvalid("seed", wanted: "0 to 2147483647")
        }
        var chosen = Hyperparameters()
        chosen.epochs = try setting("n_epochs") { Int($0) }
        chosen.batchSize = try setting("batch_size") { Int($0) }
        chosen.learningRateMultiplier = try setting("learning_rate_multiplier") { Double($0) }
        chosen.beta = try setting("beta") { Double($0) }
        return TuningRequest(
            dataset: parts.first ?? "", version: parts.count > 1 ? parts[1] : "latest", driver: driver,
            provider: provider, baseModel: base, suffix: suffix.isEmpty ? nil : suffix, seed: chosenSeed,
            method: method,
            hyperparameters: chosen)
    }

    private func setting<Value>(_ name: String, _ read: (String) -> Value?) throws -> Value? {
        guard let setting = settings.first(where: { $0.name == name }), !setting.typed.isEmpty,
            setting.typed != "auto"
        else { return nil }
        guard let value = read(setting.typed) else {
            throw TuningError.hyperparameterInvalid(name: name, wanted: setting.range)
        }
        return value
    }

    /// The same again, with the version that was estimated in the place of `latest`.
    func hidden(_ estimate: TuningEstimate) -> [Hidden] {
        let fields = [
            ("set", "\(estimate.dataset)@\(estimate.version)"), ("driver", driver), ("provider", provider),
            ("base_model", base), ("suffix", suffix), ("seed", seed), ("method", method),
        ]
        return (fields + settings.map { ($0.name, $0.typed) }).filter { !$0.1.isEmpty }.map {
            Hidden(name: $0.0, value: $0.1)
        }
    }
}
