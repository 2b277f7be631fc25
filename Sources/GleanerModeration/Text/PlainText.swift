/// A text as patterns read it: compatibility forms, digits of all scripts and dashes as ASCII, invisible characters left
/// out, and for each byte where in the original it came from.
///
/// Full-width and mathematical letters, Devanagari digits and zero-width spaces inside a number are how numbers get past
/// a pattern, by accident of a keyboard or on purpose. What is no ASCII stays one byte: `letter` or `other`.
/// One pass over the text; six bytes of memory a character, one where all of it is ASCII.
struct PlainText: Sendable {
    /// Stands for a letter or digit that is not ASCII.
    static let letter: UInt8 = 0x80
    /// Stands for anything else that is not ASCII.
    static let other: UInt8 = 0x81

    /// ASCII, `letter` and `other`.
    private(set) var bytes: [UInt8] = []
    /// Of each byte, where its character begins in the original's UTF-8, and how long it is there. Empty for a text of ASCII,
    /// where each is where it was.
    private var starts: [Int32] = []
    private var widths: [UInt8] = []

    init(_ text: String) {
        if text.isASCII {
            bytes = Array(text.utf8)
            return
        }
        let length = text.utf8.count
        bytes.reserveCapacity(length)
        starts.reserveCapacity(length)
        widths.reserveCapacity(length)
        var offset: Int32 = 0
        for scalar in text.unicodeScalars {
            let width = UInt8(UTF8.width(scalar))
            if scalar.isASCII {
                append(UInt8(scalar.value), offset, width)
            } else if !CharacterFold.isInvisible(scalar) {
                for byte in CharacterFold.ascii(scalar) { append(byte, offset, width) }
            }
            offset += Int32(width)
        }
    }

    private mutating func append(_ byte: UInt8, _ start: Int32, _ width: UInt8) {
        bytes.append(byte)
        starts.append(start)
        widths.append(width)
    }

    /// Where a range of `bytes` lies in the original's UTF-8; what is invisible inside it belongs to it.
    func origin(of range: Range<Int>) -> Range<Int> {
        guard let last = range.last else { return 0..<0 }
        if starts.isEmpty { return range }
        return Int(starts[range.lowerBound])..<Int(starts[last]) + Int(widths[last])
    }
}
