/// Where a share lies with 95 % confidence, when `successes` of `count` were seen. Wilson's score interval, without
/// continuity correction: never outside 0…1, and honest for few and for extreme ones.
public struct WilsonInterval: Sendable, Hashable {
    public let low: Double
    public let high: Double

    /// The normal distribution's 97.5 % quantile.
    private static let z = 1.959963984540054

    /// `nil` when nothing was seen.
    public init?(_ successes: Int, of count: Int) {
        guard count > 0, (0...count).contains(successes) else { return nil }
        let (n, z) = (Double(count), Self.z)
        let share = Double(successes) / n
        let centre = share + z * z / (2 * n)
        let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        low = successes == 0 ? 0 : (centre - spread) / scale
        high = successes == count ? 1 : (centre + spread) / scale
    }
}
