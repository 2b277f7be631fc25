/// How alike two texts look: Jaccard similarity of their runs of three characters, without regard to case, signs and
/// the number of spaces.
enum Trigrams {
    static func of(_ text: String) -> Set<String> {
        let plain = Array(" " + normalised(text) + " ")
        guard plain.count >= 3 else { return [String(plain)] }
        return Set((0...(plain.count - 3)).map { String(plain[$0..<($0 + 3)]) })
    }

    static func normalised(_ text: String) -> String {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
    }

    static func similarity(_ first: Set<String>, _ second: Set<String>) -> Double {
        let common = first.intersection(second).count
        let all = first.count + second.count - common
        return all == 0 ? 1 : Double(common) / Double(all)
    }
}
