/// The running checksum of SQLite's write-ahead log: two sums over pairs of 32-bit words, each fed by the other.
///
/// It is linear: one changed word changes the result by a multiple of two Fibonacci numbers that depend on the word's
/// place alone. So a single damaged byte can often be found and put right from the checksum
/// (`corrections`).
struct LogChecksum: Equatable {
    var first: UInt32 = 0
    var second: UInt32 = 0

    mutating func add(_ words: [UInt32]) {
        var (first, second) = (first, second)
        var index = 0
        while index + 1 < words.count {
            first = first &+ words[index] &+ second
            second = second &+ words[index + 1] &+ first
            index += 2
        }
        self = LogChecksum(first: first, second: second)
    }

    func adding(_ words: [UInt32]) -> LogChecksum {
        var sum = self
        sum.add(words)
        return sum
    }

    /// Whether the two differ in one byte only: then it is the stored sum that was hit, not what it was made of.
    func isNear(_ other: LogChecksum) -> Bool {
        let both = UInt64(first ^ other.first) << 32 | UInt64(second ^ other.second)
        return both.isOneByte
    }

    /// The words of which one, changed in one byte, gives `stored` instead of `self`.
    ///
    /// None: more was hit than a byte. One: that is it; by chance it happens once in 10¹² pages. Several: the highest
    /// bits of a word meet few different weights, so about a third of all damaged bytes cannot be told from others.
    func corrections(of words: [UInt32], to stored: LogChecksum) -> [(index: Int, word: UInt32)] {
        let (first, second) = (stored.first &- self.first, stored.second &- self.second)
        // What a 1 added to the even and to the odd word of a pair does to the two sums, from the last pair backwards.
        var even: (UInt32, UInt32) = (1, 1)
        var odd: (UInt32, UInt32) = (0, 1)
        var index = words.count - 2
        var found: [(index: Int, word: UInt32)] = []
        while index >= 0 {
            for (offset, weight) in [(0, even), (1, odd)] {
                // Neighbours in Fibonacci's row are never both even, so one of them can be divided by.
                let change = weight.0 & 1 == 1 ? first &* weight.0.inverse : second &* weight.1.inverse
                guard change != 0, weight.0 &* change == first, weight.1 &* change == second else { continue }
                let word = words[index + offset] &+ change
                if UInt64(word ^ words[index + offset]).isOneByte { found.append((index + offset, word)) }
            }
            even = (even.0 &+ even.1, even.0 &+ 2 &* even.1)
            odd = (odd.0 &+ odd.1, odd.0 &+ 2 &* odd.1)
            index -= 2
        }
        return found
    }
}

extension UInt32 {
    /// Of an odd number, modulo 2³²: Newton's method, which doubles the bits that are right.
    fileprivate var inverse: UInt32 {
        var inverse = self
        for _ in 0..<4 { inverse = inverse &* (2 &- self &* inverse) }
        return inverse
    }
}

extension UInt64 {
    /// Whether its bits lie in one of its eight bytes: the difference of two values of which one was hit in a byte.
    var isOneByte: Bool {
        guard self != 0 else { return false }
        return self & ~(0xFF << (UInt64(trailingZeroBitCount) & ~7)) == 0
    }
}

/// How words are read from bytes.
enum LogByteOrder {
    case little, big

    func words(_ bytes: some RandomAccessCollection<UInt8>) -> [UInt32] {
        let fast = bytes.withContiguousStorageIfAvailable { buffer in
            let raw = UnsafeRawBufferPointer(buffer)
            return (0..<raw.count / 4).map { index in
                let word = raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                return self == .little ? UInt32(littleEndian: word) : UInt32(bigEndian: word)
            }
        }
        return fast ?? words(Array(bytes))
    }

    func bytes(_ words: [UInt32]) -> [UInt8] {
        words.flatMap { word in
            withUnsafeBytes(of: self == .little ? word.littleEndian : word.bigEndian) { Array($0) }
        }
    }
}
