/// The beginning of a text that others wrote, as long as a page can show: whoever writes megabytes makes nobody's browser, and
/// no other call, wait.
enum Excerpt {
    /// In bytes of UTF-8, of one text.
    static let longest = 40_000

    /// - Parameter rest: says where the rest is, or how much.
    static func of(_ text: String, rest: (_ bytes: Int) -> String) -> String {
        guard text.utf8.count > longest else { return text }
        let bytes = Array(text.utf8.prefix(longest))
        let whole = bytes.lastIndex { $0 & 0xC0 != 0x80 } ?? 0
        return String(decoding: bytes[..<whole], as: UTF8.self) + "… (\(rest(text.utf8.count - whole)))"
    }
}
