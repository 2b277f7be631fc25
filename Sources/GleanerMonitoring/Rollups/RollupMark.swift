public import Foundation
public import GleanerCore

/// What of an hour has to be counted anew. Each part has tables of its own, so that a review given today does not have
/// millions of exchanges of last week counted again.
public enum RollupPart: String, Sendable, Hashable, CaseIterable {
    /// `rollups`: exchanges themselves.
    case exchanges
    /// `rollup_judgements` and `rollup_categories`: feedback on them, and moderation's decisions.
    case judgements
    /// `rollup_reviews`: those drawn for review, and what was found.
    case reviews
    /// `rollup_review_work`: reviews by when they were given.
    case work
    /// `rollup_evaluators`: what evaluators found of them.
    case evaluators
    /// `rollup_moderation_scores`: how high moderation scored them.
    case moderation
}

/// One hour of a project whose rollups are behind.
public struct RollupUnit: Sendable, Hashable {
    public let project: ID<Project>
    /// Its beginning (UTC).
    public let hour: Date

    public init(project: ID<Project>, hour: Date) {
        self.project = project
        self.hour = hour
    }

    var end: Date { hour.addingTimeInterval(Stretch.hour.seconds) }
    var day: Date { hour.beginning(of: .day) }
}

/// How long a rollup is.
enum Stretch: Int16, Sendable, CaseIterable {
    /// What the five minutes under way are added up from.
    case minute = 1
    case fiveMinutes = 5
    case hour = 60
    case day = 1440

    var seconds: TimeInterval { Double(rawValue) * 60 }
}

extension Date {
    /// Of the stretch (UTC) that it lies in.
    func beginning(of stretch: Stretch) -> Date {
        beginning(ofEach: stretch.seconds)
    }
}
