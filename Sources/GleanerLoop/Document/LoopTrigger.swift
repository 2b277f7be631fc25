public import Foundation

/// When a round begins by itself: "500 new examples, or every two weeks". Neither: only when somebody starts one.
public struct LoopTrigger: Sendable, Hashable {
    /// A build must add at least these.
    public var newExamples: Int?
    /// Days since the newest version, or since the newest round if that came later.
    public var everyDays: Int?
    /// A round that is due by its date adds at least these; a dozen new lines are not worth a fine-tune.
    public var atLeast: Int

    public init(newExamples: Int? = nil, everyDays: Int? = nil, atLeast: Int? = nil) {
        self.newExamples = newExamples
        self.everyDays = everyDays
        self.atLeast = atLeast ?? min(10, newExamples ?? 10)
    }

    /// What is known of the material without looking at it closely.
    public struct Count: Sendable, Hashable {
        /// Judged exchanges and written examples since. Quick to count, and about the most that a build would add.
        public var material: Int
        /// What the last close look found, and what the material was then; `nil` when there was none since.
        public var look: Look?

        public init(material: Int, look: Look? = nil) {
            self.material = material
            self.look = look
        }
    }
    public struct Look: Sendable, Hashable {
        public let news: Int
        public let material: Int

        public init(news: Int, material: Int) {
            self.news = news
            self.material = material
        }
    }

    public enum Move: Sendable, Hashable {
        case rest
        /// Find out what a build would add: as much work as a build.
        case look
        case start
    }

    public func isDue(since: Date, at now: Date) -> Bool { due(since: since).map { $0 <= now } ?? false }

    public func due(since: Date) -> Date? { everyDays.map { since.addingTimeInterval(Double($0) * 86_400) } }

    /// How many new examples begin a round now; `nil` when none do.
    func wanted(isDue: Bool) -> Int? { isDue ? atLeast : newExamples }

    /// A close look is taken only when the quick count could be enough, and again only when it has grown by what was
    /// missing at the last one.
    public func move(_ count: Count, isDue: Bool) -> Move {
        guard let wanted = wanted(isDue: isDue), count.material >= wanted else { return .rest }
        if let look = count.look, look.news < wanted, count.material < look.material + (wanted - look.news) {
            return .rest
        }
        return .look
    }

    /// After a close look.
    public func move(news: Int, isDue: Bool) -> Move {
        wanted(isDue: isDue).map { news >= $0 ? .start : .rest } ?? .rest
    }
}
