/// What a judgement is about.
public enum Subject: Sendable, Hashable {
    case exchange(ID<Exchange>)
    /// The provider's id of the completion: SDKs hide response headers, but not this.
    case completion(String)
    case turn(Turn)
    /// As the client named it.
    case conversation(String)
}

/// One answer in a conversation, by what a chat page knows of it.
public struct Turn: Sendable, Hashable {
    public enum Place: Sendable, Hashable {
        /// The answer's place among the conversation's messages, from 0 and with the system prompt: an exchange whose
        /// request has n messages gives the answer with index n.
        case index(Int32)
        /// The client's own name for the message.
        case message(String)
    }

    public let conversation: String
    public let place: Place

    public init(conversation: String, place: Place) {
        self.conversation = conversation
        self.place = place
    }
}

/// One judgement by one person; a marker for `ID<Feedback>`.
public enum Feedback {}
