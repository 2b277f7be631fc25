/// The fields of one row of CSV (RFC 4180).
enum CSVRow {
    static func fields(_ row: some Sequence<UInt8>) -> [[UInt8]] {
        var fields: [[UInt8]] = [[]]
        var isQuoted = false
        var iterator = row.makeIterator()
        var next = iterator.next()
        while let byte = next {
            next = iterator.next()
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && next == UInt8(ascii: "\""):
                fields[fields.count - 1].append(byte)
                next = iterator.next()
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: fields.append([])
            // The row's own CR LF; inside quotes it is text.
            case 0x0D where !isQuoted && next == nil: break
            default: fields[fields.count - 1].append(byte)
            }
        }
        return fields
    }
}
