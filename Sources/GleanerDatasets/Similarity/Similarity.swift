import GleanerCore

/// From when on two texts count as the same.
///
/// A long text and its variant share most of their shingles; in a short one a single letter spoils five of thirty, so
/// short texts have a line of their own. Texts of very different lengths are never the same.
struct Similarity: Sendable, Hashable {
    /// Characters; *Mujhe ek accha quote batao, life ke baare me* has 44.
    static let short = 60
    /// The shorter text over the longer one, at least.
    static let lengthRatio = 0.6

    /// Of a test and a line for training, whatever a policy takes for a duplicate: the lower end of what tells short texts
    /// apart, since a miss spoils the measuring and a false hit costs a line. The quote above and its other spelling, at
    /// .54, are one.
    static let test = Similarity(threshold: 0.8, shortThreshold: 0.5)

    let threshold: Double
    let shortThreshold: Double

    func holds(_ left: Shingles, _ right: Shingles) -> Bool {
        let lengths = (min(left.characters, right.characters), max(left.characters, right.characters))
        guard Double(lengths.0) >= Self.lengthRatio * Double(lengths.1) else { return false }
        let wanted = lengths.1 < Self.short ? shortThreshold : threshold
        return left.jaccard(right) >= wanted
    }

    /// Bands that miss few pairs at the lower of the two lines.
    var banding: Banding { min(threshold, shortThreshold) >= 0.75 ? .close : .wide }
}

/// How a signature is cut into bands: texts that agree on one whole band are compared.
struct Banding: Sendable, Hashable {
    let bands: Int
    let rows: Int

    /// Finds 98.0 % of the pairs at .75, 99.8 % at .8.
    static let close = Banding(bands: 20, rows: 6)
    /// Finds 87 % of the pairs at .5, 98.8 % at .6, 99.98 % at .7.
    static let wide = Banding(bands: 32, rows: 4)
    /// Finds 99.8 % of the pairs at .5, and has 5 % of those at .1 compared.
    static let thorough = Banding(bands: 48, rows: 3)

    /// The chance that texts of this similarity are compared at all: 1 − (1 − sʳ)ᵇ.
    func chance(at similarity: Double) -> Double {
        func power(_ base: Double, _ count: Int) -> Double { (0..<count).reduce(1) { result, _ in result * base } }
        return 1 - power(1 - power(similarity, rows), bands)
    }

    /// One hash a band. Empty for an empty text: it is like nothing.
    func hashes(of shingles: Shingles) -> [Int64] {
        guard !shingles.hashes.isEmpty else { return [] }
        return (0..<bands).map { band in
            var hash = UInt64(band)
            for row in 0..<rows {
                let seed = UInt64(band * rows + row + 1).mixed
                // The smallest of the shingles in an order of their own: equal with the chance of their Jaccard index.
                var least = UInt64.max
                for shingle in shingles.hashes {
                    least = min(least, (shingle ^ seed) &* 0x9E37_79B9_7F4A_7C15 ^ seed >> 7)
                }
                hash = (hash ^ least).mixed
            }
            return Int64(bitPattern: hash)
        }
    }
}

/// Which of many belong together, joined pair by pair.
struct UnionFind: Sendable {
    private var parents: [Int32]

    init(count: Int) { parents = (0..<Int32(count)).map { $0 } }

    mutating func root(of element: Int) -> Int {
        var root = element
        while Int(parents[root]) != root { root = Int(parents[root]) }
        var step = element
        while Int(parents[step]) != root {
            let next = Int(parents[step])
            parents[step] = Int32(root)
            step = next
        }
        return root
    }

    /// The lower element becomes the root, so that the result does not depend on the order of joining.
    mutating func join(_ left: Int, _ right: Int) {
        let (left, right) = (root(of: left), root(of: right))
        if left != right { parents[max(left, right)] = Int32(min(left, right)) }
    }
}
