/// How alike two texts look: Jaccard similarity of their runs of three characters, without regard to case, signs and
/// the number of spaces.
enum Trigrams {
    /// Each three scalars in one number: 21 bits for each.
    static func of(_ text: String) -> Set<UInt64> {
        let scalars = (" " + normalised(text) + " ").unicodeScalars.map { UInt64($0.value) }
        guard scalars.count >= 3 else { return [scalars.reduce(0) { $0 << 21 | $1 }] }
        return Set(scalars.indices.dropFirst(2).map { scalars[$0 - 2] << 42 | scalars[$0 - 1] << 21 | scalars[$0] })
    }

    static func normalised(_ text: String) -> String {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
    }

    static func similarity(_ first: Set<UInt64>, _ second: Set<UInt64>) -> Double {
        let common = first.intersection(second).count
        let all = first.count + second.count - common
        return all == 0 ? 1 : Double(common) / Double(all)
    }
}
