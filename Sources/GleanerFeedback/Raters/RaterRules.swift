import Foundation
import GleanerCore

/// When a rater's votes look made. Pure: counts in, suspicions out.
///
/// Source: DATA's list of hazards: brigading by users and bots, one loud rater, a day decided by a few, agreement with
/// reviews. Thresholds are for thumbs in a chat page, where people give some each day. Votes without a name count as one
/// rater's in the rules about how many there are, since one may have given them all; what they say, and of whose answers,
/// tells nothing of them.
struct RaterRules: Sendable, Hashable {
    /// Votes in one minute: one every two seconds is faster than reading.
    var mostInAMinute = 30
    /// Of the project's votes in a day, once it has `enoughVotes` by `enoughRaters`.
    var largestShare = 0.2
    var enoughVotes = 100
    var enoughRaters = 5
    /// A run of votes in one direction is told from chance when chance would make it once in this many runs.
    var streakOdds = 1e6
    var shortestStreak = 20
    /// A day with at least this many votes by fewer than `enoughRaters` decides nothing.
    var votesOfAFewDay = 50
    /// An end user who votes on answers that others got, more often than by mistake.
    var mostOnOthers = 3
    /// Votes on reviewed exchanges that are looked at, and the share against the reviews that they are surely above.
    var enoughReviewed = 10
    var againstReviews = 0.5

    func suspicions(_ project: ProjectActivity) -> [Suspicion] {
        project.raters.flatMap { rater in
            [
                burst(rater), share(rater, of: project), oneDirection(rater, in: project), othersExchanges(rater),
                disagrees(rater),
            ].compactMap(\.self)
        } + fewRaters(project)
    }

    private func burst(_ rater: RaterActivity) -> Suspicion? {
        guard rater.mostInAMinute > mostInAMinute else { return nil }
        return Suspicion(
            rater, .burst, ["most_in_a_minute": Double(rater.mostInAMinute), "limit": Double(mostInAMinute)])
    }

    private func share(_ rater: RaterActivity, of project: ProjectActivity) -> Suspicion? {
        let all = project.votes
        guard all >= enoughVotes, project.raters.count >= enoughRaters else { return nil }
        let share = Double(rater.votes) / Double(all)
        guard share > largestShare else { return nil }
        return Suspicion(
            rater, .share, ["votes": Double(rater.votes), "of": Double(all), "share": share, "limit": largestShare])
    }

    /// Against what the others say: where everybody is happy, a happy rater is nothing special.
    private func oneDirection(_ rater: RaterActivity, in project: ProjectActivity) -> Suspicion? {
        guard !rater.isUnnamed, rater.votes >= shortestStreak, rater.ups == 0 || rater.ups == rater.votes else {
            return nil
        }
        let (others, otherUps) = (project.votes - rater.votes, project.ups - rater.ups)
        // One of each is added: a share that nobody has seen is not taken for certain.
        let up = Double(otherUps + 1) / Double(others + 2)
        let chance = pow(rater.ups == 0 ? 1 - up : up, Double(rater.votes))
        guard chance < 1 / streakOdds else { return nil }
        return Suspicion(
            rater, .oneDirection,
            ["votes": Double(rater.votes), "ups": Double(rater.ups), "share_of_others": up, "chance": chance])
    }

    private func othersExchanges(_ rater: RaterActivity) -> Suspicion? {
        // Somebody who only rates is a reader or a tester, whose work it is to rate what others got.
        guard rater.isEndUser, rater.onOthers > mostOnOthers else { return nil }
        return Suspicion(
            rater, .othersExchanges, ["votes": Double(rater.onOthers), "limit": Double(mostOnOthers)])
    }

    private func disagrees(_ rater: RaterActivity) -> Suspicion? {
        guard !rater.isUnnamed, rater.reviewed >= enoughReviewed,
            let share = WilsonInterval(rater.against, of: rater.reviewed), share.low > againstReviews
        else { return nil }
        return Suspicion(
            rater, .disagrees,
            [
                "against": Double(rater.against), "reviewed": Double(rater.reviewed), "at_least": share.low,
                "limit": againstReviews,
            ])
    }

    private func fewRaters(_ project: ProjectActivity) -> [Suspicion] {
        guard project.votesToday >= votesOfAFewDay, project.ratersToday.count < enoughRaters else { return [] }
        return project.ratersToday.sorted().map { rater in
            Suspicion(
                rater: rater, reason: .fewRaters, since: project.day, until: project.day.addingTimeInterval(86_400),
                evidence: [
                    "votes": Double(project.votesToday), "raters": Double(project.ratersToday.count),
                    "limit": Double(enoughRaters),
                ])
        }
    }
}

/// A rule that a rater's votes have met.
struct Suspicion: Sendable, Hashable {
    let rater: String
    let reason: MarkReason
    /// What is left out from here on; with `until`, up to there.
    let since: Date
    let until: Date?
    let evidence: [String: Double]
}

extension Suspicion {
    fileprivate init(_ rater: RaterActivity, _ reason: MarkReason, _ evidence: [String: Double]) {
        self.init(rater: rater.rater, reason: reason, since: rater.first, until: nil, evidence: evidence)
    }
}
