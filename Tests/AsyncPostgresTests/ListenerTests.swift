import Foundation
import GleanerTestSupport
import Logging
import Testing

@testable import AsyncPostgres

@Suite("Listening", .database)
struct ListenerTests {
    @Test(
        "notifications arrive in order; after the connection was lost it says so and goes on", .timeLimit(.minutes(1)))
    func listening() async throws {
        let database = TestDatabase.current
        var configuration = database.configuration
        configuration.applicationName = "listening"
        let listener = PostgresListener(
            configuration: configuration, channels: ["news", "Odd \"channel\""], logger: Logger(label: "test"))
        let running = Task { try await listener.run() }
        var heard = listener.notifications.makeAsyncIterator()

        #expect(await heard.next() == .reconnected)
        try await database.pool.query("SELECT pg_notify('news', \("one")), pg_notify('news', \("दो"))")
        #expect(await heard.next() == .notified(channel: "news", payload: "one"))
        #expect(await heard.next() == .notified(channel: "news", payload: "दो"))

        try await database.pool.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listening'")
        #expect(await heard.next() == .reconnected)
        try await database.pool.query("SELECT pg_notify(\("Odd \"channel\""), '')")
        #expect(await heard.next() == .notified(channel: "Odd \"channel\"", payload: ""))

        running.cancel()
        try await running.value
        #expect(await heard.next() == nil)
    }

    @Test("an idle connection is asked once in an interval, also after the first", .timeLimit(.minutes(1)))
    func probes() async throws {
        let database = TestDatabase.current
        var configuration = database.configuration
        configuration.applicationName = "probing"
        let listener = PostgresListener(
            configuration: configuration, channels: ["news"], probeInterval: .milliseconds(200),
            logger: Logger(label: "test"))
        let running = Task { try await listener.run() }
        var heard = listener.notifications.makeAsyncIterator()
        #expect(await heard.next() == .reconnected)

        var asked: Set<Date> = []
        let began = ContinuousClock.now
        for _ in 0..<50 {
            let rows = try await database.pool.query(
                "SELECT query_start FROM pg_stat_activity WHERE application_name = 'probing'")
            asked.insert(try #require(try rows.first?.decode("query_start")))
            try await Task.sleep(for: .milliseconds(20))
        }
        // Five in a second; without a pause nearly every look would find another one.
        let most = Int((ContinuousClock.now - began) / .milliseconds(200)) + 3
        #expect((3...most).contains(asked.count))
        running.cancel()
        try await running.value
    }
}
