import GleanerCore

/// Where a text that was looked for stands, with a little of what is around it.
public struct TextMatch: Codable, Sendable, Hashable {
    public enum Side: String, Codable, Sendable { case prompt, answer }
    public let side: Side
    public let before: String
    public let match: String
    public let after: String

    enum CodingKeys: String, CodingKey {
        case side = "in"
        case before, match, after
    }

    /// How much is shown on either side, in bytes.
    private static let context = 80
    /// Members whose text nobody wrote.
    private static let notSaid: Set<String> = ["role", "type", "id", "tool_call_id", "finish_reason"]

    /// The first place, in the answer before the prompt; `nil` when only names of JSON members have it.
    init?(_ needle: TextNeedle, messages: JSONValue?, answer: JSONValue?) {
        for (side, value) in [(Side.answer, answer), (.prompt, messages)] {
            guard let value, let found = Self.find(needle, in: value, as: side) else { continue }
            self = found
            return
        }
        return nil
    }

    private init(_ side: Side, _ text: [UInt8], _ range: Range<Int>) {
        let start = Self.boundary(text, max(0, range.lowerBound - Self.context))
        let end = Self.boundary(text, min(text.count, range.upperBound + Self.context))
        self.side = side
        before = (start > 0 ? "…" : "") + String(decoding: text[start..<range.lowerBound], as: UTF8.self)
        match = String(decoding: text[range], as: UTF8.self)
        after = String(decoding: text[range.upperBound..<end], as: UTF8.self) + (end < text.count ? "…" : "")
    }

    private static func find(_ needle: TextNeedle, in value: JSONValue, as side: Side) -> TextMatch? {
        switch value {
        case .string(let text):
            let bytes = Array(text.utf8)
            return needle.firstRange(in: bytes).map { TextMatch(side, bytes, $0) }
        case .array(let elements):
            for element in elements {
                if let found = find(needle, in: element, as: side) { return found }
            }
        case .object(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) where !notSaid.contains(name) {
                if let found = find(needle, in: member, as: side) { return found }
            }
        case .null, .bool, .integer, .number: break
        }
        return nil
    }

    /// The nearest place at or before `place` where a character begins.
    private static func boundary(_ text: [UInt8], _ place: Int) -> Int {
        var place = place
        while place > 0, place < text.count, text[place] & 0xC0 == 0x80 { place -= 1 }
        return place
    }
}

extension TextNeedle {
    /// The first place of any spelling.
    func firstRange(in text: [UInt8]) -> Range<Int>? {
        spellings.compactMap { Self.firstRange(of: Array($0.utf8), in: text) }.min { $0.lowerBound < $1.lowerBound }
    }

    private static func firstRange(of needle: [UInt8], in text: [UInt8]) -> Range<Int>? {
        guard !needle.isEmpty, needle.count <= text.count else { return nil }
        let folded = needle.map(folded)
        for start in 0...(text.count - needle.count) where Self.folded(text[start]) == folded[0] {
            if folded.indices.allSatisfy({ Self.folded(text[start + $0]) == folded[$0] }) {
                return start..<(start + needle.count)
            }
        }
        return nil
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
