/// Takes rows of three columns (int4, bytes, int8 or NULL) out of PostgreSQL's binary COPY, in place.
///
/// Source: PostgreSQL's manual, COPY, "Binary Format". Pieces hold whole rows.
struct CopyReader {
    struct Malformed: Error {}

    private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]
    private var isStarted = false

    /// - Throws: `Malformed`, or what `body` throws.
    mutating func read(_ piece: [UInt8], _ body: (Int32, UnsafeRawBufferPointer, Int?) throws -> Void) throws {
        try piece.withUnsafeBytes { bytes in
            var place = 0
            if !isStarted {
                guard bytes.count >= 19, bytes[..<11].elementsEqual(Self.signature) else { throw Malformed() }
                place = 19 + Int(Self.int32(bytes, 15))
                isStarted = true
            }
            while place + 2 <= bytes.count {
                let columns = bytes.loadUnaligned(fromByteOffset: place, as: Int16.self).bigEndian
                place += 2
                if columns == -1 { return }
                guard columns == 3 else { throw Malformed() }
                let line = try Self.field(bytes, &place)
                let content = try Self.field(bytes, &place)
                let number = try Self.field(bytes, &place)
                guard let line, line.count == 4, let content else { throw Malformed() }
                try body(
                    Self.int32(line, 0), content,
                    number.map { Int($0.loadUnaligned(fromByteOffset: 0, as: Int64.self).bigEndian) })
            }
        }
    }

    private static func int32(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int32 {
        bytes.loadUnaligned(fromByteOffset: place, as: Int32.self).bigEndian
    }

    /// `nil` for NULL.
    private static func field(_ bytes: UnsafeRawBufferPointer, _ place: inout Int) throws -> UnsafeRawBufferPointer? {
        guard place + 4 <= bytes.count else { throw Malformed() }
        let length = Int(int32(bytes, place))
        place += 4
        guard length >= 0 else { return nil }
        guard place + length <= bytes.count else { throw Malformed() }
        defer { place += length }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + length])
    }
}
