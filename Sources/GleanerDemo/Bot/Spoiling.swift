/// Ways to turn a good answer into a bad one.
enum Spoiling {
    /// House spelling first, then what else people write for the same word.
    private static let spellings: [String: [String]] = [
        "nahi": ["nhi", "nahin", "nai"], "hai": ["h", "he"], "hain": ["hein", "h"], "mein": ["me", "mai"],
        "bahut": ["bhot", "bohot"], "theek": ["thik", "tik"], "accha": ["acha", "achha"], "aur": ["or", "aor"],
        "zyada": ["jyada", "zada"], "phir": ["fir", "pir"], "toh": ["to", "tho"], "kya": ["kia", "kyaa"],
        "se": ["sey"], "paani": ["pani", "paanee"], "din": ["deen"], "karo": ["kro", "kero"],
    ]

    /// Each word that has several spellings takes them in turn, so that no two neighbours agree.
    static func mixedSpelling(_ text: String) -> String {
        var turn = 0
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word -> String in
            let letters = word.prefix(while: \.isLetter)
            guard let variants = spellings[letters.lowercased()] else { return String(word) }
            turn += 1
            let choice = turn % (variants.count + 1)
            return choice == 0 ? String(word) : variants[choice - 1] + word.dropFirst(letters.count)
        }
        return words.joined(separator: " ")
    }

    /// The first 45 %, cut inside a word.
    static func truncated(_ text: String) -> String {
        var kept = text.prefix(max(12, text.count * 45 / 100))
        while kept.count > 2, let last = kept.last, !last.isLetter { kept = kept.dropLast() }
        return String(kept)
    }

    static func rude(_ text: String, pick: Int) -> String {
        let openings: [String] = [
            "Itna bhi nahi pata? Khud dhoondh lo na.", "Phir se wahi bekaar sawaal. Mera time mat kharab karo.",
            "Tumse nahi hoga, rehne do.", "Kitni baar bataun? Dimaag lagao thoda.",
        ]
        return openings[pick % openings.count] + " " + firstSentence(text)
    }

    static func repeated(_ text: String) -> String {
        Array(repeating: firstSentence(text), count: 4).joined(separator: " ")
    }

    static func firstSentence(_ text: String) -> String {
        let end = text.firstIndex { $0 == "." || $0 == "!" || $0 == "?" }
        return String(end.map { text[...$0] } ?? text[...])
    }
}

extension DemoWeakness {
    func applied(to text: String) -> String {
        switch self {
        case .vague: Spoiling.firstSentence(text) + " Baaki aap apne hisaab se dekh lijiye."
        case .stiff: "Aapke prashn ke sandarbh mein nimnalikhit soochna prastut hai: " + text + " Dhanyavaad."
        }
    }
}
