import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import Testing

@testable import GleanerDatasets

@Suite("Faults")
struct FaultTests {
    private func faults(_ messages: [JSONValue], maximumTokens: Int = 16_385) throws -> [Fault] {
        var checker = LineChecker(maximumTokens: maximumTokens)
        checker.check(try JSONValue.object(["messages": .array(messages)]).canonicalBytes())
        return checker.problems.map(\.fault)
    }
    private let user: JSONValue = ["role": "user", "content": "Chai?"]
    private let answer: JSONValue = ["role": "assistant", "content": "Haan."]

    @Test("each fault has a code of its own, and says why it matters")
    func codes() {
        #expect(Set(Fault.allCases.map(\.rawValue)).count == Fault.allCases.count)
        #expect(Fault.allCases.allSatisfy { !$0.why.isEmpty })
        // What a provider takes although it is doubtful; everything else stops an upload.
        let warnings = Fault.allCases.filter { $0.severity == .warning }
        #expect(
            warnings == [.lineSeparator, .systemNotFirst, .maybeTooManyTokens, .duplicateRow, .manifestMissing])
    }

    @Test("images are for users to send")
    func images() throws {
        let picture: JSONValue = ["type": "image_url", "image_url": ["url": "https://example.org/a.png"]]
        #expect(try faults([["role": "user", "content": [picture]], answer]).isEmpty)
        #expect(try faults([user, ["role": "assistant", "content": [picture]]]) == [.imageMisplaced])
    }

    @Test("a system message belongs at the front")
    func system() throws {
        let system: JSONValue = ["role": "system", "content": "s"]
        #expect(try faults([system, user, answer]).isEmpty)
        #expect(try faults([user, system, answer]) == [.systemNotFirst])
    }

    @Test("several faults of one line are all found")
    func several() throws {
        let found = try faults([
            ["role": "critic", "content": "x"], ["role": "user", "content": "", "weight": 1],
            ["role": "assistant", "content": "a", "weight": 0, "mood": "gay"], ["role": "user", "content": "x"],
        ])
        #expect(
            Set(found) == [
                .unrecognizedRole, .missingContent, .weightMisplaced, .messageUnrecognizedKey, .nothingToLearn,
                .lastMessageNotAssistant,
            ])
    }

    @Test("a checker forgets the line before")
    func fresh() throws {
        var checker = LineChecker(maximumTokens: 100)
        checker.check(Array("{".utf8))
        #expect(checker.problems.map(\.fault) == [.notJSON])
        checker.check(try JSONValue.object(["messages": [user, answer]]).canonicalBytes())
        #expect(checker.problems.isEmpty)
        #expect(checker.tokens > 0)
    }

    @Test("parallel calls may be answered in any order, each once")
    func parallelCalls() throws {
        func call(_ id: String) -> JSONValue {
            ["id": .string(id), "type": "function", "function": ["name": "f", "arguments": "{}"]]
        }
        func result(_ id: String) -> JSONValue { ["role": "tool", "tool_call_id": .string(id), "content": "1"] }
        let calls: JSONValue = ["role": "assistant", "tool_calls": [call("a"), call("b")]]
        #expect(try faults([user, calls, result("b"), result("a"), answer]).isEmpty)
        #expect(try faults([user, calls, result("a"), answer]) == [.toolCallUnanswered])
        #expect(try faults([user, calls, result("a"), result("a"), result("b"), answer]) == [.toolAnswerWithoutCall])
        // Calls as the last word are what there is to learn.
        #expect(try faults([user, calls]).isEmpty)
    }
}

@Suite("Verification of exports", .database)
struct ExportVerificationTests {
    private func export() async throws -> URL {
        let pool = TestDatabase.current.pool
        let world = try await StoredExchanges(pool: pool)
        for count in 0..<12 {
            let id = try await world.add(user: "Sawaal \(count)", answer: "Jawab \(count)")
            try await world.review(id, score: 5)
        }
        var policy = PromotionPolicy.plain
        policy.validationShare = 0
        let version = try await DatasetService(pool: pool).build(
            dataset: "demo", policy: policy, project: world.project)
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("export-\(UUID().uuidString)")
        _ = try await DatasetExporter(pool: pool).export(version, to: place)
        return place
    }

    @Test("a byte changed in any file of an export is found", arguments: ["train.jsonl", "lineage.jsonl"])
    func changed(_ name: String) async throws {
        let place = try await export()
        defer { try? FileManager.default.removeItem(at: place) }
        #expect(try DatasetVerifier().verify(place).findings.isEmpty)
        let file = place.appendingPathComponent(name)
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data(text.replacing("test-model-1", with: "test-model-2").replacing("Jawab 7", with: "Jawab 8").utf8)
            .write(to: file)
        let findings = try DatasetVerifier().verify(place).findings
        #expect(findings.map(\.code) == ["manifest_mismatch"])
        #expect(findings.map(\.file) == [name])
        #expect(findings.map(\.severity) == [.error])
    }

    @Test("a file cut in the middle, or gone, is not the one that was exported")
    func cut() async throws {
        let place = try await export()
        defer { try? FileManager.default.removeItem(at: place) }
        try FileManager.default.removeItem(at: place.appendingPathComponent("lineage.jsonl"))
        #expect(try DatasetVerifier().verify(place).findings.map(\.code) == ["manifest_mismatch"])
        let file = place.appendingPathComponent("train.jsonl")
        try Data(contentsOf: file).dropLast(20).write(to: file)
        #expect(
            try DatasetVerifier().verify(place).findings.map(\.code) == [
                "not_json", "manifest_mismatch", "manifest_mismatch",
            ])
    }

    @Test(
        "without a manifest, or with one that lists no files, a directory is doubtful",
        arguments: [nil, "{", "[]", "{}", #"{"files":{}}"#])
    func manifest(_ text: String?) async throws {
        let place = try await export()
        defer { try? FileManager.default.removeItem(at: place) }
        let manifest = place.appendingPathComponent("manifest.json")
        try FileManager.default.removeItem(at: manifest)
        if let text { try Data(text.utf8).write(to: manifest) }
        let result = try DatasetVerifier().verify(place)
        #expect(result.findings.map(\.code) == ["manifest_missing"])
        #expect(result.errors == 0)
    }
}
