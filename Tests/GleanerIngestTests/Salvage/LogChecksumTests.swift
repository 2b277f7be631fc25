import Testing

@testable import GleanerIngest

@Suite("The log's checksum")
struct LogChecksumTests {
    private let words: [UInt32] = (0..<64).map { UInt32(truncatingIfNeeded: $0 &* 0x9E37_79B9) ^ 0x1234_5678 }
    private let seed = LogChecksum(first: 7, second: 0xFFFF_FFF0)

    @Test("one changed byte is found and put right; of a high one it is known that it is one")
    func everyByte() {
        let stored = seed.adding(words)
        for index in words.indices {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                for bits: UInt32 in [1, 0x80, 0xFF] {
                    var hit = words
                    hit[index] ^= bits << shift
                    let corrections = seed.adding(hit).corrections(of: hit, to: stored)
                    #expect(corrections.contains { $0.index == index && $0.word == words[index] })
                    // Of 64 words; of a page of 4096 up to the 20th bit.
                    if shift < 24 { #expect(corrections.count == 1) }
                }
            }
        }
    }

    @Test("two changed bytes are not taken for one")
    func twoBytes() {
        let stored = seed.adding(words)
        for (one, other) in [(0, 1), (0, 63), (10, 11), (31, 32), (5, 60)] {
            var hit = words
            hit[one] ^= 0x10
            hit[other] ^= 0x400
            #expect(seed.adding(hit).corrections(of: hit, to: stored).isEmpty)
        }
        var torn = words
        for index in 32..<64 { torn[index] = 0 }
        #expect(seed.adding(torn).corrections(of: torn, to: stored).isEmpty)
    }

    @Test("a sum that was hit itself is near the right one, another sum is not")
    func near() {
        let sum = seed.adding(words)
        #expect(sum.isNear(LogChecksum(first: sum.first ^ 0xA500, second: sum.second)))
        #expect(sum.isNear(LogChecksum(first: sum.first, second: sum.second ^ 1)))
        #expect(!sum.isNear(sum))
        #expect(!sum.isNear(LogChecksum(first: sum.first ^ 1, second: sum.second ^ 1)))
        #expect(!sum.isNear(LogChecksum(first: sum.first ^ 0x180, second: sum.second)))
    }

    @Test("words go to bytes and back in both orders")
    func order() {
        let bytes: [UInt8] = [1, 2, 3, 4, 0xFF, 0, 0, 1]
        #expect(LogByteOrder.big.words(bytes) == [0x0102_0304, 0xFF00_0001])
        #expect(LogByteOrder.little.words(bytes) == [0x0403_0201, 0x0100_00FF])
        #expect(LogByteOrder.little.bytes(LogByteOrder.little.words(bytes)) == bytes)
        #expect(LogByteOrder.big.bytes(LogByteOrder.big.words(bytes)) == bytes)
    }
}
