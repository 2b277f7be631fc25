import Foundation
import GleanerCore
import Synchronization
import Testing

@testable import GleanerReview

@Suite("Computed reports")
struct ComputedReportTests {
    @Test("a report lives a hundred times as long as it took, five minutes at most")
    func shelf() {
        var shelf = ReportShelf<String, Int>()
        let start = ContinuousClock.now
        func answer(_ after: Duration) -> String {
            switch shelf.ask("a", at: start + after) {
            case .fresh(let kept): "fresh \(kept.report)"
            case .coming(let kept): "coming \(kept.map { "\($0.report)" } ?? "-")"
            case .compute(let kept): "compute \(kept.map { "\($0.report)" } ?? "-")"
            case .failed: "failed"
            }
        }
        #expect(answer(.zero) == "compute -")
        #expect(answer(.zero) == "coming -")
        shelf.finish("a", 1, took: .seconds(1), at: start + .seconds(1))
        #expect(answer(.seconds(2)) == "fresh 1")
        #expect(answer(.seconds(100)) == "fresh 1")
        #expect(answer(.seconds(102)) == "compute 1")
        #expect(answer(.seconds(102)) == "coming 1")
        shelf.finish("a", nil, took: .seconds(1), at: start + .seconds(103))
        #expect(answer(.seconds(104)) == "coming 1")
        #expect(answer(.seconds(114)) == "compute 1")
        shelf.finish("a", 2, took: .seconds(90), at: start + .seconds(204))
        #expect(answer(.seconds(503)) == "fresh 2")
        #expect(answer(.seconds(505)) == "compute 2")
    }

    @Test("of what nobody asks for any more, the oldest goes")
    func limit() {
        var shelf = ReportShelf<Int, Int>()
        let start = ContinuousClock.now
        for key in 0...ReportShelf<Int, Int>.limit {
            _ = shelf.ask(key, at: start + .seconds(key))
            shelf.finish(key, key, took: .seconds(60), at: start + .seconds(key))
        }
        guard case .compute(nil) = shelf.ask(0, at: start) else { return #expect(Bool(false), "0 is still there") }
        guard case .fresh = shelf.ask(1, at: start) else { return #expect(Bool(false), "1 is gone") }
    }

    private static func report(_ drawn: Int) -> EstimateReport {
        EstimateReport(
            from: .distantPast, to: .distantPast, by: nil, overall: .init("\(drawn)", SliceTally()), slices: [],
            stratified: nil)
    }

    @Test("however many look at a report, it is computed once; one that takes long comes later")
    func once() async throws {
        let runs = Mutex(0)
        let mayEnd = Mutex(false)
        let reports = ComputedReports { wanted in
            let run = runs.withLock { runs in
                runs += 1
                return runs
            }
            if case .estimates(_, 365, _) = wanted {
                while !mayEnd.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
            }
            if case .estimates(_, 7, _) = wanted { throw ReviewError.leaseLost }
            try await Task.sleep(for: .milliseconds(10))
            return .estimates(Self.report(run))
        }
        let project = ID<Project>.new()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reports.run() }
            let shown = await withTaskGroup(of: String?.self) { people in
                for _ in 0..<50 {
                    people.addTask {
                        await reports.estimates(of: project, days: 30, by: nil).ready?.value.overall.value
                    }
                }
                return await people.reduce(into: []) { $0.append($1) }
            }
            #expect(shown == [String?](repeating: "1", count: 50))
            #expect(runs.withLock { $0 } == 1)
            // Whoever asks is told at once, not when it is there.
            #expect(await reports.estimates(of: project, days: 365, by: nil).isComing)
            mayEnd.withLock { $0 = true }
            let deadline = ContinuousClock.now + .seconds(20)
            while await reports.estimates(of: project, days: 365, by: nil).isComing, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(await reports.estimates(of: project, days: 365, by: nil).ready?.value.overall.value == "2")
            #expect(await reports.estimates(of: project, days: 7, by: nil).hasFailed)
            group.cancelAll()
        }
    }
}
