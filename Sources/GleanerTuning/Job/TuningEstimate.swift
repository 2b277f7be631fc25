import Crypto
import Foundation
import GleanerCore

/// What a fine-tune will cost, as far as that can be known before, and the token with which somebody agrees to it.
public struct TuningEstimate: Sendable, Hashable, Codable {
    public let dataset: String
    public let version: Int
    public let baseModel: String
    public let provider: String
    public let method: TuningMethod
    public let trainRows: Int
    public let validationRows: Int
    /// Of the train file, once.
    public let tokens: Int
    public let epochs: Int
    /// Whether the epochs were asked for; else they follow the usual rule, and the trainer may choose others.
    public let epochsAreGiven: Bool
    /// Tokens times epochs.
    public let billedTokens: Int
    /// `nil` when nobody has said what training costs there: see `gleaner tune price`.
    public let usd: Double?
    /// To be repeated by whoever agrees. Another file, model, setting or price has another one.
    public let confirm: String
    /// What to think of before agreeing.
    public let warnings: [String]

    enum CodingKeys: String, CodingKey {
        case dataset, version, provider, method, tokens, epochs, usd, confirm, warnings
        case baseModel = "base_model"
        case trainRows = "train_rows"
        case validationRows = "validation_rows"
        case epochsAreGiven = "epochs_are_given"
        case billedTokens = "billed_tokens"
    }

    /// - Parameters:
    ///   - usdPerMillion: of training tokens.
    ///   - shutdown: the day on which the base model ends, `YYYY-MM-DD`.
    init(
        _ request: TuningRequest, _ set: TrainingSet, usdPerMillion: Double?, shutdown: String?,
        nonce: String = Self.nonce()
    ) throws {
        dataset = set.dataset
        version = set.number
        baseModel = request.baseModel
        provider = request.provider
        method = request.method
        trainRows = set.trainRows
        validationRows = set.validationRows
        tokens = set.trainTokens
        epochs = request.hyperparameters.epochs ?? set.usualEpochs
        epochsAreGiven = request.hyperparameters.epochs != nil
        let billed = tokens.multipliedReportingOverflow(by: epochs)
        billedTokens = billed.overflow ? .max : billed.partialValue
        usd = usdPerMillion.map { $0 * Double(billed.partialValue) / 1e6 }
        warnings = Self.warnings(request, set, usd: usd, shutdown: shutdown)
        let price = usdPerMillion.map { "\($0)" } ?? "-"
        confirm = try nonce + "-" + Self.digest(nonce, request.canonical(set), "\(epochs) \(tokens) \(price)")
    }

    /// Whether `token` was given for this very estimate; its nonce makes two of the same two.
    static func nonce(of token: String) -> String? {
        let parts = token.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 16 && $0.allSatisfy(\.isHexDigit) }) else { return nil }
        return String(parts[0])
    }

    private static func nonce() -> String { String((0..<16).compactMap { _ in "0123456789abcdef".randomElement() }) }

    private static func digest(_ nonce: String, _ request: [UInt8], _ numbers: String) -> String {
        let hash = SHA256.hash(data: Array("\(nonce)\n".utf8) + request + Array("\n\(numbers)".utf8))
        return hash.prefix(8).hexadecimal
    }

    private static func warnings(
        _ request: TuningRequest, _ set: TrainingSet, usd: Double?, shutdown: String?
    ) -> [String] {
        var warnings: [String] = []
        if set.trainRows < 10 {
            warnings.append("\(set.trainRows) examples: most trainers refuse fewer than 10.")
        } else if set.trainRows < 50 {
            warnings.append("\(set.trainRows) examples: expect a visible effect from 50 to 100 on.")
        }
        if set.validationRows == 0 {
            warnings.append("No validation rows: nobody will see when it begins to learn by heart.")
        }
        if usd == nil, request.driver == .openAI {
            warnings.append("What training of \(request.baseModel) costs is not known here: `gleaner tune price`.")
        }
        if let shutdown {
            warnings.append("\(request.baseModel) is shut down on \(shutdown), and what is tuned from it with it.")
        }
        return warnings
    }
}
