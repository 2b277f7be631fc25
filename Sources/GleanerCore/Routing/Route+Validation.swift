extension Route {
    /// Of one project.
    public static let maximumRoutes = 1000
    static let maximumVariants = 32
    static let maximumParameterBytes = 16 << 10
    private static let reserved: Set<String> = ["versions", "rollback"]
    /// Members of a request that are the client's, or that Gleaner follows an answer by.
    private static let notParameters: Set<String> = ["model", "stream", "messages", "input", "prompt"]

    /// - Parameter providers: names of those configured; `nil` leaves providers unchecked.
    /// - Throws: the first thing wrong.
    public func validate(providers: Set<String>?) throws(RouteInvalid) {
        guard Self.isName(name, upTo: 128, with: "._-/:@+"), !Self.reserved.contains(name) else {
            throw .routeName(name)
        }
        guard !variants.isEmpty else { throw .noVariants(route: name) }
        guard variants.count <= Self.maximumVariants else { throw .tooLarge("variants", limit: Self.maximumVariants) }
        guard description.utf8.count <= 4096, !description.utf8.contains(0) else {
            throw .tooLarge("bytes in a description", limit: 4096)
        }
        var seen: Set<String> = []
        for variant in variants {
            try validate(variant, providers: providers)
            guard seen.insert(variant.name).inserted else { throw .variantTwice(variant.name, route: name) }
        }
        guard variants.contains(where: { $0.isEnabled && $0.weight > 0 }) else { throw .nothingToChoose(route: name) }
        for fallback in policy.fallbacks where !seen.contains(fallback) {
            throw .variantUnknown(fallback, in: "fallbacks", route: name)
        }
        for shadow in shadows {
            guard seen.contains(shadow.variant) else {
                throw .variantUnknown(shadow.variant, in: "shadows", route: name)
            }
            guard (0...1).contains(shadow.fraction) else {
                throw .fraction(shadow.fraction, variant: shadow.variant, route: name)
            }
        }
        try validatePolicy()
    }

    private func validate(_ variant: Variant, providers: Set<String>?) throws(RouteInvalid) {
        guard Self.isName(variant.name, upTo: 64, with: "._-") else {
            throw .variantName(variant.name, route: name)
        }
        guard (0...1_000_000).contains(variant.weight) else {
            throw .weight(variant.weight, variant: variant.name, route: name)
        }
        if let providers, !providers.contains(variant.provider) {
            throw .providerUnknown(variant.provider, variant: variant.name, route: name, known: Array(providers))
        }
        if let model = variant.model {
            let isClean = model.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            guard isClean, (1...256).contains(model.count) else { throw .model(variant: variant.name, route: name) }
        }
        for parameter in variant.parameters.keys.sorted() where Self.notParameters.contains(parameter) {
            throw .parameter(parameter, variant: variant.name, route: name)
        }
        for (parameter, value) in variant.parameters.sorted(by: { $0.key < $1.key })
        where parameter.utf8.contains(0) || value.holdsNUL {
            throw .parameter(parameter.replacing("\0", with: "\\0"), variant: variant.name, route: name)
        }
        let bytes = (try? JSONValue.object(variant.parameters).canonicalBytes()) ?? []
        guard !bytes.isEmpty, bytes.count <= Self.maximumParameterBytes else {
            throw .tooLarge("bytes of parameters", limit: Self.maximumParameterBytes)
        }
    }

    private func validatePolicy() throws(RouteInvalid) {
        func check(_ member: RoutePolicy.CodingKeys, _ isGood: Bool, _ wanted: String) throws(RouteInvalid) {
            if !isGood { throw .policyRange(member.rawValue, wanted: wanted, route: name) }
        }
        try check(.retries, (0...10).contains(policy.retries), "a whole number from 0 to 10")
        try check(.retryOn, policy.retryOn.allSatisfy { (400...599).contains($0) }, "HTTP statuses from 400 to 599")
        try check(.fallbacks, policy.fallbacks.count <= Self.maximumVariants, "at most \(Self.maximumVariants) names")
        let hour = Duration.seconds(3600)
        let timeouts: [(RoutePolicy.CodingKeys, Duration?)] = [
            (.connectTimeout, policy.connectTimeout), (.firstByteTimeout, policy.firstByteTimeout),
            (.idleTimeout, policy.idleTimeout), (.totalTimeout, policy.totalTimeout),
        ]
        for (member, value) in timeouts {
            let isGood = value.map { $0 > .zero && $0 <= hour } ?? true
            try check(member, isGood, "milliseconds, from 1 to 3600000")
        }
        let waits: [(RoutePolicy.CodingKeys, Duration)] = [
            (.maximumRetryAfter, policy.maximumRetryAfter), (.backoff, policy.backoff),
            (.maximumBackoff, policy.maximumBackoff),
        ]
        for (member, value) in waits {
            try check(member, value >= .zero && value <= .seconds(120), "milliseconds, from 0 to 120000")
        }
    }

    private static func isName(_ text: String, upTo limit: Int, with others: String) -> Bool {
        (1...limit).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || others.utf8.contains(byte)
            }
    }
}

extension JSONValue {
    /// U+0000 anywhere in it, which PostgreSQL's `jsonb` cannot hold.
    fileprivate var holdsNUL: Bool {
        switch self {
        case .null, .bool, .integer, .number: false
        case .string(let text): text.utf8.contains(0)
        case .array(let values): values.contains(where: \.holdsNUL)
        case .object(let members): members.contains { $0.key.utf8.contains(0) || $0.value.holdsNUL }
        }
    }
}
