/// Events of a `text/event-stream` body, found on bytes: a Swift `Character` may swallow CR LF as one.
///
/// Source: WHATWG HTML §9.2.6, with one difference: a last event without its blank line is delivered too, and
/// `endedCleanly` then says `false`.
struct ServerSentEvents {
    /// The `data` lines of each event, joined by LF.
    private(set) var data: [[UInt8]] = []
    private(set) var endedCleanly = true

    init(_ body: [UInt8]) {
        var event: [UInt8]?
        var rest = body[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        while !rest.isEmpty {
            let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D }
            let line = rest[..<(end ?? rest.endIndex)]
            if let end {
                let isCRLF = rest[end] == 0x0D && end + 1 < rest.endIndex && rest[end + 1] == 0x0A
                rest = rest[(end + (isCRLF ? 2 : 1))...]
            } else {
                rest = []
            }
            if line.isEmpty {
                if let complete = event { data.append(complete) }
                event = nil
            } else if let value = Self.dataValue(of: line) {
                if event == nil { event = Array(value) } else { event! += [0x0A] + value }
            }
        }
        if let unfinished = event {
            data.append(unfinished)
            endedCleanly = false
        }
    }

    /// What follows `data:` and one optional space; `nil` for comments and other fields.
    private static func dataValue(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let name = Array("data".utf8)
        guard line.starts(with: name) else { return nil }
        let rest = line.dropFirst(name.count)
        guard let colon = rest.first else { return rest }
        guard colon == UInt8(ascii: ":") else { return nil }
        let value = rest.dropFirst()
        return value.first == UInt8(ascii: " ") ? value.dropFirst() : value
    }
}
