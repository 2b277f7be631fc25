import Foundation
import GleanerCore
import Testing

@testable import GleanerLoop

@Suite("Rounds, step by step")
struct RoundMachineTests {
    private func step(_ name: LoopStep.Name, _ state: LoopStep.State, reason: String? = nil) -> LoopStep {
        LoopStep(
            name: name, state: state, code: nil, reason: reason, attempt: 1, key: nil, made: nil, usd: nil,
            figures: [:], allowedBy: nil, startedAt: nil, finishedAt: nil)
    }
    private func next(
        _ states: [LoopStep.State], _ document: JSONValue = LoopDocumentTests.whole, isPaused: Bool = false,
        cancelBy: String? = nil
    ) throws -> RoundMachine.Action {
        let steps = zip(LoopStep.Name.allCases, states).map { step($0, $1, reason: "because") }
        let round = LoopRound(
            id: .new(), project: .new(), loop: .new(), loopName: "chat", number: 3, version: 1, state: .running,
            reason: nil, startedBy: "gleaner", why: "", cancelBy: cancelBy, createdAt: Date(), finishedAt: nil,
            steps: steps)
        return RoundMachine(document: try LoopDocument(document), round: round, isPaused: isPaused).next
    }

    @Test("steps are taken in their order")
    func order() throws {
        var states = Array(repeating: LoopStep.State.waiting, count: 6)
        for (index, name) in LoopStep.Name.allCases.enumerated() {
            #expect(try next(states) == .take(name))
            states[index] = .running
            #expect(try next(states) == .take(name))
            states[index] = .done
        }
        #expect(try next(states) == .end(.done, why: "because"))
    }

    @Test("a step that the loop does not have is left out, and so is what has no candidate")
    func leftOut() throws {
        let alone: JSONValue = ["dataset": "chat"]
        #expect(
            try next([.done, .waiting, .waiting, .waiting, .waiting, .waiting], alone)
                == .skip(.compare, why: "The loop has no such step."))
        #expect(
            try next([.done, .done, .done, .skipped, .waiting, .waiting])
                == .skip(.gate, why: "There is no candidate."))
    }

    @Test("what holds, and a loop that is paused, begin nothing; what runs goes on")
    func rests() throws {
        #expect(
            try next([.done, .holding, .waiting, .waiting, .waiting, .waiting]) == .rest("compare waits for a person"))
        #expect(
            try next([.done, .waiting, .waiting, .waiting, .waiting, .waiting], isPaused: true)
                == .rest("the loop is paused"))
        #expect(try next([.done, .done, .done, .running, .waiting, .waiting], isPaused: true) == .take(.tune))
    }

    @Test("a failed step ends the round, a wish for its end comes before everything")
    func ends() throws {
        #expect(
            try next([.done, .done, .done, .done, .failed, .waiting]) == .end(.failed, why: "gate: because"))
        #expect(
            try next([.done, .holding, .waiting, .waiting, .waiting, .waiting], isPaused: true, cancelBy: "asha")
                == .cancel)
    }

    @Test("candidates are called after loop, round and attempt, and fit a route's variant")
    func names() {
        let name = String(repeating: "a", count: 63)
        let round = LoopRound(
            id: .new(), project: .new(), loop: .new(), loopName: name, number: 123_456, version: 1, state: .running,
            reason: nil, startedBy: "", why: "", cancelBy: nil, createdAt: Date(), finishedAt: nil, steps: [])
        #expect(round.variant(nil).count <= 64 && round.variant(nil).hasSuffix("-123456"))
    }

    @Test("a difference counts where it is beyond the limit and beyond chance")
    func limits() {
        var seen = LoopComparison(from: 1, before: 100, added: 5, gone: 10, changed: 0)
        let limits = LoopDocument.CompareChoice()
        #expect(limits.beyond(seen) == [])
        seen.gone = 11
        #expect(limits.beyond(seen) == ["11 % of its lines are gone; 10 % may be."])
        seen = LoopComparison(
            from: 1, before: 100, added: 5, gone: 0, changed: 0, lengthPSI: 0.5, lengthPSIByChance: 0.6,
            languagePSI: 0.5, languagePSIByChance: 0.1)
        #expect(limits.beyond(seen) == ["Languages moved by a PSI of 0.5; 0.25 may be."])
        seen = LoopComparison(from: 1, before: 0, added: 5, gone: 0, changed: 0, surges: 1)
        #expect(limits.beyond(seen).count == 1)
    }
}
