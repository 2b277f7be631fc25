extension Judgement {
    /// One of two answers to the same prompt, shown side by side, was the better one.
    ///
    /// Shape: the judgement's subject is one side and has the prompt; `other` is the other. A dataset makes a pair of them.
    public struct Preference: Sendable, Hashable {
        public enum Side: Sendable, Hashable {
            case exchange(ID<Exchange>)
            case completion(String)
            /// An answer that no exchange holds.
            case text(String)

            /// Tells sides apart within one subject: two texts are not.
            var key: String {
                switch self {
                case .exchange(let id): id.description
                case .completion(let id): "completion:\(id)"
                case .text: "text"
                }
            }
        }

        /// `true`: the subject was chosen and `other` rejected.
        public let isChosen: Bool
        public let other: Side

        public init(isChosen: Bool, other: Side) {
            self.isChosen = isChosen
            self.other = other
        }
    }
}
