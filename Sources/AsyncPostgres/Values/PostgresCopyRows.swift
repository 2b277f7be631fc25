/// Rows as `COPY … FROM STDIN (FORMAT binary)` takes them, filled field by field.
///
/// Source: "Binary Format" in PostgreSQL's documentation of COPY.
public struct PostgresCopyRows: Sendable, PostgresFieldWriter {
    private let fields: Int
    private var place = 0
    private var bytes: [UInt8]
    private var failure: PostgresError?
    public private(set) var count = 0

    private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]

    /// - Parameter fields: how many a row has.
    public init(fields: Int, capacity: Int = 4096) {
        self.fields = fields
        bytes = []
        bytes.reserveCapacity(capacity)
        bytes += Self.signature
        // No flags, no extension of the header.
        bytes.append(contentsOf: repeatElement(0, count: 8))
    }

    public mutating func field(_ length: Int, _ write: (inout [UInt8]) -> Void) {
        begin()
        bytes.append(network: Int32(truncatingIfNeeded: length))
        write(&bytes)
    }
    public mutating func null() {
        begin()
        bytes.append(network: Int32(-1))
    }
    public mutating func fail(_ error: PostgresError) { failure = failure ?? error }

    private mutating func begin() {
        if place == 0 {
            count += 1
            bytes.append(network: Int16(fields))
        }
        place = place + 1 == fields ? 0 : place + 1
    }

    /// All rows, and that there are no more: two pieces, since megabytes would be copied to add the second to the first.
    /// - Throws: what encoding a value threw.
    public func whole() throws(PostgresError) -> [[UInt8]] {
        if let failure { throw failure }
        precondition(place == 0, "a row is not complete")
        return [bytes, Self.end]
    }

    private static let end: [UInt8] = [0xFF, 0xFF]
}

extension PostgresConnection {
    /// Adds `rows` to a table.
    /// - Parameters:
    ///   - table: and columns are put into the statement as they are: names of the program's own.
    public func copyIn(
        _ rows: PostgresCopyRows, into table: String, _ columns: [String], timeout: Duration? = nil
    ) async throws {
        let names = columns.joined(separator: ", ")
        _ = try await copyIn(
            "COPY \(table) (\(names)) FROM STDIN (FORMAT binary)", timeout: timeout, from: Pieces(try rows.whole()))
    }
}

private struct Pieces: AsyncSequence, Sendable {
    let pieces: [[UInt8]]
    init(_ pieces: [[UInt8]]) { self.pieces = pieces }
    struct AsyncIterator: AsyncIteratorProtocol {
        var rest: IndexingIterator<[[UInt8]]>
        mutating func next() async -> [UInt8]? { rest.next() }
    }
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rest: pieces.makeIterator()) }
}
