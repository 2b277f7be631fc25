public import Foundation

/// All prices, ready to be asked for the one that counts.
public struct PriceTable: Sendable {
    private var exact: [String: [Price]] = [:]
    /// Longest beginning first.
    private var prefixes: [Price] = []

    public init(_ prices: some Sequence<Price> = []) {
        for price in prices {
            if case .exact(let name) = price.model {
                exact[name, default: []].append(price)
            } else {
                prefixes.append(price)
            }
        }
        prefixes.sort { $0.model.specificity > $1.model.specificity }
    }

    public var isEmpty: Bool { exact.isEmpty && prefixes.isEmpty }

    /// The most specific price in force at `time`: a whole name before a beginning and a longer beginning before a
    /// shorter one; then one of `provider`'s own before one for any; then the newest.
    public func price(of model: String, from provider: String?, at time: Date) -> Price? {
        let candidates = (exact[model] ?? []) + prefixes.filter { $0.model.matches(model) }
        return candidates.filter {
            $0.effectiveFrom <= time && ($0.provider == nil || $0.provider == provider)
        }.max { Self.rank($0) < Self.rank($1) }
    }

    /// The price of the first of `models` that has one: what was served, then what was asked for.
    public func price(ofFirst models: [String?], from provider: String?, at time: Date) -> Price? {
        for case let model? in models {
            if let price = price(of: model, from: provider, at: time) { return price }
        }
        return nil
    }

    private static func rank(_ price: Price) -> (Int, Int, Date) {
        (price.model.specificity, price.provider == nil ? 0 : 1, price.effectiveFrom)
    }
}
