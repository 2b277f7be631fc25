/// One way to answer a route: which provider is asked, for which model, with what set on top.
public struct Variant: Sendable, Hashable {
    /// Unique in its route: 1 to 64 of `A–Z a–z 0–9 . _ -`.
    public var name: String
    /// As configured; `default` is the one without a name.
    public var provider: String
    /// `nil`: the model that the client asked for, which is then the route's name.
    public var model: String?
    /// Its share of the route's users is this over the sum of all. 0: only as a fallback or a shadow.
    public var weight: Double
    /// Top-level members of the request, set over what the client sent: `{"temperature": 0.2}`.
    public var parameters: [String: JSONValue]
    /// `false`: neither chosen, nor a fallback, nor a shadow.
    public var isEnabled: Bool

    public init(
        name: String, provider: String, model: String? = nil, weight: Double = 1,
        parameters: [String: JSONValue] = [:], isEnabled: Bool = true
    ) {
        self.name = name
        self.provider = provider
        self.model = model
        self.weight = weight
        self.parameters = parameters
        self.isEnabled = isEnabled
    }
}

extension Variant: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, provider, model, weight, parameters
        case isEnabled = "enabled"
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseMembers(besides: CodingKeys.self, of: "variant")
        let members = try decoder.container(keyedBy: CodingKeys.self)
        name = try members.decode(String.self, forKey: .name)
        provider = try members.decodeIfPresent(String.self, forKey: .provider) ?? "default"
        model = try members.decodeIfPresent(String.self, forKey: .model)
        weight = try members.decodeIfPresent(Double.self, forKey: .weight) ?? 1
        parameters = try members.decodeIfPresent([String: JSONValue].self, forKey: .parameters) ?? [:]
        isEnabled = try members.decodeIfPresent(Bool.self, forKey: .isEnabled) ?? true
    }
}

/// A candidate that gets a copy of some exchanges. Its answers are stored, and shown to no client.
public struct Shadow: Sendable, Hashable {
    /// Name of a variant of the same route.
    public var variant: String
    /// Of the route's exchanges, 0 to 1.
    public var fraction: Double

    public init(variant: String, fraction: Double) {
        self.variant = variant
        self.fraction = fraction
    }
}

extension Shadow: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case variant, fraction }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseMembers(besides: CodingKeys.self, of: "shadow")
        let members = try decoder.container(keyedBy: CodingKeys.self)
        variant = try members.decode(String.self, forKey: .variant)
        fraction = try members.decode(Double.self, forKey: .fraction)
    }
}

extension Decoder {
    /// A misspelt member would pass as its default, and route traffic where nobody meant it to go.
    func refuseMembers<Keys: CodingKey & CaseIterable>(besides keys: Keys.Type, of part: String) throws {
        if let unknown = try unknownMember(besides: Set(keys.allCases.map(\.stringValue))) {
            throw RouteInvalid.memberUnknown(unknown, part: part)
        }
    }
}
