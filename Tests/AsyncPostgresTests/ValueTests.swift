import AsyncPostgres
import Foundation
import GleanerTestSupport
import Testing

@Suite("Values", .database)
struct ValueTests {
    private func echo<Value: PostgresEncodable & PostgresDecodable>(_ value: Value) async throws -> Value {
        try await TestDatabase.current.pool.query("SELECT \(value)")[0].decode(0)
    }

    @Test("numbers come back as they were sent, at their limits too")
    func numbers() async throws {
        for value in [Int16.min, -1, 0, .max] { #expect(try await echo(value) == value) }
        for value in [Int32.min, -1, 0, .max] { #expect(try await echo(value) == value) }
        for value in [Int64.min, -1, 0, .max] { #expect(try await echo(value) == value) }
        for value in [Int.min, -1, 0, .max] { #expect(try await echo(value) == value) }
        for value in [0.1, -0.0, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude] as [Double] {
            #expect(try await echo(value).bitPattern == value.bitPattern)
        }
        #expect(try await echo(Double.nan).isNaN)
        #expect(try await echo(Float(0.1)) == Float(0.1))
        #expect(try await echo(true))
        #expect(try await !echo(false))
    }

    @Test("bytes come back exactly: all 256, with NUL, none, and 20 MB of them")
    func bytes() async throws {
        let all = (0...255).map { UInt8($0) }
        #expect(try await echo(all) == all)
        #expect(try await echo([0x61, 0, 0x62]) == [0x61, 0, 0x62] as [UInt8])
        #expect(try await echo([UInt8]()) == [])
        #expect(try await echo(Data(all)) == Data(all))
        let large = [UInt8](unsafeUninitializedCapacity: 20 << 20) { buffer, count in
            for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: index &* 31) }
            count = buffer.count
        }
        #expect(try await echo(large) == large)
    }

    @Test("text comes back exactly, in any script")
    func text() async throws {
        for value in ["", "नमस्ते, kya haal hai?", "👩‍👩‍👧‍👦 e\u{301}", "line\r\nline", "'; DROP TABLE x; --"] {
            let back = try await echo(value)
            #expect(Array(back.utf8) == Array(value.utf8))
        }
    }

    @Test("text with U+0000 is refused before it is sent, as a value and in the statement itself")
    func nul() async throws {
        let pool = TestDatabase.current.pool
        await #expect(throws: PostgresError.nulInText) { try await pool.query("SELECT \("a\0b")") }
        await #expect(throws: PostgresError.nulInText) { try await pool.query("SELECT \(PostgresArray(["a", "b\0"]))") }
        await #expect(throws: PostgresError.nulInText) { try await pool.query("SELECT '\(raw: "a\0b")'") }
    }

    @Test("times keep their microseconds, and infinity is the distant future")
    func times() async throws {
        for microseconds: Int64 in [0, 1, -1, 1_763_700_000_123_457, -3_000_000_000_000_001] {
            let date = Date(timeIntervalSince1970: Double(microseconds) / 1e6)
            let row = try await TestDatabase.current.pool.query(
                "SELECT (extract(epoch FROM \(date)) * 1000000)::bigint AS us, \(date) AS back")[0]
            #expect(try row.decode("us", as: Int64.self) == microseconds)
            #expect(abs(try row.decode("back", as: Date.self).timeIntervalSince(date)) < 1e-6)
        }
        let row = try await TestDatabase.current.pool.query(
            "SELECT \(Date.distantFuture)::text, 'infinity'::timestamptz, '-infinity'::date, '2000-02-29'::date")[0]
        #expect(try row.decode(0, as: String.self) == "infinity")
        #expect(try row.decode(1, as: Date.self) == .distantFuture)
        #expect(try row.decode(2, as: Date.self) == .distantPast)
        #expect(try row.decode(3, as: Date.self) == Date(timeIntervalSince1970: 951_782_400))
    }

    @Test("UUIDs and JSON come back, and jsonb can be asked for a field")
    func others() async throws {
        let id = UUID()
        #expect(try await echo(id) == id)
        #expect(try await echo(JSONB(#"{"a": [1, "é"]}"#)).text == #"{"a": [1, "é"]}"#)
        let row = try await TestDatabase.current.pool.query("SELECT \(JSONB(#"{"a":7}"#)) ->> 'a', '[1]'::json")[0]
        #expect(try row.decode(0, as: String.self) == "7")
        #expect(try row.decode(1, as: JSONB.self).text == "[1]")
    }

    @Test(
        "NULL is nil, in a column and inside an array; where nil is not expected it is an error that names the column")
    func nulls() async throws {
        #expect(try await echo(String?.none) == nil)
        #expect(try await echo(Int?.some(3)) == 3)
        let row = try await TestDatabase.current.pool.query("SELECT NULL::bytea AS body")[0]
        #expect(try row.decodeIfPresent("body", as: [UInt8].self) == nil)
        #expect(throws: PostgresError.unexpectedNull(column: "body")) { try row.decode("body", as: [UInt8].self) }
        #expect(throws: PostgresError.noSuchColumn("boddy")) { try row.decode("boddy", as: [UInt8].self) }
    }

    @Test("arrays of every type keep order, NULLs and empty elements")
    func arrays() async throws {
        let texts = PostgresArray<String?>(["a", nil, "", "{\"quoted\",NULL}"])
        #expect(try await echo(texts) == texts)
        let bodies = PostgresArray<[UInt8]?>([[0, 255], nil, []])
        #expect(try await echo(bodies) == bodies)
        let ids = PostgresArray<UUID?>([UUID(), nil])
        #expect(try await echo(ids) == ids)
        let documents = PostgresArray<JSONB?>([JSONB("[1, 2]"), nil])
        #expect(try await echo(documents) == documents)
        #expect(try await echo(PostgresArray<Int16>([1, -2])) == [1, -2])
        #expect(try await echo(PostgresArray<Int32>([1, -2])) == [1, -2])
        #expect(try await echo(PostgresArray<Int64>([1, -2])) == [1, -2])
        #expect(try await echo(PostgresArray<Double?>([0.5, nil])) == [0.5, nil])
        #expect(try await echo(PostgresArray<Float>([0.5])) == [0.5])
        #expect(try await echo(PostgresArray<Bool?>([true, nil, false])) == [true, nil, false])
        #expect(try await echo(PostgresArray<Date>([.distantPast])) == [.distantPast])
        #expect(try await echo(PostgresArray<String>([String]())) == [])
        #expect(try await echo(PostgresArray<String>?.none) == nil)
    }

    @Test("columns of arrays become rows by unnest")
    func unnest() async throws {
        let rows = try await TestDatabase.current.pool.query(
            """
            SELECT * FROM unnest(\(PostgresArray([1, 2])), \(PostgresArray<String?>([nil, "b"]))) AS t (number, word)
            """)
        #expect(rows.columns == ["number", "word"])
        #expect(try rows.map { try $0.decode("number", as: Int.self) } == [1, 2])
        #expect(try rows.map { try $0.decode("word", as: String?.self) } == [nil, "b"])
    }

    @Test(
        "numeric columns are read as doubles, and as integers when whole",
        arguments: [
            ("0", 0.0, 0), ("0.1", 0.1, nil), ("-12345.678", -12345.678, nil), ("100000000", 1e8, 100_000_000),
            ("9223372036854775807", 9.223372036854775807e18, Int.max),
            ("-9223372036854775808", -9.2233720368547758e18, Int.min),
            ("9223372036854775808", 9.2233720368547758e18, nil), ("0.00001", 0.00001, nil),
            ("70000.00", 70_000, 70_000),
        ] as [(String, Double, Int?)])
    func numeric(_ text: String, _ double: Double, _ integer: Int?) async throws {
        let row = try await TestDatabase.current.pool.query("SELECT \(raw: text)::numeric")[0]
        #expect(try row.decode(0, as: Double.self) == double)
        #expect((try? row.decode(0, as: Int.self)) == integer)
    }

    @Test("a column of another type is an error that names the column, and a number too large for its type as well")
    func wrongTypes() async throws {
        let row = try await TestDatabase.current.pool.query("SELECT 70000 AS number, 'x' AS word")[0]
        #expect(throws: PostgresError.wrongType(column: "word", expected: "Int", got: 25)) {
            try row.decode("word", as: Int.self)
        }
        #expect(throws: PostgresError.wrongType(column: "number", expected: "Int16", got: 23)) {
            try row.decode("number", as: Int16.self)
        }
        #expect(try row.decode("number", as: Int64.self) == 70_000)
    }

    @Test("enums and domains of the database are read as text")
    func userTypes() async throws {
        let pool = TestDatabase.current.pool
        try await pool.query("CREATE TYPE mood AS ENUM ('happy', 'cross')")
        #expect(try await pool.query("SELECT 'cross'::mood")[0].decode(0, as: String.self) == "cross")
    }
}
