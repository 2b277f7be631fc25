import Mustache

/// How values become markup: every `{{value}}` of every template passes here.
///
/// Works on Unicode scalars, as a browser's tokenizer does. The library's own escaping works on `Character`s, where a
/// quote followed by a combining mark is another character than a quote and would be let through.
struct MarkupEscape: MustacheContentType {
    static let name = "GLEANER"
    /// Stands at the head of every template, partials included: the library begins each of them with its own escaping.
    static let pragma = "{{% CONTENT_TYPE: \(name)}}"

    func escapeText(_ text: String) -> String { Self.escape(text) }

    static func escape(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            guard let first = bytes.firstIndex(where: { replacement(for: $0) != nil }) else {
                return String(decoding: bytes, as: UTF8.self)
            }
            var escaped = Array(bytes[..<first])
            escaped.reserveCapacity(bytes.count + bytes.count / 8)
            for byte in bytes[first...] {
                if let replacement = replacement(for: byte) {
                    escaped.append(contentsOf: replacement.utf8)
                } else {
                    escaped.append(byte)
                }
            }
            return String(decoding: escaped, as: UTF8.self)
        }
    }

    private static func replacement(for byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        // A browser reads U+0000 as nothing or as a replacement character, depending on where it stands.
        case 0: "\u{FFFD}"
        default: nil
        }
    }
}
