/// What the judgements of an item say together.
enum ItemStanding: String, Sendable, Hashable {
    /// Some are missing.
    case open
    /// All are in and near each other, or there is only one.
    case agreed
    /// They differed, and one more is wanted.
    case third
    /// One more has not settled it: a lead must decide.
    case disputed
    /// A lead has.
    case final

    /// - Parameters:
    ///   - scores: of each judgement that counts, question to points.
    ///   - waiting: slots that are open or lent.
    ///   - spread: so many points between two judgements on any question are a disagreement.
    ///   - hasThird: whether one more was asked for already.
    static func of(_ scores: [[String: Int]], waiting: Int, spread: Int, hasThird: Bool) -> ItemStanding {
        if waiting > 0 { return hasThird ? .third : .open }
        guard scores.count > 1 else { return .agreed }
        let questions = Set(scores.flatMap(\.keys))
        let points = questions.map { question in scores.compactMap { $0[question] }.sorted() }
        if !hasThird {
            return points.contains { ($0.last ?? 0) - ($0.first ?? 0) >= spread } ? .third : .agreed
        }
        // With more voices it is settled when on each question two of them are near each other.
        let isOpen = points.contains { points in
            points.count > 1 && !zip(points, points.dropFirst()).contains { $1 - $0 < spread }
        }
        return isOpen ? .disputed : .agreed
    }
}
