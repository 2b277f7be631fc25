import Foundation

/// What one rater did in a project within a day, as the rules look at it. Votes are thumbs, and scores that take a side;
/// one that was changed counts each time, for somebody who keeps changing it is told by that.
struct RaterActivity: Sendable, Hashable {
    let rater: String
    /// Of the votes below.
    let first: Date
    let last: Date
    let votes: Int
    let ups: Int
    /// The most within one minute of the clock.
    let mostInAMinute: Int
    /// On exchanges of an end user who is somebody else.
    let onOthers: Int
    /// Has exchanges of their own in the project.
    let isEndUser: Bool
    /// Votes on exchanges that a reviewer took a side on, and how many of these say the opposite.
    let reviewed: Int
    let against: Int

    /// Votes without a name, by one API key or by tokens without an end user: perhaps of many people, perhaps of one.
    var isUnnamed: Bool { rater.hasPrefix("unnamed:") }
}

/// The same of a whole project.
struct ProjectActivity: Sendable, Hashable {
    /// Midnight UTC of the day that `fewRaters` is about.
    let day: Date
    /// Since midnight.
    let votesToday: Int
    let ratersToday: Set<String>
    let raters: [RaterActivity]

    var votes: Int { raters.reduce(0) { $0 + $1.votes } }
    var ups: Int { raters.reduce(0) { $0 + $1.ups } }
}
