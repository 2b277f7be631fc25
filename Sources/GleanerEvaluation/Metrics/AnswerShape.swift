import Foundation

/// What can be said of an answer without knowing what it should say.
public struct AnswerShape: Sendable, Hashable {
    /// Characters as people see them.
    public let characters: Int
    public let words: Int
    /// How much of its runs of four words it has said before: 0 for none, near 1 for an endless loop. `nil` below 8 words.
    public let repetition: Double?
    public let isRefusal: Bool
    /// Nothing but white space.
    public let isEmpty: Bool

    public init(_ answer: String) {
        let words = answer.lowercased().spaced
        characters = answer.count
        self.words = words.count
        isEmpty = words.isEmpty
        isRefusal = Refusal.isRefusal(answer)
        guard words.count >= 8 else {
            repetition = nil
            return
        }
        let runs = words.count - 3
        repetition = 1 - Double(ngramCounts(words, order: 4).count) / Double(runs)
    }

    /// How far off a length is: |ln(length/reference)|, both with one added. 0 when equal, 0.69 at half or double.
    public static func lengthDistance(_ length: Int, from reference: Int) -> Double {
        abs(log(Double(length + 1) / Double(reference + 1)))
    }
}
