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
        var taken = Taken(count: plain.bytes.count)
        // In order of precedence: what has been found is not looked at again as something else.
        taken.add(reader.privateKeys())
        taken.add(reader.tokens())
        taken.add(reader.addresses())
        taken.add(reader.ibans())
        taken.add(reader.registrations())
        taken.add(reader.numbers())
        taken.add(reader.internetAddresses())
        return taken.finds.filter { kinds.contains($0.kind) }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// Finds so far, and which bytes belong to one.
    private struct Taken {
        private(set) var finds: [Find] = []
        private var isTaken: [Bool]

        init(count: Int) { isTaken = Array(repeating: false, count: count) }

        mutating func add(_ new: [Find]) {
            for find in new where !isTaken[find.range.lowerBound] && !isTaken[find.range.upperBound - 1] {
                finds.append(find)
                for index in find.range { isTaken[index] = true }
            }
        }
    }
}
