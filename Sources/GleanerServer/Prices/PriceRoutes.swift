public import Foundation
import GleanerCore
import GleanerHTTP
public import GleanerIngest
import Hummingbird

/// `GET /api/prices` and `PUT /api/prices`.
struct PriceRoutes: Sendable {
    struct Listed: Encodable, ResponseEncodable {
        let prices: [PriceBody]
    }

    let store: PriceStore

    func add(to router: some RouterMethods<GleanerContext>) {
        router.get("prices", use: list)
        router.put("prices", use: set)
    }

    /// Scope `read`: what is paid is no secret to who sees what was said.
    func list(_ request: Request, _ context: GleanerContext) async throws -> Listed {
        _ = try context.caller(with: .read)
        return Listed(prices: try await store.all().map(PriceBody.init))
    }

    /// Scope `admin`. One price or several, all or none; one of the same model, provider and date is replaced.
    func set(_ request: Request, _ context: GleanerContext) async throws -> Listed {
        _ = try context.caller(with: .admin)
        let bodies = try await request.decode(as: PriceBodies.self, context: context).prices
        var prices: [Price] = []
        for body in bodies { prices.append(try await body.price(in: store)) }
        try await store.set(prices)
        return Listed(prices: prices.map(PriceBody.init))
    }
}

/// A price as JSON has it, here and in `gleaner prices list --json`.
public struct PriceBody: Codable, Sendable {
    private enum Key: String, CodingKey, CaseIterable {
        case provider, model, effective_from, input_usd, cached_input_usd, cache_write_usd, output_usd
    }

    /// `nil` for any.
    public var provider: String?
    public var model: String
    public var effectiveFrom: Date?
    public var rates: TokenRates

    public init(_ price: Price) {
        provider = price.provider
        model = price.model.description
        effectiveFrom = price.effectiveFrom
        rates = price.rates
    }

    public init(from decoder: any Decoder) throws {
        if let unknown = try decoder.unknownMember(besides: Set(Key.allCases.map(\.rawValue))) {
            throw BodyError(field: unknown, problem: "is not known here")
        }
        let fields = try decoder.container(keyedBy: Key.self)
        provider = try fields.decodeIfPresent(String.self, forKey: .provider)
        if let provider, provider.isEmpty || provider.utf8.contains(0) || provider.count > 256 {
            throw BodyError(field: "provider", problem: "is not the name of a provider")
        }
        model = try fields.decode(String.self, forKey: .model)
        effectiveFrom = try fields.decodeIfPresent(Date.self, forKey: .effective_from)
        rates = try TokenRates(
            input: fields.decode(Double.self, forKey: .input_usd),
            cachedInput: fields.decodeIfPresent(Double.self, forKey: .cached_input_usd),
            cacheWrite: fields.decodeIfPresent(Double.self, forKey: .cache_write_usd),
            output: fields.decode(Double.self, forKey: .output_usd))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(provider, forKey: .provider)
        try fields.encode(model, forKey: .model)
        try fields.encode(effectiveFrom, forKey: .effective_from)
        try fields.encode(rates.input, forKey: .input_usd)
        try fields.encode(rates.cachedInput, forKey: .cached_input_usd)
        try fields.encode(rates.cacheWrite, forKey: .cache_write_usd)
        try fields.encode(rates.output, forKey: .output_usd)
    }

    func price(in store: PriceStore) async throws -> Price {
        let pattern = try ModelPattern(model)
        return Price(
            provider: provider, model: pattern,
            effectiveFrom: try await store.start(of: pattern, from: provider, wanted: effectiveFrom), rates: rates)
    }
}

/// One price, or `{"prices": […]}`.
private struct PriceBodies: Decodable {
    private enum Key: String, CodingKey { case prices }
    let prices: [PriceBody]

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        guard fields.contains(.prices) else {
            prices = [try PriceBody(from: decoder)]
            return
        }
        if let unknown = try decoder.unknownMember(besides: ["prices"]) {
            throw BodyError(field: unknown, problem: "is not known here")
        }
        prices = try fields.decode([PriceBody].self, forKey: .prices)
    }
}
