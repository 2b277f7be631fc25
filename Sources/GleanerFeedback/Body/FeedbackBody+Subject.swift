import GleanerCore

extension FeedbackBody {
    /// `exchange_id`, `completion_id`, or `conversation` with at most one of `message_index` and `message_id`.
    static func subject(_ fields: KeyedDecodingContainer<Key>) throws -> Subject? {
        let exchange = try fields.decodeIfPresent(ID<Exchange>.self, forKey: .exchange_id)
        let completion = try fields.name(.completion_id)
        let conversation = try fields.name(.conversation)
        let place = try place(fields)
        switch (exchange, completion, conversation, place) {
        case (let exchange?, nil, nil, nil): return .exchange(exchange)
        case (nil, let completion?, nil, nil): return .completion(completion)
        case (nil, nil, let conversation?, let place?): return .turn(Turn(conversation: conversation, place: place))
        case (nil, nil, let conversation?, nil): return .conversation(conversation)
        case (nil, nil, nil, nil): return nil
        default: throw FeedbackError.subjectUnclear
        }
    }

    private static func place(_ fields: KeyedDecodingContainer<Key>) throws -> Turn.Place? {
        let index = try fields.decodeIfPresent(Int64.self, forKey: .message_index)
        switch (index, try fields.name(.message_id)) {
        case (nil, nil): return nil
        case (nil, let name?): return .message(name)
        case (let index?, nil):
            guard let index = Int32(exactly: index), index >= 0 else { throw FeedbackError.messageIndexInvalid }
            return .index(index)
        default: throw FeedbackError.subjectUnclear
        }
    }
}
