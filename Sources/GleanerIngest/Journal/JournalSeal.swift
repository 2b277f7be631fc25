import SQLite

/// A 64-bit sum (FNV-1a) over what a row says beside its body, which has a SHA-256 of its own.
///
/// SQLite's database file has no checksums: without a sum a changed byte in a model's name would be stored as what was
/// said. The row's number is part of it, so that a row cannot pass for another's.
struct JournalSeal {
    private var sum: UInt64 = 0xCBF2_9CE4_8422_2325

    var value: Int64 { Int64(bitPattern: sum) }

    init(sequence: Int64) { add(sequence) }

    private mutating func add(byte: UInt8) { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }

    mutating func add(_ value: Int64?) {
        add(byte: value == nil ? 0 : 1)
        var rest = UInt64(bitPattern: value ?? 0)
        while rest > 0 {
            add(byte: UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
    mutating func add(_ value: String?) {
        add(value.map { Int64($0.utf8.count) })
        for byte in (value ?? "").utf8 { add(byte: byte) }
    }
    mutating func add(_ value: [UInt8]?) {
        add(value.map { Int64($0.count) })
        for byte in value ?? [] { add(byte: byte) }
    }

    /// Binds a value to its place in a row, and adds it.
    mutating func bind(_ row: SQLiteStatement, _ index: Int32, _ value: Int64?) {
        row.bind(index, value)
        add(value)
    }
    mutating func bind(_ row: SQLiteStatement, _ index: Int32, _ value: String?) {
        row.bind(index, value)
        add(value)
    }
    mutating func bind(_ row: SQLiteStatement, _ index: Int32, _ value: [UInt8]?) {
        row.bind(index, value)
        add(value)
    }

    /// Adds what a row's columns hold.
    /// - Parameter numbers: the columns with integers; the others hold text or bytes.
    mutating func add(_ columns: some Sequence<Int32>, of row: SQLiteStatement, numbers: Set<Int32>) {
        for column in columns {
            if numbers.contains(column) {
                add(row.integerIfPresent(column))
            } else {
                add(row.bytesIfPresent(column))
            }
        }
    }
}
