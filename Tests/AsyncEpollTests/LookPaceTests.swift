import Testing

@testable import AsyncEpoll

@Suite("When the next look waits for company")
struct LookPaceTests {
    private let start = ContinuousClock.now

    /// A look every so many microseconds, each finding as many.
    private func pace(_ looks: Int, every microseconds: Int, found: Int) -> LookPace {
        var pace = LookPace(now: start)
        for look in 1...looks { pace.found(found, at: start + .microseconds(look * microseconds)) }
        return pace
    }

    @Test("ten thousand single events a second are worth it, a thousand are not")
    func frequent() {
        #expect(pace(200, every: 100, found: 1).isBusy)
        #expect(!pace(200, every: 1000, found: 1).isBusy)
    }

    @Test("looks after a rest go on with it while they find several, and no longer")
    func resting() {
        var pace = pace(200, every: 100, found: 1)
        let rested = start + .microseconds(20_000)
        for look in 1...100 { pace.found(5, at: rested + .microseconds(look * 500)) }
        #expect(pace.isBusy)
        let quiet = rested + .microseconds(50_000)
        var looks = 0
        while pace.isBusy, looks < 100 {
            looks += 1
            pace.found(1, at: quiet + .microseconds(looks * 500))
        }
        #expect(looks > 1 && looks < 20, "\(looks)")
    }

    @Test("a few at once after a silence do not make it busy")
    func beginning() {
        var pace = pace(200, every: 100, found: 1)
        pace.found(4, at: start + .milliseconds(100))
        #expect(!pace.isBusy)
        pace.found(2, at: start + .microseconds(100_200))
        #expect(!pace.isBusy)
    }
}
