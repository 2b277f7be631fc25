import Foundation
import Testing

@testable import GleanerDatasets

@Suite("Verification")
struct VerifyTests {
    private let good =
        #"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}"#

    private func verify(_ lines: [String], maximumTokens: Int = 16_385, separator: String = "\n") throws -> Verification
    {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("verify-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data((lines.joined(separator: separator) + separator).utf8).write(to: file)
        return try DatasetVerifier(maximumTokens: maximumTokens).verify(file)
    }
    /// Ten good lines that differ.
    private var ten: [String] { (0..<10).map { good.replacing("\"u\"", with: "\"u\($0)\"") } }

    @Test("a good file has no findings, and its size is said")
    func fine() throws {
        let result = try verify(ten)
        #expect(result.findings.isEmpty)
        #expect(result.examples.values.first == 10)
        #expect(result.estimatedEpochs == 10)
        #expect(result.estimatedTokens > 0)
    }

    @Test(
        "each fault is found by its code, at its line",
        arguments: [
            ("{", "not_json"), ("[1]", "data_type"), ("{}", "missing_messages_list"),
            (#"{"messages":[]}"#, "missing_messages_list"),
            (#"{"messages":[{"content":"x"},{"role":"assistant","content":"a"}]}"#, "message_missing_key"),
            (
                #"{"messages":[{"role":"user","content":"x","mood":1},{"role":"assistant","content":"a"}]}"#,
                "message_unrecognized_key"
            ),
            (
                #"{"messages":[{"role":"critic","content":"x"},{"role":"assistant","content":"a"}]}"#,
                "unrecognized_role"
            ),
            (#"{"messages":[{"role":"user"},{"role":"assistant","content":"a"}]}"#, "missing_content"),
            (#"{"messages":[{"role":"user","content":7},{"role":"assistant","content":"a"}]}"#, "missing_content"),
            (#"{"messages":[{"role":"user","content":"x"}]}"#, "example_missing_assistant_message"),
            (
                #"{"messages":[{"role":"assistant","content":"a"},{"role":"user","content":"x"}]}"#,
                "last_message_not_assistant"
            ),
            (
                #"{"messages":[{"role":"user","content":"x","weight":1},{"role":"assistant","content":"a"}]}"#,
                "weight_misplaced"
            ),
            (
                #"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"a","weight":2}]}"#,
                "weight_invalid"
            ),
            (
                #"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"a","weight":0}]}"#,
                "nothing_to_learn"
            ),
            (
                #"{"id":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"a"}]}"#,
                "unrecognized_key"
            ),
            (
                #"{"messages":[{"role":"assistant","tool_calls":[{"id":"t","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"x"},{"role":"assistant","content":"a"}]}"#,
                "tool_call_unanswered"
            ),
            (
                #"{"messages":[{"role":"tool","tool_call_id":"t","content":"x"},{"role":"assistant","content":"a"}]}"#,
                "tool_answer_without_call"
            ),
            (
                #"{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"t","function":{"name":"f","arguments":{}}}]}]}"#,
                "arguments_not_text"
            ),
            (
                #"{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"t","function":{"name":"f","arguments":"{"}}]}]}"#,
                "arguments_not_json"
            ),
            ("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}\0", "nul_byte"),
            ("", "empty_line"),
        ])
    func fault(_ line: String, _ code: String) throws {
        let result = try verify(ten + [line] + [good])
        #expect(result.findings.contains { $0.code == code && $0.line == 11 && $0.severity == .error })
        #expect(result.findings.allSatisfy { !$0.what.isEmpty && !$0.why.isEmpty && !$0.fix.isEmpty && $0.line == 11 })
    }

    @Test("what is not UTF-8 is found")
    func notUTF8() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("verify-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data((ten.joined(separator: "\n") + "\n").utf8 + [0xFF, 0xFE, 0x0A]).write(to: file)
        let findings = try DatasetVerifier().verify(file).findings
        #expect(findings.map(\.code) == ["not_utf8", "not_json"])
        #expect(findings.allSatisfy { $0.line == 11 })
    }

    @Test("an error is counted however many findings stand before it")
    func countedBeyondTheList() throws {
        let result = try verify(ten + Array(repeating: ten[0], count: 1100) + ["{"])
        #expect(result.findings.count == 1000)
        #expect(result.findings.allSatisfy { $0.severity == .warning })
        #expect((result.errors, result.warnings, result.unlisted) == (1, 1100, 101))
    }

    @Test("U+2028 as it is gives a warning, as an escape none")
    func lineSeparators() throws {
        let raw = good.replacing("\"u\"", with: "\"a\u{2028}b\"")
        let escaped = good.replacing("\"u\"", with: #""a\u2028b""#)
        #expect(try verify(ten + [escaped, raw]).findings.map(\.code) == ["line_separator"])
        #expect(try verify(ten + [escaped, raw]).errors == 0)
    }

    @Test("too few examples, repeated rows, CR LF and a byte order mark are found")
    func wholeFile() throws {
        #expect(try verify(Array(ten.prefix(9))).findings.map(\.code) == ["too_few_examples"])
        #expect(try verify(ten + [ten[3]]).findings.map(\.code) == ["duplicate_row"])
        #expect(try verify(ten, separator: "\r\n").findings.allSatisfy { $0.code == "carriage_return" })
        #expect(
            try verify(["\u{FEFF}" + good] + ten).findings.contains { $0.code == "byte_order_mark" && $0.line == 1 })
    }

    @Test("length is judged by what is certain: surely fine, surely not, perhaps")
    func length() throws {
        let long = good.replacing("\"u\"", with: "\"\(String(repeating: "word ", count: 100))\"")
        #expect(try verify(ten + [long], maximumTokens: 1000).findings.isEmpty)
        #expect(try verify(ten + [long], maximumTokens: 300).findings.map(\.code) == ["maybe_too_many_tokens"])
        #expect(try verify(ten + [long], maximumTokens: 60).findings.map(\.code) == ["too_many_tokens"])
    }

    @Test("a row in both files, and a file that is not the manifest's, are found")
    func directory() throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("verify-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data((ten.joined(separator: "\n") + "\n").utf8).write(to: place.appendingPathComponent("train.jsonl"))
        try Data((ten[4] + "\n").utf8).write(to: place.appendingPathComponent("validation.jsonl"))
        let manifest = #"{"files":[{"name":"train.jsonl","sha256":"00"},{"name":"../../etc/passwd","sha256":"00"}]}"#
        try Data(manifest.utf8).write(to: place.appendingPathComponent("manifest.json"))
        let codes = try DatasetVerifier().verify(place).findings.map(\.code)
        #expect(codes == ["train_row_in_validation", "manifest_mismatch"])
        // A file by itself is compared with the manifest beside it too.
        let train = place.appendingPathComponent("train.jsonl")
        #expect(try DatasetVerifier().verify(train).findings.map(\.code) == ["manifest_mismatch"])
        try FileManager.default.removeItem(at: place.appendingPathComponent("manifest.json"))
        #expect(try DatasetVerifier().verify(train).findings.isEmpty)
        #expect(throws: DatasetError.self) {
            try DatasetVerifier().verify(place.appendingPathComponent("nowhere.jsonl"))
        }
    }
}
