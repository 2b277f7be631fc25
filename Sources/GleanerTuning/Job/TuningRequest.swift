import Foundation
import GleanerCore

/// What somebody wants trained, before it is known what that costs.
public struct TuningRequest: Sendable, Hashable {
    public var dataset: String
    /// A number, or `latest`.
    public var version: String
    public var driver: TuningDriverName
    /// A configured provider's name; not used by `command`.
    public var provider: String
    public var baseModel: String
    /// Becomes part of the model's name, 1…64 characters.
    public var suffix: String?
    /// 0…2147483647; the same seed and file give much the same model.
    public var seed: Int?
    public var method: TuningMethod
    public var hyperparameters: Hyperparameters

    public init(
        dataset: String, version: String = "latest", driver: TuningDriverName = .openAI, provider: String = "default",
        baseModel: String, suffix: String? = nil, seed: Int? = nil, method: TuningMethod = .sft,
        hyperparameters: Hyperparameters = Hyperparameters()
    ) {
        self.dataset = dataset
        self.version = version
        self.driver = driver
        self.provider = driver == .command ? TuningDriverName.command.rawValue : provider
        self.baseModel = baseModel
        self.suffix = suffix
        self.seed = seed
        self.method = method
        self.hyperparameters = hyperparameters
    }

    /// - Throws: `TuningError.fieldInvalid`, `.hyperparameterInvalid`.
    func check() throws(TuningError) {
        func isPlain(_ text: String, upTo limit: Int) -> Bool {
            (1...limit).contains(text.count) && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        }
        guard isPlain(baseModel, upTo: 256) else { throw .fieldInvalid("base_model", wanted: "1 to 256 characters") }
        guard isPlain(provider, upTo: 256) else { throw .fieldInvalid("provider", wanted: "a provider's name") }
        if let suffix {
            let isSuffix =
                (1...64).contains(suffix.utf8.count)
                && suffix.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                        || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E
                }
            guard isSuffix else {
                throw .fieldInvalid("suffix", wanted: "1 to 64 letters, digits, -, _ and .")
            }
        }
        if let seed, !(0...2_147_483_647).contains(seed) { throw .fieldInvalid("seed", wanted: "0 to 2147483647") }
        try hyperparameters.check(for: method)
    }

    /// One line that differs when anything does.
    func canonical(_ set: TrainingSet) throws -> [UInt8] {
        let document: JSONValue = [
            "version": .string(set.id.uuidString), "content": .string(set.contentSHA256),
            "driver": .string(driver.rawValue), "provider": .string(provider), "base_model": .string(baseModel),
            "suffix": suffix.map(JSONValue.string) ?? .null,
            "seed": seed.map { .integer(Int64($0)) } ?? .null, "method": .string(method.rawValue),
            "hyperparameters": hyperparameters.document,
        ]
        return try document.canonicalBytes()
    }
}
