/// A language whose words the built-in rules know.
public enum RuleLanguage: String, Sendable, Hashable, CaseIterable, Codable {
    case english = "en"
    /// In Devanagari.
    case hindi = "hi"
    /// In Latin letters, as it is typed.
    case romanHindi = "hi-Latn"
}

/// Words and phrases of one category in one language, as text: one weight and its phrases a line.
///
/// ```
/// 0.9: kill yourself | go die
/// ```
/// A weight is how sure the phrase alone makes one, 0 to 1. `word*` is any word that begins so. `_` is any one word.
struct WordList: Sendable {
    let category: String
    let language: RuleLanguage
    let text: String
}

extension WordList {
    /// All lists of the binary. They are small and of our own making: they catch what is plain, and a guard model or a
    /// provider's moderation catches the rest.
    static let all: [WordList] = english + hindi + romanHindi
}
