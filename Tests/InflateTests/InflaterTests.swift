import Inflate
import Testing

@Suite("Inflate")
struct InflaterTests {
    private func inflated(
        _ input: [UInt8], limits: InflateLimits = .init(bytes: 1 << 30, ratio: 2000), piece: Int = 1 << 20
    ) throws -> [UInt8] {
        var inflater = Inflater(limits: limits)
        var output: [UInt8] = []
        var offset = 0
        while offset < input.count {
            let end = min(offset + piece, input.count)
            try inflater.inflate(Array(input[offset..<end])) { output += $0 }
            offset = end
        }
        try inflater.finish()
        return output
    }

    @Test("what was compressed comes out again, in pieces of any size", arguments: [1, 3, 1000, 1 << 20])
    func roundTrip(_ piece: Int) throws {
        let text = Array(String(repeating: "ek chai, do samose. ", count: 20_000).utf8)
        #expect(try inflated(gzipped(text), piece: piece) == text)
    }

    @Test("several members in a row are one text")
    func members() throws {
        #expect(try inflated(gzipped(Array("one\n".utf8)) + gzipped(Array("two\n".utf8))) == Array("one\ntwo\n".utf8))
    }

    @Test("a missing end is found")
    func truncated() throws {
        let whole = gzipped(Array("all of it".utf8))
        #expect(throws: InflateError.truncated) { try inflated(Array(whole.dropLast(4))) }
        #expect(throws: InflateError.truncated) { try inflated([]) }
    }

    @Test("what is not gzip, or was damaged, is refused")
    func corrupted() throws {
        #expect(throws: InflateError.corrupted) { try inflated(Array("{\"plain\":true}".utf8)) }
        var damaged = gzipped(Array(String(repeating: "abc", count: 1000).utf8))
        damaged[damaged.count - 6] ^= 0xFF
        #expect(throws: InflateError.corrupted) { try inflated(damaged) }
        #expect(throws: InflateError.corrupted) { try inflated(gzipped([65]) + Array("tail".utf8)) }
    }

    @Test("a bomb is stopped at the size limit, long before its end")
    func bomb() throws {
        let bomb = gzipped([UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 70_000)
        var most = 0
        #expect(throws: InflateError.tooLarge(limit: 1 << 20)) {
            var inflater = Inflater(limits: .init(bytes: 1 << 20, ratio: 2000))
            try inflater.inflate(bomb) { most += $0.count }
        }
        #expect(most <= 1 << 20)
        #expect(throws: InflateError.tooDense(limit: 250)) { try inflated(bomb, limits: .init(bytes: 1 << 30)) }
    }
}
