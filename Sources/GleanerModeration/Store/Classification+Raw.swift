import GleanerCore

extension Classification {
    /// `moderation_results.raw`; members that say nothing are left out.
    var raw: JSONValue {
        var members: [String: JSONValue] = ["scores": .object(scores.mapValues { .number($0) })]
        if !flags.isEmpty { members["flags"] = .array(flags.map(JSONValue.string)) }
        if !missing.isEmpty { members["missing"] = .array(missing.map(JSONValue.string)) }
        if !spans.isEmpty { members["spans"] = .array(spans.prefix(PIISpan.mostStored).map(\.raw)) }
        return .object(members)
    }

    /// A stored result. Spans of kinds that are not known any more are passed over.
    init(
        status: Status, model: String?, latency: Duration, flagged: Bool?, raw: JSONValue?, failure: Failure?
    ) {
        func names(_ member: String) -> [String] { raw?[member]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        self.init(
            status: status, model: model, latency: latency, flagged: flagged,
            scores: raw?["scores"]?.objectValue?.compactMapValues(\.doubleValue) ?? [:], flags: names("flags"),
            missing: names("missing"), spans: raw?["spans"]?.arrayValue?.compactMap(PIISpan.init(raw:)) ?? [],
            failure: failure)
    }
}

extension PIISpan {
    /// Spans of one result at most; more would be a list of numbers, not a message.
    static let mostStored = 200

    var raw: JSONValue {
        [
            .string(kind.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)),
            .number(certainty.rawValue),
        ]
    }

    init?(raw: JSONValue) {
        guard let parts = raw.arrayValue, parts.count == 4, let kind = parts[0].stringValue.flatMap(PIIKind.init),
            let start = parts[1].intValue, let end = parts[2].intValue, (0...end).contains(start),
            let certainty = parts[3].doubleValue.flatMap(Certainty.init)
        else { return nil }
        self.init(kind: kind, range: Int(start)..<Int(end), certainty: certainty)
    }
}
