extension String {
    /// Names and notes are one line each: a control character is in none of them.
    public var hasControlCharacters: Bool { unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
}
