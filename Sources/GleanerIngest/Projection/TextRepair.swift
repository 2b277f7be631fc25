import AsyncPostgres
import GleanerCore
import SimdJSON

/// What had to be changed or left out so that PostgreSQL can hold a projection.
struct Repairs: OptionSet, Hashable {
    let rawValue: UInt8
    /// Halves of surrogate pairs became U+FFFD.
    static let surrogates = Repairs(rawValue: 1)
    /// U+0000 became U+FFFD.
    static let nul = Repairs(rawValue: 2)
    /// An object has a key twice; `jsonb` keeps the last.
    static let duplicateKeys = Repairs(rawValue: 4)
    /// There is a number beyond `Double`, which `jsonb` could hold and few could read; that part is left out.
    static let numbers = Repairs(rawValue: 8)

    /// Codes for `exchange_bodies.projection_note`.
    var notes: [String] {
        let codes: [(Repairs, String)] = [
            (.surrogates, "surrogates_replaced"), (.nul, "nul_replaced"), (.duplicateKeys, "duplicate_keys"),
            (.numbers, "number_out_of_range"),
        ]
        return codes.filter { contains($0.0) }.map(\.1)
    }
}

extension JSONDocument {
    /// Appends a value so that `jsonb` takes it: the bytes as they came where they are harmless, which they nearly
    /// always are, else written again.
    ///
    /// - Parameter range: where `value` stands in `bytes`, the document's.
    /// - Returns: whether it could be written.
    func append(
        _ value: JSONElement, at range: Range<Int>, of bytes: [UInt8], to target: inout [UInt8],
        _ repairs: inout Repairs
    ) -> Bool {
        // Fractions are written again because `jsonb` keeps at most 16,383 digits of one.
        if !hasLoneSurrogates, isSimple(value) {
            target += bytes[range]
            return true
        }
        if hasRawNumbers, value.hasUnreadableNumber {
            repairs.insert(.numbers)
            return false
        }
        var writer = JSONWriter(replacingNUL: true)
        writer.element(value)
        repairs.take(from: writer)
        target += writer.bytes
        return true
    }

    /// `nil` when the value is not of this kind or cannot be held.
    func jsonb(_ member: Member, _ kind: JSONElement.Kind, of bytes: [UInt8], _ repairs: inout Repairs) -> JSONB? {
        guard member.value.kind == kind else { return nil }
        var target: [UInt8] = []
        let isWritten = append(member.value, at: member.valueRange, of: bytes, to: &target, &repairs)
        return isWritten ? JSONB(bytes: target) : nil
    }
}

extension Repairs {
    mutating func take(from writer: JSONWriter) {
        if writer.hasReplacedNUL { insert(.nul) }
        if writer.hasReplacedSurrogates { insert(.surrogates) }
    }
}

extension JSONElement {
    /// Whether it is or holds a number that no `Double` holds.
    fileprivate var hasUnreadableNumber: Bool {
        switch kind {
        case .rawNumber: rawNumber.flatMap { Double($0.string)?.isFinite } != true
        case .array: elements.contains(where: \.hasUnreadableNumber)
        case .object: members.contains(where: \.value.hasUnreadableNumber)
        default: false
        }
    }
}

extension String {
    /// For columns that are indexed or shown in lists: no control characters, at most `limit` characters.
    func asLabel(limit: Int = 256) -> String {
        let isClean = utf8.count <= limit && !utf8.contains { $0 < 0x20 || $0 == 0x7F }
        if isClean { return self }
        var view = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(limit) {
            view.append(scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : scalar)
        }
        return String(view)
    }
}
