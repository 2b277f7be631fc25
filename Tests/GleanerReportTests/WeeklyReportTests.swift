import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs
import GleanerTestSupport
import Logging
import Synchronization
import Testing

@testable import GleanerReport

@Suite("The report of the week", .database)
struct WeeklyReportTests {
    private struct Press: ReportPress {
        func letter(_ report: Report, _ work: OpenWork) throws -> ReportLetter {
            let exchanges = report.first.figure(.exchanges)?.estimate.count ?? 0
            return ReportLetter(
                subject: report.first.range.since.ISO8601Format(), text: "\(exchanges)", html: "<p>\(exchanges)</p>")
        }
    }
    private final class Post: ReportPost {
        struct Away: Error {}
        let sent = Mutex<[String]>([])
        let refuses = Mutex<String?>(nil)

        func send(_ letter: ReportLetter, to recipient: String, id: UUID) async throws {
            if refuses.withLock({ $0 == recipient }) { throw Away() }
            sent.withLock { $0.append("\(recipient) \(letter.subject) \(letter.text)") }
        }
    }

    private func keeper(_ world: ReportWorld) -> WeeklyReportKeeper {
        let plan = WeeklyReportPlan(
            schedule: WeeklySchedule("mon 07:30")!, recipients: ["asha@example.org", "ravi@example.org"],
            project: world.project)
        return WeeklyReportKeeper(queue: JobQueue(pool: world.pool), logger: Logger(label: "test")) { plan }
    }

    private static func time(_ text: String) -> Date { try! Date(text, strategy: .iso8601) }

    @Test("a schedule names a moment of each week, and nothing else is one")
    func schedule() throws {
        let schedule = try #require(WeeklySchedule("Mon 07:30"))
        for (now, newest) in [
            ("2026-11-23T07:30:00Z", "2026-11-23T07:30:00Z"), ("2026-11-23T07:29:59Z", "2026-11-16T07:30:00Z"),
            ("2026-11-29T23:59:59Z", "2026-11-23T07:30:00Z"), ("2027-01-04T08:00:00Z", "2027-01-04T07:30:00Z"),
        ] {
            #expect(schedule.newest(before: Self.time(now)) == Self.time(newest), "\(now)")
        }
        #expect(WeeklySchedule("sun 23:05")?.description == "sun 23:05")
        for text in ["", "mon", "mon 24:00", "mon 7:00", "day 07:00", "mon 07:60", "mon 07:00 "] {
            #expect(WeeklySchedule(text) == nil, "\(text)")
        }
    }

    @Test("each week goes out once to each, however many instances look, and however often one is begun anew")
    func once() async throws {
        let world = try await ReportWorld()
        // Of the week before 23 November, and of the day itself, which is not in it.
        try await world.add(.init(at: Self.time("2026-11-18T00:00:00Z"), exchanges: 40), minutes: 1440)
        try await world.add(.init(at: Self.time("2026-11-23T00:00:00Z"), exchanges: 3), minutes: 1440)
        let post = Post()
        let queue = JobQueue(pool: world.pool)
        let handler = WeeklyReportHandler(reports: world.service, press: Press(), post: post)
        let monday = Self.time("2026-11-23T07:31:00Z")
        for _ in 0..<3 { try await keeper(world).look(now: monday) }
        // The first recipient's server is away: the other has it, the job fails and is begun again.
        post.refuses.withLock { $0 = "asha@example.org" }
        #expect(try await queue.runDue([handler]).count == 1)
        post.refuses.withLock { $0 = nil }
        _ = try await queue.runDue([handler])
        let week = "2026-11-16T00:00:00Z 40"
        #expect(post.sent.withLock { $0 } == ["ravi@example.org \(week)", "asha@example.org \(week)"])
        try await keeper(world).look(now: monday.addingTimeInterval(3600))
        #expect(try await queue.runDue([handler]).isEmpty)
        // The next week is another; one that nobody could send for a day is let go.
        try await keeper(world).look(now: Self.time("2026-11-30T07:30:00Z"))
        try await keeper(world).look(now: Self.time("2026-12-08T12:00:00Z"))
        #expect(try await queue.runDue([handler]).count == 1)
        #expect(post.sent.withLock { $0.count } == 4)
        let job = ID<Job>.new()
        #expect(WeeklyReportHandler.id(job, "a") == WeeklyReportHandler.id(job, "a"))
        #expect(WeeklyReportHandler.id(job, "a") != WeeklyReportHandler.id(job, "b"))
    }
}
