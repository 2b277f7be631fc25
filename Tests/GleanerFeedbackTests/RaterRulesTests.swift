import Foundation
import GleanerCore
import Testing

@testable import GleanerFeedback

@Suite("Suspicious raters")
struct RaterRulesTests {
    private static let day = Date(timeIntervalSince1970: 1_800_000_000)

    private func rater(
        _ name: String, votes: Int, ups: Int? = nil, minute: Int = 1, onOthers: Int = 0, isEndUser: Bool = true,
        reviewed: Int = 0, against: Int = 0
    ) -> RaterActivity {
        RaterActivity(
            rater: name, first: Self.day + 60, last: Self.day + 120, votes: votes, ups: ups ?? votes / 2,
            mostInAMinute: minute, onOthers: onOthers, isEndUser: isEndUser, reviewed: reviewed, against: against)
    }

    /// Ten ordinary raters with ten votes each, seven of them up, and then some.
    private func reasons(_ extra: RaterActivity...) -> [MarkReason] {
        let crowd = (0..<10).map { rater("u\($0)", votes: 10, ups: 7) }
        let project = ProjectActivity(
            day: Self.day, votesToday: 100, ratersToday: Set(crowd.map(\.rater)), raters: crowd + extra)
        let suspicions = RaterRules().suspicions(project)
        #expect(suspicions.allSatisfy { found in extra.contains { $0.rater == found.rater } })
        return suspicions.map(\.reason)
    }

    @Test("ordinary raters are left alone")
    func ordinary() { #expect(reasons() == []) }

    @Test("more votes in a minute than anybody reads for are a burst", arguments: [(30, false), (31, true)])
    func burst(_ most: Int, _ isMarked: Bool) {
        #expect(reasons(rater("x", votes: 25, ups: 15, minute: most)).contains(.burst) == isMarked)
    }

    @Test("one rater with more than a fifth of a busy day is too much of it")
    func share() {
        #expect(reasons(rater("x", votes: 25, ups: 15)) == [])
        #expect(reasons(rater("x", votes: 26, ups: 15)) == [.share])
        // Of a quiet day nothing can be said.
        let quiet = ProjectActivity(
            day: Self.day, votesToday: 12, ratersToday: ["a", "b", "c", "d", "e", "x"],
            raters: ["a", "b", "c", "d", "e"].map { rater($0, votes: 1) } + [rater("x", votes: 7, ups: 4)])
        #expect(RaterRules().suspicions(quiet).isEmpty)
    }

    @Test("all in one direction is told from chance by what the others say")
    func oneDirection() {
        // Seven of ten are up: twenty downs in a row are one in 10^10, twenty ups one in 1,250.
        #expect(reasons(rater("x", votes: 20, ups: 0)) == [.oneDirection])
        #expect(reasons(rater("x", votes: 19, ups: 0)) == [])
        #expect(reasons(rater("x", votes: 20, ups: 20)) == [])
        #expect(reasons(rater("x", votes: 20, ups: 1)) == [])
    }

    @Test("an end user who rates what others got is marked, a tester who only rates is not")
    func others() {
        #expect(reasons(rater("x", votes: 10, ups: 7, onOthers: 4)) == [.othersExchanges])
        #expect(reasons(rater("x", votes: 10, ups: 7, onOthers: 3)) == [])
        #expect(reasons(rater("x", votes: 10, ups: 7, onOthers: 9, isEndUser: false)) == [])
    }

    @Test("who says mostly the opposite of reviews is marked when that is sure")
    func disagrees() {
        // 8 of 10: the interval begins at 0.49; 9 of 10: at 0.60.
        #expect(reasons(rater("x", votes: 10, ups: 7, reviewed: 10, against: 8)) == [])
        #expect(reasons(rater("x", votes: 10, ups: 7, reviewed: 10, against: 9)) == [.disagrees])
        #expect(reasons(rater("x", votes: 10, ups: 7, reviewed: 9, against: 9)) == [])
    }

    @Test("a day's many votes from fewer than five raters decide nothing, and only that day's")
    func fewRaters() throws {
        func project(_ votes: Int, _ names: [String]) -> ProjectActivity {
            ProjectActivity(
                day: Self.day, votesToday: votes, ratersToday: Set(names),
                raters: names.map { rater($0, votes: votes / names.count) })
        }
        let found = RaterRules().suspicions(project(60, ["a", "b", "c", "d"])).filter { $0.reason == .fewRaters }
        #expect(found.map(\.rater) == ["a", "b", "c", "d"])
        #expect(found.allSatisfy { $0.since == Self.day && $0.until == Self.day + 86_400 })
        #expect(found[0].evidence == ["votes": 60, "raters": 4, "limit": 5])
        #expect(RaterRules().suspicions(project(60, ["a", "b", "c", "d", "e"])).isEmpty)
        #expect(RaterRules().suspicions(project(48, ["a", "b", "c", "d"])).isEmpty)
    }

    @Test("a suspicion holds from the rater's first vote of the day on, and says what it was decided on")
    func evidence() throws {
        let crowd = (0..<10).map { rater("u\($0)", votes: 10, ups: 7) }
        let project = ProjectActivity(
            day: Self.day, votesToday: 0, ratersToday: [], raters: crowd + [rater("x", votes: 9, ups: 5, minute: 40)])
        let found = try #require(RaterRules().suspicions(project).first)
        #expect(found.since == Self.day + 60 && found.until == nil)
        #expect(found.evidence == ["most_in_a_minute": 40, "limit": 30])
    }

    @Test("votes without a name are watched for how many they are, not for what they say")
    func unnamed() {
        let key = "unnamed:key"
        #expect(reasons(rater(key, votes: 40, ups: 40, minute: 31)) == [.burst, .share])
        #expect(reasons(rater(key, votes: 20, ups: 0, isEndUser: false, reviewed: 20, against: 20)) == [])
        let suspicions = RaterRules().suspicions(
            ProjectActivity(day: Self.day, votesToday: 60, ratersToday: [key, "asha"], raters: []))
        #expect(suspicions.map(\.rater) == ["asha", key] && suspicions.allSatisfy { $0.reason == .fewRaters })
    }
}
