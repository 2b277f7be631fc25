/// Five points: 1 unusable … 5 ready to train on. Exists only from 1 to 5.
public struct Score: Sendable, Hashable, Comparable {
    /// Up to here a score says "bad", and from `highest` on "good"; 3 takes no side.
    public static let lowest: Int16 = 2
    public static let highest: Int16 = 4

    public let value: Int16

    public init(_ value: some BinaryInteger) throws(ScoreError) {
        guard let small = Int16(exactly: value), (1...5).contains(small) else { throw .outOfRange }
        self.value = small
    }

    public static func < (a: Score, b: Score) -> Bool { a.value < b.value }
}

public enum ScoreError: Explained, Hashable {
    case outOfRange

    public var explanation: Explanation {
        Explanation(
            status: 400, code: "score_out_of_range", what: "This score is not on the scale.",
            why: "Scores are whole numbers from 1 (unusable) to 5 (ready to train on).", fix: "Send 1, 2, 3, 4 or 5.")
    }
}
