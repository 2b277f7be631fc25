/// How often two ratings of one item were these two values: what Krippendorff's alpha is made of.
///
/// Each item with m ratings adds each ordered pair of them with weight 1/(m−1); items with fewer than two ratings add
/// nothing. Source: Krippendorff, "Content Analysis" (2018), ch. 12.
struct CoincidenceTable: Sendable {
    /// The values that occur, rising.
    let values: [Double]
    /// Of each item that can be paired: how often each value was given.
    let items: [[Int]]

    /// - Parameter ratings: of each item, whoever gave them.
    init(_ ratings: [[Double]]) {
        let pairable = ratings.filter { $0.count > 1 }
        values = Set(pairable.joined()).sorted()
        let place = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
        items = pairable.map { ratings in
            var counts = [Int](repeating: 0, count: place.count)
            for rating in ratings { counts[place[rating]!] += 1 }
            return counts
        }
    }

    /// Row by row, `values.count` wide, over the items at `indices`; with repetition for a bootstrap.
    func pairs(of indices: some Sequence<Int>) -> [Double] {
        let width = values.count
        var pairs = [Double](repeating: 0, count: width * width)
        for index in indices {
            let counts = items[index]
            let ratings = counts.reduce(0, +)
            for c in 0..<width where counts[c] > 0 {
                for k in 0..<width where counts[k] > 0 {
                    let number = counts[c] * (counts[k] - (c == k ? 1 : 0))
                    pairs[c * width + k] += Double(number) / Double(ratings - 1)
                }
            }
        }
        return pairs
    }
}
