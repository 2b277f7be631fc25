import Testing

@testable import GleanerImport

@Suite("Records of a text")
struct RecordSplitterTests {
    /// The records, with the text given in pieces of `step` bytes.
    private func records(_ text: String, _ layout: RecordLayout, step: Int, longest: Int = 1 << 20) -> [RawRecord] {
        var splitter = RecordSplitter(layout, longest: longest)
        var found: [RawRecord] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: step) {
            splitter.feed(Array(bytes[start..<min(start + step, bytes.count)])) { found.append($0) }
        }
        splitter.finish { found.append($0) }
        return found
    }
    private func texts(_ records: [RawRecord]) -> [String] { records.map { String(decoding: $0.bytes, as: UTF8.self) } }

    @Test("lines are cut at LF, empty ones are nothing, and each knows its number", arguments: [1, 2, 3, 1000])
    func lines(_ step: Int) {
        let found = records("{\"a\":1}\n\n  \n{broken\n{\"b\":\"x\\n\"}", .lines, step: step)
        #expect(texts(found) == ["{\"a\":1}", "{broken", "{\"b\":\"x\\n\"}"])
        #expect(found.map(\.line) == [1, 4, 5])
        #expect(!found.contains { $0.isCut || $0.isTooLong })
    }

    @Test("elements of an array are cut outside of strings", arguments: [1, 2, 3, 1000])
    func array(_ step: Int) {
        let found = records("[ {\"a\":[1,2]},\n \"x,]\\\"\",\n3 , {\"t\":\"}\"}\n]\n", .array, step: step)
        #expect(
            texts(found).map { $0.trimmingSuffix(while: \.isWhitespace) } == [
                "{\"a\":[1,2]}", "\"x,]\\\"\"", "3", "{\"t\":\"}\"}",
            ])
        #expect(found.map(\.line) == [1, 2, 3, 3])
    }

    @Test("of pages of a list, only the elements of `data` are records", arguments: [1, 2, 3, 1000])
    func list(_ step: Int) {
        let page = #"{"object":"list","meta":{"data":[9]},"ids":["data",7],"data":[{"data":[5]},{"b":2}],"more":[8]}"#
        #expect(
            texts(records(page + "\n" + page, .list, step: step)) == [
                #"{"data":[5]}"#, #"{"b":2}"#, #"{"data":[5]}"#, #"{"b":2}"#,
            ])
    }

    @Test("a row of CSV may hold line ends and quotes", arguments: [1, 2, 3, 1000])
    func csv(_ step: Int) {
        let found = records("id,text\r\n1,\"a,\n\"\"b\"\"\"\r\n2,c\r\n", .csv, step: step)
        #expect(found.count == 3)
        #expect(CSVRow.fields(found[1].bytes).map { String(decoding: $0, as: UTF8.self) } == ["1", "a,\n\"b\""])
        #expect(CSVRow.fields(found[2].bytes).map { String(decoding: $0, as: UTF8.self) } == ["2", "c"])
        #expect(found.map(\.line) == [1, 2, 4])
    }

    @Test("a record that is too long is cut, and the next one is whole")
    func tooLong() {
        let found = records(String(repeating: "x", count: 50) + "\n{}\n", .lines, step: 7, longest: 10)
        #expect(found.map(\.isTooLong) == [true, false])
        #expect(found[0].bytes.count == 10)
    }

    @Test("an array without its end says so", arguments: ["[{\"a\":1},{\"b\":", "[{\"a\":1},", "[{\"a\":\"1"])
    func cut(_ text: String) {
        #expect(records(text, .array, step: 100).last?.isCut == true)
    }

    @Test("the layout shows in the first bytes")
    func layouts() {
        #expect(RecordLayout.detected(in: Array(" [{".utf8)) == .array)
        #expect(RecordLayout.detected(in: Array("{\"object\": \"list\",\n \"data\": [".utf8)) == .list)
        #expect(RecordLayout.detected(in: Array("{\n  \"data\" : [ {".utf8)) == .list)
        #expect(RecordLayout.detected(in: Array("{\"object\":\"chat.completion\",\"data\":[]}".utf8)) == .lines)
        #expect(RecordLayout.detected(in: Array("id,type,input\n".utf8)) == .csv)
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
