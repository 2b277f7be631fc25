import Testing

@testable import GleanerExchanges

@Suite("The pace of a search")
struct PaceTests {
    @Test("steps grow fourfold while time allows, up to the largest")
    func grows() {
        var pace = SearchPace(first: 200, budget: .seconds(100))
        var steps: [Int] = []
        while let rows = pace.rows, steps.count < 6 {
            steps.append(rows)
            pace.took(.milliseconds(1), rows: rows)
        }
        #expect(steps == [200, 800, 3200, 12_800, 20_000, 20_000])
    }

    @Test("a step is no larger than the time left allows at the pace so far")
    func fits() {
        var pace = SearchPace(first: 200, budget: .milliseconds(100))
        pace.took(.milliseconds(20), rows: 200)
        // 80 ms are left at 10 rows a millisecond, of which a tenth stays in reserve.
        #expect(pace.rows == 720)
        pace.took(.milliseconds(60), rows: 720)
        #expect(pace.rows == 216)
    }

    @Test("there is always a first step, and none when time is up or a step would be too small")
    func ends() {
        var pace = SearchPace(first: 2, budget: .zero)
        #expect(pace.rows == 2)
        pace.took(.microseconds(1), rows: 2)
        #expect(pace.rows == nil)
        var slow = SearchPace(first: 200, budget: .seconds(1))
        slow.took(.milliseconds(950), rows: 200)
        #expect(slow.rows == nil)
        slow.took(.seconds(5), rows: 1)
        #expect(slow.rows == nil)
    }

    @Test("time that a clock does not see is no reason to divide by it")
    func noTime() {
        var pace = SearchPace(first: 200, budget: .milliseconds(100))
        pace.took(.zero, rows: 200)
        #expect(pace.rows == 800)
    }
}
