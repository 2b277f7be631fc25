import Foundation
import GleanerTestSupport
import Testing

@testable import AsyncPostgres

@Suite("Rows for a binary COPY", .database)
struct CopyRowsTests {
    private var pool: PostgresPool { TestDatabase.current.pool }
    private let columns = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]

    private func makeTable() async throws {
        try await pool.query(
            """
            CREATE TABLE kinds (a int2, b int4, c int8, d float8, e bool NOT NULL, f uuid PRIMARY KEY, g bytea, h text,
                                i jsonb, j text[] NOT NULL)
            """)
    }

    private func write(_ number: Int, _ id: UUID, to rows: inout PostgresCopyRows) {
        let isEven = number.isMultiple(of: 2)
        rows.append(isEven ? Int16(number) : nil)
        rows.append(Int32(-number))
        rows.append(Int64.min)
        rows.append(isEven ? 0.25 : nil as Double?)
        rows.append(isEven)
        rows.append(id)
        rows.append([0x00, 0xFF, UInt8(number)])
        rows.append(isEven ? "Namaste 🙏 \\ \t\n" : nil as String?)
        rows.append(JSONB(#"{"n":\#(number)}"#))
        rows.append(isEven ? ["a", "mit, Komma", ""] : [])
    }

    @Test("every kind of value comes back as it went in, NULL and empty arrays, too")
    func values() async throws {
        try await makeTable()
        let ids = (0..<2).map { _ in UUID() }
        var rows = PostgresCopyRows(fields: columns.count)
        for (number, id) in ids.enumerated() { write(number, id, to: &rows) }
        #expect(rows.count == 2)
        let written = rows
        try await pool.withConnection { try await $0.copyIn(written, into: "kinds", columns) }
        let back = try await pool.query("SELECT * FROM kinds ORDER BY b DESC")
        #expect(try back.map { try $0.decode("f", as: UUID.self) } == ids)
        #expect(try back.map { try $0.decode("a", as: Int16?.self) } == [0, nil])
        #expect(try back.map { try $0.decode("b", as: Int32.self) } == [0, -1])
        #expect(try back.map { try $0.decode("c", as: Int64.self) } == [.min, .min])
        #expect(try back.map { try $0.decode("d", as: Double?.self) } == [0.25, nil])
        #expect(try back.map { try $0.decode("e", as: Bool.self) } == [true, false])
        #expect(try back.map { try $0.decode("g", as: [UInt8].self) } == [[0, 0xFF, 0], [0, 0xFF, 1]])
        #expect(try back.map { try $0.decode("h", as: String?.self) } == ["Namaste 🙏 \\ \t\n", nil])
        #expect(try back.map { try $0.decode("i", as: JSONB.self).text } == [#"{"n": 0}"#, #"{"n": 1}"#])
        #expect(
            try back.map { try $0.decode("j", as: PostgresArray<String>.self).elements }
                == [["a", "mit, Komma", ""], []])
    }

    @Test("a row that is there already refuses all of them, and the connection goes on")
    func duplicate() async throws {
        try await makeTable()
        let id = UUID()
        var rows = PostgresCopyRows(fields: columns.count)
        for (number, id) in [(0, id), (1, UUID()), (2, id)] { write(number, id, to: &rows) }
        let written = rows
        try await pool.withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyIn(written, into: "kinds", columns)
            }
            #expect(error?.sqlState == "23505")
            let left = try await connection.query("SELECT count(*) FROM kinds")[0].decode(0, as: Int.self)
            #expect(left == 0)
        }
    }

    @Test("text with U+0000 is refused before anything is sent")
    func nul() async throws {
        var rows = PostgresCopyRows(fields: 1)
        rows.append("a\u{0}b")
        let written = rows
        await #expect(throws: PostgresError.nulInText) {
            try await pool.withConnection { try await $0.copyIn(written, into: "kinds", ["h"]) }
        }
    }
}
