/// A picture or a recording in a `data:` URL: letters and digits without a meaning of their own.
enum EncodedFile {
    /// Kinds of media that hold no text a pattern could read.
    private static let types = ["image/", "audio/", "video/", "font/", "application/pdf", "application/octet-stream"]
    /// Shorter ones are cheaper read than trusted.
    private static let shortest = 64

    /// Whether all of `text` is one, rather than words behind something that looks like its beginning.
    static func isWhole(_ text: String) -> Bool {
        let bytes = text.utf8
        guard bytes.starts(with: "data:".utf8), let comma = bytes.prefix(256).firstIndex(of: UInt8(ascii: ",")) else {
            return false
        }
        let head = String(text[..<comma]).lowercased().dropFirst("data:".count)
        guard head.hasSuffix(";base64"), !head.hasPrefix("image/svg"), types.contains(where: head.hasPrefix) else {
            return false
        }
        let code = bytes[bytes.index(after: comma)...]
        let letters = code.reversed().drop { $0 == UInt8(ascii: "=") }
        return code.count >= shortest && code.count % 4 == 0 && code.count - letters.count <= 2
            && letters.allSatisfy { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
    }
}
