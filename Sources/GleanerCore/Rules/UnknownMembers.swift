/// Any member's name.
private struct AnyMember: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// The first member, by name, of the object at hand that is not among `known`.
    ///
    /// Documents that grant, judge or decide are refused with one: a typing error would otherwise pass as a default, and
    /// a field that is not the sender's to set as harmless.
    public func unknownMember(besides known: Set<String>) throws -> String? {
        try container(keyedBy: AnyMember.self).allKeys.map(\.stringValue).filter { !known.contains($0) }.min()
    }
}
