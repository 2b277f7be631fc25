import Foundation
import GleanerCore
import Testing

@testable import GleanerEvaluation

@Suite("Documents of the gate")
struct GateDocumentTests {
    private func policy(_ text: String) throws -> GatePolicy {
        try JSONDecoder().decode(GatePolicy.self, from: Data(text.utf8))
    }

    @Test("what a policy leaves out is standard: better by chrF, or by the judge where there is one")
    func defaults() throws {
        #expect(try policy("{}") == GatePolicy())
        #expect(try policy("{}").rules.filter { $0.test == .superior }.map(\.metric) == [.chrf])
        let judged = try policy(#"{"judge":{"model":"j"}}"#)
        #expect(judged.rules.filter { $0.test == .superior }.map(\.metric) == [.judge])
        let asked = try policy(#"{"people":{"pairs":40}}"#)
        #expect(asked.rules.first { $0.metric == .people }?.isRequired == false)
        #expect(asked.people == PeopleChoice())
        #expect(try policy(#"{"temperature":null}"#).temperature == nil)
        #expect(try policy(#"{"embeddings":{"model":"e"}}"#).rules.contains { $0.metric == .similarity })
    }

    @Test("a policy that is written is read back the same")
    func roundTrip() throws {
        var policy = try policy(
            #"{"judge":{"model":"j","provider":"p"},"temperature":null,"references":"edited","people":{"pairs":9,"verdicts":4}}"#
        )
        policy.rules.append(GateRule(.similarity, .nonInferior, margin: 0.1, isRequired: false))
        #expect(try StoredJSON.read(GatePolicy.self, StoredJSON.bytes(policy)) == policy)
        let plan = CanaryPlan()
        #expect(try StoredJSON.read(CanaryPlan.self, StoredJSON.bytes(plan)) == plan)
    }

    @Test(
        "what cannot be is refused by its name",
        arguments: [
            (#"{"alpha":0}"#, "alpha"), (#"{"minimum_items":5}"#, "minimum_items"),
            (#"{"maximum_items":20}"#, "maximum_items"),
            (#"{"nothing":1}"#, "nothing"), (#"{"rules":[]}"#, "rules"),
            (#"{"rules":[{"metric":"judge","test":"superior"}]}"#, "judge"),
            (#"{"rules":[{"metric":"chrf","test":"non_inferior"}]}"#, "margin"),
            (#"{"judge":{"model":""}}"#, "model"), (#"{"people":{"pairs":0}}"#, "pairs"),
            (#"{"people":{"pairs":5,"verdicts":6}}"#, "verdicts"), (#"{"people":{"who":"all"}}"#, "who"),
            (#"{"rules":[{"metric":"people","test":"superior"}]}"#, "people"),
            (#"{"embeddings":{"model":"e","parameters":{"model":"x"}}}"#, "parameters"),
        ])
    func refused(_ text: String, _ member: String) {
        #expect {
            try policy(text)
        } throws: { error in
            guard case EvaluationError.documentInvalid(let named, _) = error else { return false }
            return named == member
        }
    }

    @Test(
        "a plan must rise and begin below all of the traffic",
        arguments: [
            #"{"steps":[]}"#, #"{"steps":[0.5,0.1]}"#, #"{"steps":[1]}"#, #"{"steps":[0,1]}"#, #"{"minimum_users":10}"#,
            #"{"margins":{"errors":0}}"#, #"{"margins":{"speed":1}}"#, #"{"goal":"best"}"#,
        ])
    func plans(_ text: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(CanaryPlan.self, from: Data(text.utf8)) }
    }

    @Test(
        "a judge is believed when it answers as it was told to, and only then",
        arguments: [
            (#"{"better":"A"}"#, JudgeChoice.Better.first), (" {\"better\": \"B\"}\n", .second),
            (#"{"better":"tie"}"#, .tie),
            ("A", nil), (#"{"better":"A","why":"…"}"#, nil), (#"{"better":"a"}"#, nil),
            ("```json\n{\"better\":\"A\"}\n```", nil),
            (#"{"better":"A"} {"better":"B"}"#, nil), ("", nil),
        ])
    func judged(_ text: String, _ wanted: JudgeChoice.Better?) { #expect(JudgeChoice.read(text) == wanted) }

    @Test("both orders must agree; one that cannot be read leaves the pair out")
    func orders() {
        #expect(JudgedPreference.gain(.candidate, .candidate) == 1)
        #expect(JudgedPreference.gain(.incumbent, .incumbent) == -1)
        #expect(JudgedPreference.gain(.candidate, .incumbent) == 0)
        #expect(JudgedPreference.gain(.candidate, .tie) == 0)
        #expect(JudgedPreference.gain(.candidate, .unreadable) == nil)
        #expect(JudgedPreference(.first, candidateFirst: false) == .incumbent)
    }

    @Test("a line of the holdout becomes a prompt and the answer that people wanted, in both formats")
    func lines() throws {
        func item(_ content: JSONValue, _ lineage: JSONValue = ["answer_source": "written"]) -> HoldoutItem? {
            HoldoutItem(line: 3, exchange: .new(), content: content, lineage: lineage, conversation: nil)
        }
        let chat = try #require(
            item([
                "messages": [
                    ["role": "user", "content": "a"], ["role": "assistant", "content": "b", "weight": 0],
                    ["role": "user", "content": [["type": "text", "text": "c"]]],
                    ["role": "assistant", "content": "d"],
                ], "tools": [["type": "function"]],
            ]))
        #expect(chat.prompt.count == 3)
        #expect(chat.prompt[1]["weight"] == nil)
        #expect((chat.reference, chat.isEdited, chat.cluster) == ("d", true, "line:3"))
        let sent = chat.request(
            ModelChoice(model: "m", parameters: ["temperature": nil, "max_completion_tokens": 9]), GatePolicy())
        #expect(sent["temperature"] == nil)
        #expect(sent["max_tokens"] == nil)
        #expect(sent["max_completion_tokens"]?.intValue == 9)
        #expect(sent["tools"] != nil)
        let pair = item(
            [
                "input": ["messages": [["role": "user", "content": "a"]]],
                "preferred_output": [["role": "assistant", "content": "good"]],
                "non_preferred_output": [["role": "assistant", "content": "bad"]],
            ], ["conversation": "c9"])
        #expect((pair?.reference, pair?.cluster, pair?.isEdited) == ("good", "c9", false))
        let turns: JSONValue = [["role": "user", "content": "a"], ["role": "assistant", "content": "b"]]
        #expect(item(["messages": turns, "label": true])?.reference == "b")
        #expect(item(["messages": turns, "label": false]) == nil, "what was bad is no reference")
        #expect(item(["messages": [["role": "assistant", "content": "d"]]]) == nil)
        #expect(item(["messages": [["role": "user", "content": "d"]]]) == nil)
    }
}
