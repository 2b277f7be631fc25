import GleanerCore

/// `{"rejected": side}` or `{"chosen": side}`: what the other answer was, and which of the two was the better one.
struct PreferenceBody: Decodable {
    private enum Key: String, CodingKey, CaseIterable { case chosen, rejected }

    /// One of `exchange_id`, `completion_id` and `text`.
    private struct Side: Decodable {
        private enum Key: String, CodingKey, CaseIterable { case exchange_id, completion_id, text }
        let side: Judgement.Preference.Side

        init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(Key.allCases.map(\.rawValue))) {
                throw FeedbackError.fieldUnknown(unknown)
            }
            let fields = try decoder.container(keyedBy: Key.self)
            let exchange = try fields.decodeIfPresent(ID<Exchange>.self, forKey: .exchange_id)
            switch (exchange, try fields.name(.completion_id), try fields.text(.text)) {
            case (let id?, nil, nil): side = .exchange(id)
            case (nil, let id?, nil): side = .completion(id)
            case (nil, nil, let text?): side = .text(text)
            default: throw FeedbackError.preferenceUnclear
            }
        }
    }

    let preference: Judgement.Preference

    init(from decoder: any Decoder) throws {
        if let unknown = try decoder.unknownMember(besides: Set(Key.allCases.map(\.rawValue))) {
            throw FeedbackError.fieldUnknown(unknown)
        }
        let fields = try decoder.container(keyedBy: Key.self)
        let chosen = try fields.decodeIfPresent(Side.self, forKey: .chosen)
        let rejected = try fields.decodeIfPresent(Side.self, forKey: .rejected)
        switch (chosen, rejected) {
        case (nil, let other?): preference = Judgement.Preference(isChosen: true, other: other.side)
        case (let other?, nil): preference = Judgement.Preference(isChosen: false, other: other.side)
        default: throw FeedbackError.preferenceUnclear
        }
    }
}
