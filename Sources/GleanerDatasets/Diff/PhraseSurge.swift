import Foundation

/// Finds phrases that many answers of a new version share and hardly any of the old one.
///
/// Memory: about `largest` phrases; when there are more, those met with least are forgotten. A phrase that rises comes
/// again and again, so it loses a few of its counts at most. Of larger versions a seeded share of the lines is looked at.
struct PhraseSurge: Sendable {
    /// Words of a phrase: shorter ones are ordinary language, longer ones are caught by their parts.
    static let length = 4
    static let largestSample = 20_000
    /// Lines that must share it: two or three of a kind are chance.
    static let fewest = 5

    private struct Seen: Sendable {
        var before: Int32 = 0
        var after: Int32 = 0
        var users: Set<Int> = []
        var phrase: String?
    }
    private let largest: Int
    private var seen: [UInt64: Seen] = [:]
    private(set) var lines = (before: 0, after: 0)

    /// - Parameter largest: phrases that are kept in mind; about 100 bytes each.
    init(largest: Int = 400_000) { self.largest = largest }

    mutating func addBefore(_ answer: String) {
        lines.before += 1
        for gram in grams(answer).keys { seen[gram, default: Seen()].before += 1 }
        forgetRare()
    }

    mutating func addAfter(_ answer: String, endUser: String?) {
        lines.after += 1
        for (gram, phrase) in grams(answer) {
            seen[gram, default: Seen()].after += 1
            if seen[gram]?.phrase == nil { seen[gram]?.phrase = phrase }
            if let endUser, seen[gram].map({ $0.users.count < 100 }) ?? false {
                seen[gram]?.users.insert(endUser.hashValue)
            }
        }
        forgetRare()
    }

    var phrases: Int { seen.count }

    private mutating func forgetRare() {
        guard seen.count > largest else { return }
        for least: Int32 in 1...16 where seen.count > largest / 2 {
            seen = seen.filter { $0.value.before + $0.value.after > least }
        }
    }

    private func grams(_ answer: String) -> [UInt64: String] {
        let words = answer.lowercased().split { !($0.isLetter || $0.isNumber) }
        guard words.count >= Self.length else { return [:] }
        var grams: [UInt64: String] = [:]
        for start in 0...(words.count - Self.length) {
            let phrase = words[start..<(start + Self.length)].joined(separator: " ")
            guard let gram = WordGrams.grams(WordGrams.words(phrase), length: Self.length).first else { continue }
            grams[gram] = phrase
        }
        return grams
    }

    /// Phrases whose share of lines rose at least fourfold and by more than chance (three standard errors of the
    /// difference), the most frequent first. Overlapping ones are one: the first stays.
    var surges: [VersionDiff.Surge] {
        guard lines.after > 0 else { return [] }
        var found: [VersionDiff.Surge] = []
        let rising = seen.values.filter { rose($0) }
            .sorted { ($1.after, $0.phrase ?? "") < ($0.after, $1.phrase ?? "") }
        for item in rising where found.count < 20 {
            let phrase = item.phrase ?? ""
            let words = Set(phrase.split(separator: " "))
            let overlaps = found.contains {
                $0.after == Int(item.after) && !words.isDisjoint(with: $0.phrase.split(separator: " "))
            }
            guard !overlaps else { continue }
            found.append(
                .init(phrase: phrase, before: Int(item.before), after: Int(item.after), endUsers: item.users.count))
        }
        return found
    }

    private func rose(_ item: Seen) -> Bool {
        guard Int(item.after) >= Self.fewest else { return false }
        let (n, m) = (Double(max(lines.before, 1)), Double(lines.after))
        let (before, after) = (Double(item.before) / n, Double(item.after) / m)
        guard after >= 4 * before else { return false }
        let pooled = (Double(item.before) + Double(item.after)) / (n + m)
        let error = (pooled * (1 - pooled) * (1 / n + 1 / m)).squareRoot()
        return after - before > 3 * error
    }
}
