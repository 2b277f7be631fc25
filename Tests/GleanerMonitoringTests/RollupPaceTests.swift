import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerMonitoring

/// How rollups keep up: what is fresh before what is old, and no more counted anew than has to be.
extension RollupTests {
    @Test("each pass begins with the hours that people look at, and counts history for no longer than its time")
    func freshFirst() async throws {
        let world = try await RollupWorld()
        let now = RollupWorld.hour(0).addingTimeInterval(1800)
        let fresh = RollupWorld.hour(1)
        _ = try await world.add(30, in: fresh, seed: 1)
        for hours in 10..<14 { _ = try await world.add(10, in: RollupWorld.hour(hours), seed: UInt64(hours)) }
        func counted() async throws -> (fresh: Int, old: Int) {
            func number(_ condition: SQL) async throws -> Int {
                try await world.number(
                    "SELECT coalesce(sum(exchanges), 0)::bigint AS n FROM report.exchanges_hourly WHERE \(sql: condition)"
                )
            }
            return (try await number("at = \(fresh)"), try await number("at < \(fresh)"))
        }
        #expect(try await world.rollups.pass([.exchanges], now: now, patience: .zero) == 2)
        #expect(try await counted() == (30, 10))
        _ = try await world.add(5, in: fresh, seed: 2)
        #expect(try await world.rollups.pass([.exchanges], now: now, patience: .zero) == 2)
        #expect(try await counted() == (35, 20))
        #expect(try await world.rollups.pass([.exchanges], now: now) == 2)
        #expect(try await counted() == (35, 40))
    }

    @Test("a pass is followed by twenty times its length, and by half a minute at the most")
    func pause() {
        #expect(RollupKeeper.pause(after: .milliseconds(100), shortest: .seconds(5)) == .seconds(5))
        #expect(RollupKeeper.pause(after: .seconds(1), shortest: .seconds(5)) == .seconds(20))
        #expect(RollupKeeper.pause(after: .seconds(764), shortest: .seconds(5)) == .seconds(30))
        #expect(RollupKeeper.pause(after: .seconds(764), shortest: .seconds(60)) == .seconds(60))
    }

    @Test("of five minutes under way only the minutes are counted anew in which something landed")
    func minutes() async throws {
        let world = try await RollupWorld()
        let start = Date().beginning(of: .fiveMinutes).addingTimeInterval(-300)
        let end = start.addingTimeInterval(300)
        func isRight() async throws -> Bool {
            try await counted(world, minutes: 5, from: start, to: end) == raw(world, from: start, to: end)
        }
        _ = try await world.add(200, in: start, for: 300, seed: 1)
        try await world.rollups.pass()
        #expect(try await isRight())
        // A number that is not so: it stays where nothing is counted again.
        try await world.pool.query("UPDATE gleaner.rollups SET redacted = 77 WHERE minutes = 1 AND at = \(start)")
        let third = start.addingTimeInterval(180)
        _ = try await world.add(30, in: third, for: 60, seed: 2)
        try await world.rollups.pass()
        #expect(try await isRight())
        #expect(try await world.number("SELECT count(*) AS n FROM gleaner.rollups WHERE redacted = 77") > 0)
        // Minutes that do not come to their five, which an earlier version counted at once, are counted with the others.
        try await world.pool.query("DELETE FROM gleaner.rollups WHERE minutes = 1 AND at < \(third)")
        _ = try await world.add(30, in: third, for: 60, seed: 3)
        try await world.rollups.pass()
        #expect(try await isRight())
        // Later they are counted at once, and the minutes go.
        let once = try await world.everything().filter { !$0.hasPrefix("rollups (\(world.project),1,") }
        try await world.rollups.landed([(RollupWorld.id(at: third), world.project)])
        let later = Date().addingTimeInterval(7200)
        try await world.rollups.pass(now: later)
        try await world.rollups.prune(now: later)
        #expect(try await world.everything() == once)
    }
}
