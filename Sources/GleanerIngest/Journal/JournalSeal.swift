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

    /// Adds what a row's columns hold: numbers, texts, bytes.
    mutating func add(_ columns: some Sequence<Int32>, of row: SQLiteStatement) {
        for column in columns {
            if row.isNull(column) {
                add(nil as Int64?)
            } else if row.isInteger(column) {
                add(row.integer(column))
            } else {
                self = row.withBytes(column) { bytes in
                    var seal = self
                    seal.add(Int64(bytes.count))
                    for place in bytes.indices { seal.add(byte: bytes[place]) }
                    return seal
                }
            }
        }
    }
}
