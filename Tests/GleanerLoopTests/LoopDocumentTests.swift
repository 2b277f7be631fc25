import GleanerCore
import Testing

@testable import GleanerLoop

@Suite("Loop documents")
struct LoopDocumentTests {
    static let whole: JSONValue = [
        "dataset": "chat", "policy": "likes",
        "trigger": ["new_examples": 500, "every_days": 14, "at_least": 50],
        "steps": [
            "compare": ["maximum_gone_share": 0.2], "approve": "required",
            "tune": ["base_model": "base", "maximum_usd": 20, "maximum_usd_per_month": 60, "seed": 7],
            "gate": ["incumbent": ["route": "chat"]], "canary": ["route": "chat", "incumbent": "old"],
        ],
    ]

    @Test("what is read and written again is the same, with every default in it")
    func roundTrip() throws {
        let document = try LoopDocument(Self.whole)
        #expect(document.trigger == LoopTrigger(newExamples: 500, everyDays: 14, atLeast: 50))
        #expect(document.compare?.maximumGoneShare == 0.2 && document.compare?.maximumSurges == 0)
        #expect(document.gate?.spending.maximumUSD == 5)
        #expect(document.tune?.servedBy == "default")
        #expect(try LoopDocument(document.rendered) == document)
        #expect(document.rendered["steps"]?["gate"]?["if_price_unknown"] == "hold")
    }

    @Test("a document of a dataset alone builds and nothing else, when somebody starts it")
    func least() throws {
        let document = try LoopDocument(["dataset": "chat"])
        #expect(LoopStep.Name.allCases.filter(document.has) == [.build, .approve])
        #expect(document.trigger == LoopTrigger(newExamples: nil, everyDays: nil, atLeast: 10))
        #expect(try LoopDocument(["dataset": "chat", "steps": ["tune": nil]]) == document)
    }

    @Test("what cannot be used is refused by its place")
    func refused() {
        func refusal(_ change: (inout [String: JSONValue]) -> Void) -> LoopError? {
            var members = Self.whole.objectValue ?? [:]
            change(&members)
            do throws(LoopError) {
                _ = try LoopDocument(.object(members))
                return nil
            } catch { return error }
        }
        func steps(_ name: String, _ value: JSONValue) -> LoopError? {
            refusal {
                var steps = $0["steps"]?.objectValue ?? [:]
                steps[name] = value
                $0["steps"] = .object(steps)
            }
        }
        let misspelt = refusal { $0["trigger"] = ["new_example": 5] }?.explanation
        #expect(misspelt?.what == "The loop has an unknown member `trigger.new_example`.")
        #expect(misspelt?.fix == "Did you mean `new_examples`?")
        #expect(refusal { $0["dataset"] = nil } == .memberMissing("dataset"))
        #expect(
            refusal { $0["trigger"] = ["new_examples": 5, "at_least": 6] }?.explanation.code == "loop_member_invalid")
        #expect(steps("approve", "maybe") == .memberInvalid("steps.approve", wanted: "none or required"))
        #expect(steps("tune", nil) == .stepMissing("tune", neededBy: "gate"))
        #expect(steps("tune", ["maximum_usd": 5]) == .memberMissing("steps.tune.base_model"))
        #expect(steps("tune", ["base_model": "b", "maximum_usd": -1])?.explanation.code == "loop_member_invalid")
        #expect(steps("gate", [:]) == .memberMissing("steps.gate.incumbent"))
        #expect(steps("build", [:])?.explanation.code == "loop_member_unknown")
        for value: JSONValue in ["text", 5, []] {
            #expect(throws: LoopError.memberInvalid("", wanted: "an object")) { try LoopDocument(value) }
        }
    }

    @Test("a trained program's model answers at the default provider, a provider's at its own")
    func servedBy() throws {
        func choice(_ more: [String: JSONValue]) throws -> LoopDocument.TuneChoice? {
            let tune = JSONValue.object(["base_model": "b"].merging(more) { $1 })
            return try LoopDocument(["dataset": "chat", "steps": ["tune": tune]]).tune
        }
        #expect(try choice(["provider": "east"])?.servedBy == "east")
        #expect(try choice(["driver": "command"])?.servedBy == "default")
        #expect(try choice(["driver": "command", "served_by": "vllm"])?.servedBy == "vllm")
    }
}
