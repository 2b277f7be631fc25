/// How records follow each other in a text.
public enum RecordLayout: Sendable, Hashable {
    /// One a line (JSON Lines); empty lines are nothing.
    case lines
    /// The elements of one JSON array, or of several in a row.
    case array
    /// The elements of the array `data` of one JSON object, or of several in a row: pages of a list.
    case list
    /// Rows after a head line (RFC 4180): a field in quotes may hold line ends.
    case csv
}

/// A record as it stands in the text.
public struct RawRecord: Sendable, Hashable {
    public let bytes: [UInt8]
    /// Of its first byte, from 1.
    public let line: Int
    /// Longer than allowed: `bytes` is its beginning only.
    public let isTooLong: Bool
    /// The text ended in the middle of it.
    public let isCut: Bool
}

/// Cuts a text that comes in pieces into records, holding no more than one of them.
///
/// Lines are cut at LF whatever is in them, so that a broken one harms no other. Elements of an array are cut by
/// counting brackets outside of strings; a broken one can then take its successors along, and is reported.
public struct RecordSplitter: Sendable {
    private let layout: RecordLayout
    private let longest: Int
    private var record: [UInt8] = []
    private var recordLine = 1
    private var isTooLong = false
    private var line = 1
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// Of a list: the last string at depth 1, to know `"data"` by.
    private var name: [UInt8] = []
    private var isInData = false

    /// - Parameter longest: bytes of one record.
    public init(_ layout: RecordLayout, longest: Int) {
        self.layout = layout
        self.longest = longest
    }

    /// Depth of the brackets around records.
    private var outer: Int { layout == .list ? 2 : 1 }

    public mutating func feed(_ bytes: [UInt8], into sink: (RawRecord) throws -> Void) rethrows {
        switch layout {
        case .lines, .csv: try feedLines(bytes, into: sink)
        case .array, .list: for byte in bytes { try feedElement(byte, into: sink) }
        }
    }

    /// Hands over what the last line or a broken element left.
    public mutating func finish(into sink: (RawRecord) throws -> Void) rethrows {
        let isCut = layout == .array || layout == .list || isInString
        if isCut, depth > 0, !hasContent {
            // The text ends between two elements, its closing bracket missing: that is worth a word.
            return try sink(RawRecord(bytes: [], line: line, isTooLong: false, isCut: true))
        }
        try emit(isCut: isCut, into: sink)
    }

    private var hasContent: Bool { record.contains { !Self.isSpace($0) } || isTooLong }

    // MARK: Lines

    private mutating func feedLines(_ bytes: [UInt8], into sink: (RawRecord) throws -> Void) rethrows {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end])
            if layout == .csv { countQuotes(rest[..<end]) }
            rest = rest[(end + 1)...]
            line += 1
            if isInString {
                record.append(0x0A)
            } else {
                try emit(isCut: false, into: sink)
            }
        }
        append(rest)
        if layout == .csv { countQuotes(rest) }
    }

    /// In CSV a quote inside quotes is written twice, so an odd number of them means that a field is open.
    private mutating func countQuotes(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes where byte == UInt8(ascii: "\"") { isInString.toggle() }
    }

    // MARK: Elements

    private mutating func feedElement(_ byte: UInt8, into sink: (RawRecord) throws -> Void) rethrows {
        if byte == 0x0A { line += 1 }
        let isInside = depth >= outer && (layout == .array || isInData)
        if isInString {
            if isInside { append(byte) } else if depth == 1 { name.append(byte) }
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            if isInside { append(byte) } else { name = [] }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            if isInside {
                append(byte)
            } else if layout == .list, depth == 2, byte == UInt8(ascii: "["), name.elementsEqual("data\"".utf8) {
                isInData = true
            }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if isInside, depth >= outer { return append(byte) }
            if isInside { try emit(isCut: false, into: sink) }
            if depth < outer { isInData = false }
            depth = max(depth, 0)
        case UInt8(ascii: ",") where isInside && depth == outer:
            try emit(isCut: false, into: sink)
        default:
            if isInside { append(byte) }
        }
    }

    // MARK: Records

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private mutating func append(_ byte: UInt8) {
        if record.isEmpty {
            if Self.isSpace(byte) { return }
            recordLine = line
        }
        if record.count < longest { record.append(byte) } else { isTooLong = true }
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        if record.isEmpty { recordLine = line }
        let room = longest - record.count
        if bytes.count > room { isTooLong = true }
        record += bytes.prefix(room)
    }

    private mutating func emit(isCut: Bool, into sink: (RawRecord) throws -> Void) rethrows {
        defer {
            record = []
            isTooLong = false
        }
        guard hasContent else { return }
        try sink(RawRecord(bytes: record, line: recordLine, isTooLong: isTooLong, isCut: isCut))
    }
}
