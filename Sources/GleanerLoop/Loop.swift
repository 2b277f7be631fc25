public import Foundation
public import GleanerCore

/// A loop as it stands: one row of `loops` with the document in force.
public struct Loop: Sendable, Hashable {
    public let id: ID<Loop>
    public let project: ID<Project>
    public let name: String
    public let version: Int
    public let document: LoopDocument
    /// Of the document in force: who agreed to what it may spend.
    public let author: String
    public let note: String
    public let changedAt: Date
    public let pausedBy: String?
    public let pausedAt: Date?
    public let pauseNote: String?
    public let createdAt: Date
    public let standing: Standing

    /// What the trigger counted last.
    public struct Standing: Sendable, Hashable {
        /// What it counts from; `nil`: from the beginning.
        public var since: Date?
        public var material: Int?
        public var materialAt: Date?
        /// What a build would add, as the last close look found it.
        public var news: Int?
        public var newsAt: Date?
        var newsOf: Int?
        /// Why it could not be looked at.
        public var trouble: String?

        public init() {}

        /// For the rule; the look counts only for what is counted from the same moment.
        func count(material: Int, since: Date?) -> LoopTrigger.Count {
            guard since == self.since, let news, let newsOf else { return .init(material: material) }
            return .init(material: material, look: .init(news: news, material: newsOf))
        }
    }

    public var isPaused: Bool { pausedBy != nil }

    /// When the next round is due by its date; `nil` without one.
    public var due: Date? { document.trigger.due(since: standing.since ?? createdAt) }

    /// What the next round waits for: "about 312 of 500 new examples, or 12 December".
    public var waitsFor: String {
        let trigger = document.trigger
        let material = standing.material
        var parts: [String] = []
        if let wanted = trigger.newExamples {
            let counted = material.map { "about \(min($0, max(standing.news ?? $0, 0))) of \(wanted)" } ?? "\(wanted)"
            parts.append("\(counted) new examples")
        }
        if let due {
            let day = due.formatted(
                Date.FormatStyle(locale: Locale(identifier: "en_GB"), timeZone: .gmt).day().month(.wide))
            parts.append(trigger.newExamples == nil ? "\(day), with at least \(trigger.atLeast) new examples" : day)
        }
        return parts.isEmpty ? "somebody to start it" : parts.joined(separator: ", or ")
    }
}
