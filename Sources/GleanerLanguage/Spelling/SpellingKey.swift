/// How a Romanised Hindi word sounds, roughly: spellings of one word often share a key. So do different words (*hai*, *ho* and
/// *hu*), so a key only finds candidates.
public enum SpellingKey {
    private static let digraphs = [
        ("chh", "ch"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("jh", "j"), ("ph", "f"),
        ("sh", "s"), ("w", "v"), ("z", "j"), ("q", "k"),
    ]

    /// - Parameter word: in Latin letters.
    public static func key(of word: String) -> String {
        var word = String(word.lowercased().reduce(into: [Character]()) { if $0.last != $1 { $0.append($1) } })
        let isLong = word.count > 4
        for (from, to) in digraphs { word = word.replacing(from, with: to) }
        var letters = Array(word)
        for index in letters.indices {
            if letters[index] == "c", index + 1 >= letters.count || letters[index + 1] != "h" { letters[index] = "k" }
            if letters[index] == "y" { letters[index] = "i" }
        }
        if isLong, let last = letters.last, last == "n" || last == "m" { letters.removeLast() }
        guard let first = letters.first else { return "" }
        var key: [Character] = [isVowel(first) ? "A" : first]
        for index in letters.indices.dropFirst() {
            let letter = letters[index]
            if isVowel(letter) { continue }
            if letter == "h" {
                // Without a vowel behind it, it says nothing; but `ch` is one sound.
                let follows = index + 1 < letters.count ? letters[index + 1] : nil
                if let follows, !isVowel(follows) { continue }
            }
            key.append(letter)
        }
        return String(key)
    }

    /// Consonants of a key.
    static func consonants(_ key: String) -> Int { key.count { $0 != "A" } }

    private static func isVowel(_ letter: Character) -> Bool { "aeiou".contains(letter) }
}
