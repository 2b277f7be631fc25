public import GleanerCore

/// A model as a variant names it: whom to ask, for what, with what set.
public struct ModelChoice: EvaluationDocument, Hashable {
    /// As configured.
    public var provider = "default"
    public var model: String
    /// Top-level members of the request, set over what the gate sends: `{"temperature": 0.2}`.
    public var parameters: [String: JSONValue] = [:]

    public enum CodingKeys: String, CodingKey, CaseIterable { case provider, model, parameters }

    public init(provider: String = "default", model: String, parameters: [String: JSONValue] = [:]) {
        self.provider = provider
        self.model = model
        self.parameters = parameters
    }

    public init(from decoder: any Decoder) throws {
        try Self.refuseUnknown(decoder)
        let members = try decoder.container(keyedBy: CodingKeys.self)
        model = try members.decode(String.self, forKey: .model)
        try members.read(.provider, into: &provider)
        try members.read(.parameters, into: &parameters)
        try check()
    }

    func check() throws {
        try must((1...256).contains(model.utf8.count) && !model.utf8.contains(0), .model, "1 to 256 bytes")
        try must((1...64).contains(provider.utf8.count) && !provider.utf8.contains(0), .provider, "1 to 64 bytes")
        let ours: Set<String> = ["model", "messages", "stream", "n"]
        try must(ours.isDisjoint(with: parameters.keys), .parameters, "without model, messages, stream and n")
        let bytes = try JSONValue.object(parameters).canonicalBytes()
        try must(
            bytes.count <= 16 << 10 && !String(decoding: bytes, as: UTF8.self).contains("\\u0000"), .parameters,
            "at most 16 KiB, without U+0000")
    }
}

extension ModelChoice {
    /// What a variant asks.
    init(_ variant: Variant, of route: Route) {
        self.init(
            provider: variant.provider, model: variant.model ?? route.name, parameters: variant.parameters)
    }

    /// Whether a variant asks the model that was measured. Members of the request that only one of them names say nothing:
    /// a gate has a temperature of its own.
    func isAsked(by variant: Variant, of route: Route) -> Bool {
        let asked = ModelChoice(variant, of: route)
        return (provider, model) == (asked.provider, asked.model)
            && parameters.allSatisfy { asked.parameters[$0.key] ?? $0.value == $0.value }
    }
}
