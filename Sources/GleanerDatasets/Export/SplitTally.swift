import Foundation

/// What became of a split's examples on the way into its file.
struct SplitTally: Sendable, Hashable, Codable {
    struct LeftOut: Sendable, Hashable, Codable {
        let example: Int
        let reason: Unfit
    }
    /// Written lines by what their text is made of, seen from the bytes.
    struct Scripts: Sendable, Hashable, Codable {
        var ascii = 0
        var devanagari = 0
        var other = 0
    }

    /// As many as a manifest names; all are counted.
    static let listed = 100

    let split: String
    var examples = 0
    var rows = 0
    var bytes: Int64 = 0
    var sha256 = ""
    var estimatedTokens = 0
    var reasons: [String: Int] = [:]
    var leftOut: [LeftOut] = []
    /// All of them, so that lineage passes over the same ones: first and last line of each run.
    var gaps: [[Int32]] = []
    var simplified: [String: Int] = [:]
    var scripts = Scripts()

    init(split: String) { self.split = split }

    var file: ExportFile { ExportFile(split: split) }

    mutating func leaveOut(_ example: Int32, _ reason: Unfit) {
        reasons[reason.rawValue, default: 0] += 1
        if leftOut.count < Self.listed { leftOut.append(LeftOut(example: Int(example), reason: reason)) }
        if let last = gaps.last, last[1] == example - 1 {
            gaps[gaps.count - 1][1] = example
        } else {
            gaps.append([example, example])
        }
    }

    mutating func note(_ notes: Set<Simplification>) {
        for note in notes { simplified[note.rawValue, default: 0] += 1 }
    }
}

extension SplitTally.Scripts {
    mutating func see(_ line: UnsafeRawBufferPointer) {
        var place = 0
        // Eight bytes at a time up to the first that is not ASCII, which most lines do not have.
        while place + 8 <= line.count,
            line.loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        { place += 8 }
        while place < line.count, line[place] < 0x80 { place += 1 }
        guard place < line.count else {
            ascii += 1
            return
        }
        // U+0900 to U+097F.
        while place + 1 < line.count {
            if line[place] == 0xE0, line[place + 1] == 0xA4 || line[place + 1] == 0xA5 {
                devanagari += 1
                return
            }
            place += 1
        }
        other += 1
    }
}
