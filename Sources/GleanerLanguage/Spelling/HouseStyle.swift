/// How a project wants words to be spelt, and how well its answers keep to it.
public struct HouseStyle: Sendable, Hashable {
    /// The preferred spelling by cluster name: the table's first ones, unless the project says otherwise.
    private let preferred: [String: String]

    /// - Parameter preferred: spellings of the project's own; each replaces the table's for its word.
    public init(preferred: [String] = []) {
        var all = Dictionary(SpellingTable.words.map { ($0.devanagari, $0.preferred) }) { first, _ in first }
        for spelling in preferred { all[SpellingTable.word(spelt: spelling)?.devanagari ?? spelling] = spelling }
        self.preferred = all
    }

    /// The share of uses that are spelt as wanted, of those for which the style has a word; `nil` when there is none.
    public func compliance(of clusters: SpellingClusters) -> Double? {
        var (kept, all) = (0, 0)
        for cluster in clusters.clusters {
            guard let wanted = preferred[cluster.name] else { continue }
            for (spelling, count) in cluster.spellings {
                all += count
                if spelling == wanted { kept += count }
            }
        }
        return all > 0 ? Double(kept) / Double(all) : nil
    }
}
