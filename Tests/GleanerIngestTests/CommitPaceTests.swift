import Testing

@testable import GleanerIngest

@Suite("Where commits are made")
struct CommitPaceTests {
    @Test("quick ones stay with the callers; one slow one does not change that, several do, and quick ones win it back")
    func verdicts() {
        var pace = CommitPace()
        #expect(pace.isQuick)
        for _ in 0..<100 { pace.took(.microseconds(300)) }
        pace.took(.milliseconds(10))
        #expect(pace.isQuick)
        for _ in 0..<8 { pace.took(.milliseconds(10)) }
        #expect(!pace.isQuick)
        for _ in 0..<40 { pace.took(.microseconds(300)) }
        #expect(pace.isQuick)
    }

    @Test("a disk that takes seconds is known for it at once")
    func hanging() {
        var pace = CommitPace()
        pace.took(.seconds(3))
        #expect(!pace.isQuick)
    }
}
