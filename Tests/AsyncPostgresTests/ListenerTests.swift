import AsyncPostgres
import GleanerTestSupport
import Logging
import Testing

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
}
