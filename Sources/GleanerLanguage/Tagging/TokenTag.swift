/// What a token is, in a text of Hindi and English. The raw value is what JSON, SQL and the labelled tokens say.
///
/// Annotation rule: a word that came from English is `en` in Latin letters, however Hindi the sentence (*phone*, *doctor*,
/// *ticket*), and `hi` in Devanagari, whose script decides. Names of people, places, products, languages and feasts are `ne`.
public enum TokenTag: String, Sendable, Hashable, CaseIterable, Codable {
    case hi, en
    /// Of no language: punctuation, numbers, addresses, handles, emoji, code.
    case univ
    /// A name.
    case ne
    /// An abbreviation in capitals, such as OTP.
    case acro
    /// A word that is Hindi and English in itself: *filmein*, *chalaoing*.
    case mix
    /// Hindi or English, and nothing tells which.
    case unk
    /// A word in a script that is neither Latin nor Devanagari.
    case other

    /// Of one of the two languages.
    public var isLanguage: Bool { self == .hi || self == .en }
}

/// A token of a text with its tag.
public struct TaggedToken: Sendable, Hashable {
    public let text: String
    public let tag: TokenTag
    /// The probability of the tag among Hindi and English, 0.5…1; 1 for tags that rules decide.
    public let confidence: Double
}
