import AsyncPostgres
import Testing

@testable import GleanerIngest

@Suite("The pace of draining")
struct DrainPaceTests {
    private let start = ContinuousClock.now

    private func look(_ pace: inout DrainPace, _ received: Int64, at seconds: Double) {
        pace.observe(received: received, at: start + .seconds(seconds))
    }

    @Test("Live traffic makes it careful, and its end makes it quick again")
    func traffic() {
        var pace = DrainPace()
        look(&pace, 0, at: 0)
        look(&pace, 100, at: 0.3)
        #expect(pace.isBusy && pace.width == 1)
        look(&pace, 101, at: 0.6)
        #expect(!pace.isBusy && pace.width == 2)
    }

    @Test("What piled up and is gone is told once")
    func relief() {
        var pace = DrainPace()
        let much = Int64(DrainPace.mostBytes)
        let told = [0, much / 2, 0, much, much / 2, 100, 0].map { pace.isRelieved(waiting: $0) }
        #expect(told == [false, false, false, false, false, true, false])
    }

    @Test("A look too soon after another says nothing")
    func soon() {
        var pace = DrainPace()
        look(&pace, 0, at: 0)
        look(&pace, 50, at: 0.1)
        #expect(!pace.isBusy)
        look(&pace, 50, at: 0.3)
        #expect(pace.isBusy)
    }

    @Test("What came while Postgres was away does not count as traffic of now", arguments: [0, 100])
    func away(comesAfterwards: Int64) {
        var pace = DrainPace()
        look(&pace, 0, at: 0)
        look(&pace, 100, at: 0.3)
        _ = pace.failed(PostgresError.connectionLost(sqlState: nil))
        // As careful as when Postgres went, until there has been a look at what comes now.
        look(&pace, 30_000, at: 8)
        #expect(pace.isBusy)
        look(&pace, 30_000 + comesAfterwards, at: 8.3)
        #expect(pace.isBusy == (comesAfterwards > 0))
    }
}
