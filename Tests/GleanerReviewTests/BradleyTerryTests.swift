import Foundation
import Testing

@testable import GleanerReview

@Suite("Who wins comparisons")
struct BradleyTerryTests {
    @Test("of two, strength is the log-odds of winning, with the error that the logistic model gives")
    func two() throws {
        let fit = try #require(BradleyTerry(wins: [[0, 30], [10, 0]]))
        #expect(abs(fit.strengths[0] - fit.strengths[1] - log(3)) < 1e-9)
        #expect(abs(fit.strengths.reduce(0, +)) < 1e-9)
        // Of the difference: 1/√(n·p·(1−p)); half of it for each side of a sum of 0.
        let error = 1 / (40 * 0.75 * 0.25).squareRoot()
        #expect(fit.standardErrors.allSatisfy { abs($0 - error / 2) < 1e-9 })
    }

    /// Agresti's baseball table, American League East 1987, wins at home and away together.
    @Test("the published fit of a season is found again")
    func baseball() throws {
        // Milwaukee, Detroit, Toronto, New York, Boston, Cleveland, Baltimore.
        let wins: [[Double]] = [
            [0, 7, 9, 7, 7, 9, 11], [6, 0, 7, 5, 11, 9, 9], [4, 6, 0, 7, 7, 8, 12], [6, 8, 6, 0, 6, 7, 10],
            [6, 2, 6, 7, 0, 7, 12], [4, 4, 5, 6, 6, 0, 6], [2, 4, 1, 3, 1, 7, 0],
        ]
        let fit = try #require(BradleyTerry(wins: wins))
        let published = [1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0]
        for (found, wanted) in zip(fit.strengths, published) {
            #expect(abs(found - fit.strengths[6] - wanted) < 0.002)
        }
    }

    @Test(
        "who never lost, or never met the others, has no finite strength",
        arguments: [
            [[0, 5], [0, 0]], [[0.0]], [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]],
        ] as [[[Double]]])
    func infinite(_ wins: [[Double]]) { #expect(BradleyTerry(wins: wins) == nil) }

    @Test("win rates count a tie as half a win for each, and tell a liking for one side")
    func results() throws {
        var verdicts: [ComparisonResults.Verdict] = []
        for number in 0..<40 {
            let preferred = number < 24 ? "a" : number < 32 ? "b" : "tie"
            verdicts.append(.init(a: "candidate", b: "current", preferred: preferred, isALeft: number % 2 == 0))
        }
        verdicts.append(.init(a: "current", b: "current", preferred: "a", isALeft: true))
        let results = ComparisonResults(verdicts)
        #expect(results.verdicts == 41)
        #expect(results.contenders.map(\.name) == ["candidate", "current"])
        let candidate = try #require(results.contenders.first)
        #expect((candidate.comparisons, candidate.wins, candidate.ties) == (40, 24, 8))
        #expect(candidate.winRate == 0.7)
        #expect(candidate.low < 0.7 && 0.7 < candidate.high)
        #expect(abs(candidate.strength! - log(0.7 / 0.3) / 2) < 1e-9)
        #expect(abs(results.leftShare! - 17.0 / 33) < 1e-12)
        #expect(ComparisonResults([]).contenders.isEmpty)
    }

    @Test("a preference for a side is one for the answer that stood there")
    func sides() {
        let sides = ["a", "b"].map { left in Preference.allCases.map { $0.side(left: left) } }
        #expect(sides == [["a", "b", "tie"], ["b", "a", "tie"]])
    }
}
