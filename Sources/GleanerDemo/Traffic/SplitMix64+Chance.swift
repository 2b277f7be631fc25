import GleanerCore

extension SplitMix64 {
    /// An independent stream for each `index` of one seed.
    init(seed: UInt64, index: Int) {
        var first = SplitMix64(seed: seed)
        self.init(seed: first.next() ^ (UInt64(truncatingIfNeeded: index) &* 0xD134_2543_DE82_EF95))
    }

    /// `true` with this probability.
    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
}
