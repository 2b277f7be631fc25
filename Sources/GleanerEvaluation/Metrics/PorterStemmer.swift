/// Stems of English words by Porter's algorithm, with the changes that NLTK makes and rouge-score relies on.
///
/// Source: Porter, "An algorithm for suffix stripping" (1980); NLTK's documentation of `NLTK_EXTENSIONS`: irregular words,
/// `-ies` and `-ied` of four letters, `y` behind a consonant, `-alli`, `-fulli` and `-logi`.
enum PorterStemmer {
    /// - Parameter word: in lower case.
    static func stem(_ word: String) -> String {
        if let irregular = irregular[word] { return irregular }
        guard word.utf8.count > 2 else { return word }
        var word = Stem(word)
        word = plural(word)
        word = past(word)
        word = lastY(word)
        word = firstSuffix(word)
        word = rule(word, secondSuffixes) { $0.measure > 0 }
        word = thirdSuffix(word)
        return String(decoding: lastE(word).bytes, as: UTF8.self)
    }

    private static let irregular = [
        "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
        "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing", "cannings": "canning",
        "canning": "canning", "howe": "howe", "proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
    ]

    /// The first suffix that fits decides, whether or not its condition then holds.
    private static func rule(
        _ word: Stem, _ rules: [(suffix: String, replacement: String)], _ condition: (Stem) -> Bool
    ) -> Stem {
        for rule in rules where word.ends(with: rule.suffix) {
            let stem = word.without(rule.suffix)
            return condition(stem) ? stem + rule.replacement : word
        }
        return word
    }

    private static func plural(_ word: Stem) -> Stem {
        if word.count == 4, word.ends(with: "ies") { return word.without("s") }
        return rule(word, [("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")]) { _ in true }
    }

    private static func past(_ word: Stem) -> Stem {
        if word.ends(with: "ied") { return word.without("ied") + (word.count == 4 ? "ie" : "i") }
        if word.ends(with: "eed") {
            let stem = word.without("eed")
            return stem.measure > 0 ? stem + "ee" : word
        }
        for suffix in ["ed", "ing"] where word.ends(with: suffix) && word.without(suffix).hasVowel {
            let stem = word.without(suffix)
            if ["at", "bl", "iz"].contains(where: stem.ends) { return stem + "e" }
            if stem.endsWithDouble {
                return ["l", "s", "z"].contains(where: stem.ends) ? stem : Stem(Array(stem.bytes.dropLast()))
            }
            return stem.measure == 1 && stem.endsShort ? stem + "e" : stem
        }
        return word
    }

    private static func lastY(_ word: Stem) -> Stem {
        let stem = word.ends(with: "y") ? word.without("y") : nil
        guard let stem, stem.count > 1, stem.isConsonant(stem.count - 1) else { return word }
        return stem + "i"
    }

    private static let firstSuffixes: [(suffix: String, replacement: String)] = [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"),
        ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
        ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
        ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
    ]
    private static func firstSuffix(_ word: Stem) -> Stem {
        if word.ends(with: "alli"), word.without("alli").measure > 0 {
            return firstSuffix(word.without("alli") + "al")
        }
        if !firstSuffixes.contains(where: { word.ends(with: $0.suffix) }), word.ends(with: "logi") {
            // The measure is taken with the l, so that "geology" is not left out.
            return word.without("ogi").measure > 0 ? word.without("i") : word
        }
        return rule(word, firstSuffixes) { $0.measure > 0 }
    }

    private static let secondSuffixes: [(suffix: String, replacement: String)] = [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ]

    private static func thirdSuffix(_ word: Stem) -> Stem {
        let suffixes = [
            "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism",
            "ate", "iti", "ous", "ive", "ize",
        ]
        guard let suffix = suffixes.first(where: word.ends) else { return word }
        let stem = word.without(suffix)
        guard stem.measure > 1 else { return word }
        return suffix != "ion" || stem.ends(with: "s") || stem.ends(with: "t") ? stem : word
    }

    private static func lastE(_ word: Stem) -> Stem {
        var word = word
        if word.ends(with: "e") {
            let stem = word.without("e")
            if stem.measure > 1 || (stem.measure == 1 && !stem.endsShort) { word = stem }
        }
        return word.ends(with: "ll") && word.without("l").measure > 1 ? word.without("l") : word
    }
}

/// A word, or what is left of one, with Porter's questions about it.
private struct Stem: Equatable {
    let bytes: [UInt8]
    init(_ text: String) { bytes = Array(text.utf8) }
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }
    func ends(with suffix: String) -> Bool { bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
    func without(_ suffix: String) -> Stem { Stem(Array(bytes.dropLast(suffix.utf8.count))) }
    static func + (stem: Stem, suffix: String) -> Stem { Stem(stem.bytes + Array(suffix.utf8)) }

    /// `y` is one at the beginning and behind a vowel.
    func isConsonant(_ index: Int) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        case UInt8(ascii: "y"): index == 0 || !isConsonant(index - 1)
        default: true
        }
    }
    var hasVowel: Bool { bytes.indices.contains { !isConsonant($0) } }
    /// How often a consonant follows a vowel.
    var measure: Int {
        bytes.indices.dropFirst().reduce(0) { $0 + (isConsonant($1) && !isConsonant($1 - 1) ? 1 : 0) }
    }
    var endsWithDouble: Bool {
        count >= 2 && bytes[count - 1] == bytes[count - 2] && isConsonant(count - 1)
    }
    /// Consonant, vowel, consonant other than `w`, `x`, `y`; of two letters, vowel and consonant.
    var endsShort: Bool {
        if count == 2 { return !isConsonant(0) && isConsonant(1) }
        guard count >= 3, isConsonant(count - 3), !isConsonant(count - 2), isConsonant(count - 1) else { return false }
        return !["w", "x", "y"].contains(where: ends)
    }
}
