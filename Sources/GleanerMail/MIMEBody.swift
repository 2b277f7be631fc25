import Foundation

/// A text as a MIME part: UTF-8, in quoted-printable where people could nearly read it, else in base64. Both are ASCII in
/// lines of 76 at most, whatever the text holds.
enum MIMEBody {
    /// Headers, an empty line, and the text.
    static func part(_ type: String, _ text: String) -> String {
        let bytes = Array(text.replacing(/\r\n|\r/, with: "\n").utf8)
        let strange = bytes.count { $0 >= 0x7F || $0 < 0x20 && $0 != 0x0A && $0 != 0x09 }
        let isReadable = strange * 4 <= bytes.count
        return "Content-Type: \(type); charset=utf-8\r\n"
            + "Content-Transfer-Encoding: \(isReadable ? "quoted-printable" : "base64")\r\n\r\n"
            + (isReadable ? quotedPrintable(bytes) : base64(bytes)) + "\r\n"
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let canonical = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
        return Data(canonical).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
    }

    /// RFC 2045, 6.7: `=` and what is not printable as `=XX`, spaces at line ends too, soft breaks before 77.
    private static func quotedPrintable(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 16)
        var column = 0
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A {
                out += [0x0D, 0x0A]
                column = 0
                continue
            }
            let isLast = index + 1 == bytes.count || bytes[index + 1] == 0x0A
            let isSpace = byte == 0x20 || byte == 0x09
            let isPlain = isSpace ? !isLast : byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")
            let width = isPlain ? 1 : 3
            if column + width > (isLast ? EncodedText.lineLength : EncodedText.lineLength - 1) {
                out += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
            }
            if isPlain {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
            column += width
        }
        return String(decoding: out, as: UTF8.self)
    }
}
