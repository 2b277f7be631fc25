/// The scripts that tell languages apart.
///
/// Source: block ranges of the Unicode Standard; punctuation, digits and symbols that scripts share belong to none.
enum WritingSystem: UInt8, CaseIterable {
    case latin, devanagari, bengali, gurmukhi, gujarati, oriya, tamil, telugu, kannada, malayalam, sinhala
    case thai, lao, tibetan, myanmar, georgian, hangul, ethiopic, khmer, mongolian
    case greek, cyrillic, armenian, hebrew, arabic, kana, han

    /// Nearly always the language of the script; where a script has several, `ScriptCounts.tag` looks closer.
    var language: String { Self.languages[Int(rawValue)] }

    private static let languages = [
        LanguageGuess.undetermined, "hi", "bn", "pa", "gu", "or", "ta", "te", "kn", "ml", "si",
        "th", "lo", "bo", "my", "ka", "ko", "am", "km", "mn",
        "el", "ru", "hy", "he", "ar", "ja", "zh",
    ]

    /// Where each script's letters begin, ascending; `nil` begins what belongs to none.
    private static let ranges: [(start: UInt32, script: WritingSystem?)] = [
        (0, nil), (0xC0, .latin), (0x0250, nil), (0x0370, .greek), (0x0400, .cyrillic), (0x0530, .armenian),
        (0x0590, .hebrew), (0x0600, nil), (0x0620, .arabic), (0x0660, nil), (0x066E, .arabic), (0x0700, nil),
        (0x0750, .arabic), (0x0780, nil), (0x0900, .devanagari), (0x0964, nil), (0x0966, .devanagari),
        (0x0980, .bengali), (0x0A00, .gurmukhi), (0x0A80, .gujarati), (0x0B00, .oriya), (0x0B80, .tamil),
        (0x0C00, .telugu), (0x0C80, .kannada), (0x0D00, .malayalam), (0x0D80, .sinhala), (0x0E00, .thai),
        (0x0E80, .lao), (0x0F00, .tibetan), (0x1000, .myanmar), (0x10A0, .georgian), (0x1100, .hangul),
        (0x1200, .ethiopic), (0x13A0, nil), (0x1780, .khmer), (0x1800, .mongolian), (0x18B0, nil),
        (0x1E00, .latin), (0x1F00, .greek), (0x2000, nil), (0x3041, .kana), (0x3100, nil), (0x3130, .hangul),
        (0x3190, nil), (0x31F0, .kana), (0x3200, nil), (0x3400, .han), (0x4DC0, nil), (0x4E00, .han),
        (0xA000, nil), (0xA8E0, .devanagari), (0xA900, nil), (0xAC00, .hangul), (0xD7B0, nil), (0xF900, .han),
        (0xFB00, nil), (0xFB50, .arabic), (0xFDD0, nil), (0xFE70, .arabic), (0xFEFF, nil), (0xFF66, .kana),
        (0xFFA0, nil), (0x20000, .han), (0x32000, nil),
    ]

    /// `nil` for what is no letter, or of a script that is not told apart.
    init?(_ scalar: UInt32) {
        var (low, high) = (0, Self.ranges.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Self.ranges[middle].start <= scalar { low = middle } else { high = middle }
        }
        guard let script = Self.ranges[low].script else { return nil }
        self = script
    }
}

/// How many letters of each script a text has, and of the few that tell its languages apart.
struct ScriptCounts {
    private var counts = [Int](repeating: 0, count: WritingSystem.allCases.count)
    private var urdu = 0, persian = 0, ukrainian = 0, assamese = 0, marathi = 0

    subscript(_ script: WritingSystem) -> Int { counts[Int(script.rawValue)] }

    mutating func countLatin(_ letters: Int) { counts[Int(WritingSystem.latin.rawValue)] += letters }

    mutating func count(_ script: WritingSystem, _ scalar: UInt32) {
        counts[Int(script.rawValue)] += 1
        switch scalar {
        // ٹ ڈ ڑ ں ھ ہ ے: Urdu has them, Arabic and Persian do not.
        case 0x0679, 0x0688, 0x0691, 0x06BA, 0x06BE, 0x06C1, 0x06D2: urdu += 1
        // پ چ ژ گ ک ی: Persian has them, and so has Urdu.
        case 0x067E, 0x0686, 0x0698, 0x06AF, 0x06A9, 0x06CC: persian += 1
        // і ї є ґ
        case 0x0456, 0x0457, 0x0454, 0x0491, 0x0406, 0x0407, 0x0404, 0x0490: ukrainian += 1
        // ৰ ৱ
        case 0x09F0, 0x09F1: assamese += 1
        // ळ
        case 0x0933: marathi += 1
        default: break
        }
    }

    /// The script with most letters; Han and kana are one, as Japanese writes both.
    var strongest: WritingSystem? {
        let most = WritingSystem.allCases.max { self[$0] < self[$1] }!
        if self[.kana] > 0, self[.kana] + self[.han] > self[most] { return .kana }
        return self[most] == 0 ? nil : most
    }

    func tag(of script: WritingSystem) -> String {
        switch script {
        case .arabic where urdu > 0: "ur"
        case .arabic where persian > 0: "fa"
        case .cyrillic where ukrainian > 0: "uk"
        case .bengali where assamese > 0: "as"
        case .devanagari where marathi > 0: "mr"
        case .han where self[.kana] * 10 > self[.han]: "ja"
        default: script.language
        }
    }
}
