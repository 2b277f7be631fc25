import AsyncPostgres
import Testing

@Suite("SQL")
struct SQLTests {
    @Test("values become placeholders in order, and never text")
    func placeholders() {
        let sql: SQL = "SELECT \(1) + \("x'; --") FROM t"
        #expect(sql.text == "SELECT $1 + $2 FROM t")
        #expect(sql.values.map(\.type) == [.int8, .text])
        #expect(sql.values[1].bytes == Array("x'; --".utf8))
    }

    @Test("a nested statement continues the numbering")
    func nested() {
        let condition: SQL = "a = \(1) AND b = \(2)"
        let sql: SQL = "SELECT \(0) WHERE \(sql: condition) LIMIT \(3)"
        #expect(sql.text == "SELECT $1 WHERE a = $2 AND b = $3 LIMIT $4")
        #expect(sql.values.count == 4)
    }

    @Test("identifiers are quoted, quotes in them doubled")
    func identifiers() {
        let sql: SQL = "SELECT * FROM \(identifier: #"odd "name""#) \(raw: "ORDER BY 1")"
        #expect(sql.text == #"SELECT * FROM "odd ""name""" ORDER BY 1"#)
    }

    @Test("nil is bound as NULL of its type")
    func null() {
        let sql: SQL = "SELECT \(String?.none)"
        #expect(sql.values == [PostgresValue(type: .text, bytes: nil)])
    }
}
