/// Finds what names a person or opens a door. Names and addresses of places are not found: patterns do not know them.
///
/// Time is linear in the text's length whatever it holds: each detector looks a fixed number of bytes ahead, or at runs
/// that no other match of it shares.
public struct PIIScanner: Sendable {
    /// Those that are looked for.
    public let kinds: Set<PIIKind>

    public init(kinds: Set<PIIKind> = Set(PIIKind.allCases)) { self.kinds = kinds }

    /// In order of the text, none over another.
    public func scan(_ text: String) -> [PIISpan] {
        let plain = PlainText(text)
        return scan(plain).map { PIISpan(kind: $0.kind, range: plain.origin(of: $0.range), certainty: $0.certainty) }
    }

    /// A find in a `PlainText`.
    struct Find {
        let kind: PIIKind
        let range: Range<Int>
        let certainty: PIISpan.Certainty
    }

    func scan(_ plain: PlainText) -> [Find] {
        let reader = PIIReader(plain.bytes)
        var taken = Taken(count: plain.bytes.count, kinds: kinds)
        func has(_ sign: Unicode.Scalar) -> Bool { plain.bytes.contains(UInt8(ascii: sign)) }
        let hasDigit = plain.bytes.contains(where: \.isDigit)
        // In order of precedence: what has been found is not looked at again as something else.
        if has("-") { taken.add(reader.privateKeys()) }
        taken.add(reader.tokens())
        if has("@") { taken.add(reader.addresses()) }
        if hasDigit {
            taken.add(reader.ibans())
            taken.add(reader.registrations())
            taken.add(reader.numbers())
        }
        if hasDigit || has(":") { taken.add(reader.internetAddresses()) }
        return taken.finds.filter { kinds.contains($0.kind) }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// Finds so far, and which bytes belong to which.
    private struct Taken {
        private let kinds: Set<PIIKind>
        private var all: [Find?] = []
        /// Of each byte, the find that has it, counted from one.
        private var owners: [Int32]

        init(count: Int, kinds: Set<PIIKind>) {
            self.kinds = kinds
            owners = Array(repeating: 0, count: count)
        }

        var finds: [Find] { all.compactMap { $0 } }

        mutating func add(_ new: [Find]) {
            for find in new {
                var inside: Set<Int32> = []
                for index in find.range where owners[index] != 0 { inside.insert(owners[index]) }
                if inside.isEmpty { keep(find) } else { join(find, with: inside) }
            }
        }

        private mutating func keep(_ find: Find) {
            all.append(find)
            for index in find.range { owners[index] = Int32(all.count) }
        }

        /// A find around others is one with them, as what came first: `name.<a key>@host` says more than its key. One
        /// that only shares bytes with another is passed over.
        private mutating func join(_ find: Find, with inside: Set<Int32>) {
            let others = inside.sorted().compactMap { all[Int($0) - 1] }
            guard kinds.contains(find.kind), find.certainty != .form,
                others.allSatisfy({ find.range != $0.range && find.range.contains($0.range) })
            else { return }
            for owner in inside { all[Int(owner) - 1] = nil }
            let first = others.first { kinds.contains($0.kind) && $0.certainty != .form } ?? find
            let certainty = max(find.certainty.rawValue, first.certainty.rawValue)
            keep(
                Find(
                    kind: first.kind, range: find.range,
                    certainty: PIISpan.Certainty(rawValue: certainty) ?? find.certainty))
        }
    }
}
