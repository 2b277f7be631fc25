import GleanerCore

/// Chance that repeats itself, so that a failing case can be found again.
public struct SeededRandom: RandomNumberGenerator {
    private var chance: SplitMix64

    public init(seed: UInt64) { chance = SplitMix64(seed: seed) }

    public mutating func next() -> UInt64 { chance.next() }
}
