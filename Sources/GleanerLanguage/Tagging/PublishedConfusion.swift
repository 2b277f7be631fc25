/// How well tags are told, measured on sentences that nothing was tuned on: the figures of the reference page, for whoever reads
/// what is made of the tags. A test compares them with the tagger.
public enum PublishedConfusion {
    public struct Row: Sendable, Hashable {
        public let tag: TokenTag
        /// Tokens of which it is right.
        public let tokens: Int
        public let precision: Double
        public let recall: Double
        /// The tags that were given, with how often.
        public let given: [TokenTag: Int]
    }

    public static let heldOut = [
        Row(tag: .hi, tokens: 485, precision: 0.998, recall: 0.988, given: [.hi: 479, .en: 4, .unk: 2]),
        Row(tag: .en, tokens: 309, precision: 0.978, recall: 0.997, given: [.en: 308, .unk: 1]),
        Row(tag: .univ, tokens: 91, precision: 1, recall: 1, given: [.univ: 91]),
        Row(tag: .ne, tokens: 10, precision: 0.875, recall: 0.7, given: [.hi: 1, .en: 2, .ne: 7]),
        Row(tag: .acro, tokens: 3, precision: 1, recall: 0.667, given: [.ne: 1, .acro: 2]),
        Row(tag: .mix, tokens: 2, precision: 1, recall: 0.5, given: [.en: 1, .mix: 1]),
    ]
}
