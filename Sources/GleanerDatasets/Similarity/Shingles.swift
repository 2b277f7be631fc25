import Foundation
import GleanerCore

/// The character 5-grams of a text, by which near-duplicates are told: chat texts are too short for words.
///
/// Shape: sorted 64-bit hashes, each once. Case, form (NFKC), hidden characters and runs of spaces make no difference.
/// Source: Broder 1997; five characters as in the measurements for Romanised Hindi, where spelling varies.
struct Shingles: Sendable, Hashable {
    static let length = 5

    let hashes: [UInt64]
    /// Characters of the normalised text, for the ratio of lengths and for what counts as short.
    let characters: Int

    init(hashes: [UInt64], characters: Int) {
        self.hashes = hashes
        self.characters = characters
    }

    init(_ text: String) { self.init(normalized: Self.normalized(text)) }

    /// - Parameter text: as `normalized` gives it.
    init(normalized text: String) {
        let scalars = Array(text.unicodeScalars)
        characters = scalars.count
        guard scalars.count > Self.length else {
            hashes = scalars.isEmpty ? [] : [Self.hash(scalars[...])]
            return
        }
        var found = (0...(scalars.count - Self.length)).map { Self.hash(scalars[$0..<($0 + Self.length)]) }
        found.sort()
        var unique: [UInt64] = []
        unique.reserveCapacity(found.count)
        for hash in found where hash != unique.last { unique.append(hash) }
        hashes = unique
    }

    static func normalized(_ text: String) -> String {
        text.precomposedStringWithCompatibilityMapping.lowercased()
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Shared shingles over all of both; 1 for two empty texts.
    func jaccard(_ other: Shingles) -> Double {
        var (left, right, shared) = (0, 0, 0)
        while left < hashes.count, right < other.hashes.count {
            if hashes[left] == other.hashes[right] {
                shared += 1
                left += 1
                right += 1
            } else if hashes[left] < other.hashes[right] {
                left += 1
            } else {
                right += 1
            }
        }
        let all = hashes.count + other.hashes.count - shared
        return all == 0 ? 1 : Double(shared) / Double(all)
    }

    /// FNV-1a over the scalars, then mixed: neighbours differ in one scalar only.
    private static func hash(_ scalars: ArraySlice<Unicode.Scalar>) -> UInt64 {
        UInt64(fnv1a: scalars.lazy.map { UInt64($0.value) }).mixed
    }
}
