/// The cosine of the angle between two embeddings: do they speak of the same? −1…1.
///
/// It measures topic, not truth, and is compared within one embedding model only.
public enum Cosine {
    /// - Returns: `nil` for vectors of different or no length, and where one is all zeros: there is no angle then.
    public static func similarity(_ a: [Double], _ b: [Double]) -> Double? {
        guard a.count == b.count, !a.isEmpty else { return nil }
        var (dot, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            dot += x * y
            aa += x * x
            bb += y * y
        }
        guard aa > 0, bb > 0, dot.isFinite else { return nil }
        return dot / (aa.squareRoot() * bb.squareRoot())
    }
}
