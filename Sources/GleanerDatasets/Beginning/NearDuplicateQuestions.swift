/// Finds questions that say the same in nearly the same words: Jaccard of at least 0.8 between the sets of their
/// 5-grams of characters, or 0.6 where both are short, letters in lower case and everything else one space. Exact, not
/// estimated.
///
/// Of two sets that alike no more than a fifth (of short ones, two fifths) of the grams of one is missing in the other, so
/// of any fifth and one more at least one is shared: only questions that share one of the rarest are compared.
struct NearDuplicateQuestions {
    static let threshold = 0.8
    /// Of questions under `Similarity.short` characters, as in a policy's near-duplicates.
    static let shortThreshold = 0.6
    private static let length = 5

    private var sets: [Set<UInt64>] = []
    private var areShort: [Bool] = []
    private var places: [UInt64: [Int]] = [:]

    /// Takes `text` in.
    /// - Returns: `false` when one like it is there already; then it is not taken.
    mutating func insert(_ text: String) -> Bool {
        let scalars = Self.scalars(text)
        let (grams, isShort) = (Self.grams(scalars), scalars.count < Similarity.short)
        guard !isKnown(grams, isShort) else { return false }
        for gram in grams { places[gram, default: []].append(sets.count) }
        sets.append(grams)
        areShort.append(isShort)
        return true
    }

    private func isKnown(_ grams: Set<UInt64>, _ isShort: Bool) -> Bool {
        let lowest = isShort ? Self.shortThreshold : Self.threshold
        let needed = Int((lowest * Double(grams.count)).rounded(.up))
        let rarest = grams.sorted {
            let (a, b) = (places[$0]?.count ?? 0, places[$1]?.count ?? 0)
            return (a, $0) < (b, $1)
        }.prefix(grams.count - needed + 1)
        var compared: Set<Int> = []
        for place in rarest.lazy.flatMap({ places[$0] ?? [] }) where compared.insert(place).inserted {
            let shared = grams.intersection(sets[place]).count
            let union = grams.count + sets[place].count - shared
            let wanted = isShort && areShort[place] ? Self.shortThreshold : Self.threshold
            if Double(shared) >= wanted * Double(union) { return true }
        }
        return false
    }

    /// As they are compared.
    static func scalars(_ text: String) -> [UInt32] {
        var scalars: [UInt32] = []
        for scalar in text.lowercased().unicodeScalars {
            // Marks are parts of letters in Indic scripts.
            let isLetter =
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || scalar.properties.generalCategory == .nonspacingMark
            if isLetter {
                scalars.append(scalar.value)
            } else if scalars.last != 0x20, !scalars.isEmpty {
                scalars.append(0x20)
            }
        }
        if scalars.last == 0x20 { scalars.removeLast() }
        return scalars
    }

    /// FNV-1a of each; a text shorter than one gram is one by itself.
    static func grams(_ scalars: [UInt32]) -> Set<UInt64> {
        let starts = 0...max(scalars.count - length, 0)
        return Set(
            starts.map { start in
                UInt64(fnv1a: scalars[start..<min(start + length, scalars.count)].lazy.map(UInt64.init))
            })
    }
}
