/// Turns lineage as PostgreSQL prints it into a line of the lineage file, without reading it: in front goes which line it
/// is of, spaces between members go, U+2028 and U+2029 become escapes. Members stay in PostgreSQL's order, which is fixed.
enum LineageText {
    static func append(
        _ lineage: UnsafeRawBufferPointer, file: String, line: Int, example: Int, to out: inout [UInt8]
    ) {
        out.append(contentsOf: #"{"example":\#(example),"file":"\#(file)","line":\#(line)"#.utf8)
        let isEmpty = !lineage.contains(UInt8(ascii: ":"))
        out.append(UInt8(ascii: isEmpty ? "}" : ","))
        guard !isEmpty, let start = lineage.firstIndex(of: UInt8(ascii: "{")) else { return }
        appendWithoutSpaces(UnsafeRawBufferPointer(rebasing: lineage[(start + 1)...]), to: &out)
    }

    /// A slice of a buffer is copied byte by byte, a buffer in one go.
    private static func append(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, to out: inout [UInt8]) {
        out.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[range]))
    }

    private static func appendWithoutSpaces(_ text: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        var start = 0
        var place = 0
        var isInString = false
        while place < text.count {
            let byte = text[place]
            if isInString {
                if byte == UInt8(ascii: "\\") {
                    place += 2
                    continue
                }
                if byte == UInt8(ascii: "\"") { isInString = false }
                if byte == 0xE2, place + 2 < text.count, text[place + 1] == 0x80, text[place + 2] | 1 == 0xA9 {
                    append(text, start..<place, to: &out)
                    out.append(contentsOf: (text[place + 2] == 0xA8 ? #"\u2028"# : #"\u2029"#).utf8)
                    place += 3
                    start = place
                    continue
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte == UInt8(ascii: " ") {
                append(text, start..<place, to: &out)
                start = place + 1
            }
            place += 1
        }
        append(text, start..<text.count, to: &out)
    }
}
