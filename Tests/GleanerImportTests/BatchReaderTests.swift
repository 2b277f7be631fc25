import GleanerCore
import HTTPTypes
import Inflate
import Testing

@testable import GleanerImport

@Suite("The body of a batch")
struct BatchReaderTests {
    private func records(
        _ body: [UInt8], _ headers: HTTPFields = [:], item: Int = 1 << 20, batch: Int = 8 << 20, piece: Int = 1000
    ) throws -> [String] {
        var reader = try BatchReader(headers, limits: LogLimits(itemBytes: item, batchBytes: batch))
        var found: [RawRecord] = []
        for start in stride(from: 0, to: body.count, by: piece) {
            try reader.feed(Array(body[start..<min(start + piece, body.count)])) { found.append($0) }
        }
        try reader.finish { found.append($0) }
        return found.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
    private let ndjson: HTTPFields = [.contentType: "application/x-ndjson; charset=utf-8"]

    @Test("an object, an array and lines are told apart", arguments: [1, 2, 1000])
    func kinds(_ piece: Int) throws {
        #expect(try records(Array(#" {"a":[1]} "#.utf8), piece: piece) == [#"{"a":[1]} "#])
        #expect(try records(Array(#"  [{"a":1},{"b":2}]"#.utf8), piece: piece) == [#"{"a":1}"#, #"{"b":2}"#])
        #expect(try records(Array("{\"a\":1}\n{\"b\":2}".utf8), ndjson, piece: piece) == [#"{"a":1}"#, #"{"b":2}"#])
    }

    @Test("gzip is inflated, whatever the pieces", arguments: [1, 7, 100_000])
    func gzip(_ piece: Int) throws {
        var headers = ndjson
        headers[.contentEncoding] = "gzip"
        let text = (0..<500).map { "{\"n\":\($0)}" }
        #expect(try records(gzipped(Array(text.joined(separator: "\n").utf8)), headers, piece: piece) == text)
    }

    @Test(
        "another Content-Encoding is refused before a byte is read", arguments: ["br", "zstd", "deflate", "gzip, gzip"])
    func encodings(_ encoding: String) {
        do {
            _ = try records([], [.contentEncoding: encoding])
            Issue.record("\(encoding) was taken")
        } catch {
            #expect((error as? BatchError)?.explanation.status == 415)
        }
    }

    @Test("a bomb ends the batch at its limit, and what came before it stays")
    func bomb() throws {
        var headers = ndjson
        headers[.contentEncoding] = "gzip"
        var reader = try BatchReader(headers, limits: LogLimits(itemBytes: 1 << 20, batchBytes: 4 << 20))
        var found = 0
        #expect(throws: BatchError.gzip(.tooDense(limit: 250))) {
            let body = gzipped(Array("{\"n\":1}\n".utf8)) + gzipped([UInt8](repeating: 0x20, count: 64 << 20))
            try reader.feed(body) { _ in found += 1 }
        }
        #expect(found == 1)
        // Hex digits become half as large at best.
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        let sparse = gzipped((0..<(5 << 20)).map { _ in digits[Int(generator.next() % 16)] })
        #expect(throws: BatchError.gzip(.tooLarge(limit: 4 << 20))) {
            try records(sparse, headers, batch: 4 << 20, piece: 100_000)
        }
    }

    @Test("a body that is cut says so, and one that is too large")
    func limits() throws {
        var headers = ndjson
        headers[.contentEncoding] = "gzip"
        let whole = gzipped(Array("{\"n\":1}\n".utf8))
        #expect(throws: BatchError.gzip(.truncated)) { try records(Array(whole.dropLast(5)), headers) }
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: 5000)
        #expect(throws: BatchError.tooLarge(limit: 4000)) { try records(large, ndjson, item: 100, batch: 4000) }
        #expect(throws: BatchError.tooLarge(limit: 4000)) {
            try records([UInt8(ascii: "{")] + large, item: 4000, batch: 8000)
        }
    }
}
