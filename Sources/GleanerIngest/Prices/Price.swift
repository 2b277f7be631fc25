public import Foundation
public import GleanerCore

/// What the tokens of a model cost, in US dollars for a million: a row of `prices`.
public struct Price: Sendable, Hashable {
    /// As `exchanges.provider` says; `nil` for any.
    public let provider: String?
    public let model: ModelPattern
    /// Counts for exchanges received from then on, until a newer one does.
    public let effectiveFrom: Date
    public let rates: TokenRates

    public init(provider: String?, model: ModelPattern, effectiveFrom: Date, rates: TokenRates) {
        self.provider = provider
        self.model = model
        self.effectiveFrom = effectiveFrom
        self.rates = rates
    }
}

/// A model's exact name, or the beginning of names followed by `*`.
public enum ModelPattern: Sendable, Hashable, CustomStringConvertible {
    case exact(String)
    /// Without its `*`.
    case prefix(String)

    /// At most 256 characters, none of them a control character, `*` only at the end.
    public init(_ text: String) throws(PriceError) {
        guard !text.isEmpty, text.unicodeScalars.count <= 256, !text.dropLast().contains("*"),
            !text.hasControlCharacters
        else { throw .modelInvalid(text) }
        self = text.hasSuffix("*") ? .prefix(String(text.dropLast())) : .exact(text)
    }

    public var description: String {
        switch self {
        case .exact(let name): name
        case .prefix(let start): start + "*"
        }
    }

    func matches(_ model: String) -> Bool {
        switch self {
        case .exact(let name): name == model
        case .prefix(let start): model.hasPrefix(start)
        }
    }

    /// A whole name says more than any beginning, a longer beginning more than a shorter one.
    var specificity: Int {
        switch self {
        case .exact: .max
        case .prefix(let start): start.utf8.count
        }
    }
}

/// US dollars for a million tokens of each kind.
public struct TokenRates: Sendable, Hashable {
    public let input: Double
    /// `nil`: as `input`.
    public let cachedInput: Double?
    /// `nil`: as `input`.
    public let cacheWrite: Double?
    public let output: Double

    public init(
        input: Double, cachedInput: Double? = nil, cacheWrite: Double? = nil, output: Double
    ) throws(PriceError) {
        for (name, value) in [
            ("input_usd", input), ("cached_input_usd", cachedInput), ("cache_write_usd", cacheWrite),
            ("output_usd", output),
        ] {
            // A million dollars for a million tokens is a slip of the pen.
            if let value, !(0..<1_000_000).contains(value) { throw .rateInvalid(name) }
        }
        self.input = input
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.output = output
    }
}

public enum PriceError: Explained, Hashable {
    case modelInvalid(String)
    case rateInvalid(String)
    case unknown(model: String)
    case fileUnusable(line: Int?, problem: String)

    public var explanation: Explanation {
        switch self {
        case .modelInvalid(let model):
            Explanation(
                status: 400, code: "price_model_invalid", what: "`\(model.prefix(64))` is no model to set a price for.",
                why: "It takes 1 to 256 characters, and `*` only at the end, where it stands for any rest.",
                fix: "Name the model as requests do, for example gpt-4o-mini or gpt-4o*.")
        case .rateInvalid(let field):
            Explanation(
                status: 400, code: "price_invalid", what: "`\(field)` cannot be a price.",
                why: "Prices are US dollars for a million tokens, from 0 up to a million.",
                fix: "Multiply a price for one token by a million.")
        case .unknown(let model):
            Explanation(
                status: 404, code: "price_unknown", what: "There is no price of `\(model.prefix(64))` to remove.",
                why: "Model, provider and date must be those of one price.", fix: "See `gleaner prices list`.")
        case .fileUnusable(let line, let problem):
            Explanation(
                status: 400, code: "price_file_unusable",
                what: "These prices cannot be read\(line.map { " (line \($0))" } ?? "").", why: problem,
                fix: "See docs/reference/cli.md for the two shapes; nothing was changed.")
        }
    }
}
