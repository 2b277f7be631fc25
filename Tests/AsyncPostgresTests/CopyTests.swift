import Foundation
import GleanerTestSupport
import Logging
import Synchronization
import Testing

@testable import AsyncPostgres

@Suite("COPY and cursors", .database)
struct CopyTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func numbers(_ range: ClosedRange<Int>, perPiece: Int) -> AsyncStream<[UInt8]> {
        AsyncStream { stream in
            for start in stride(from: range.lowerBound, through: range.upperBound, by: perPiece) {
                let rows = (start...min(start + perPiece - 1, range.upperBound)).map { "\($0)\tword \($0)\n" }
                stream.yield(Array(rows.joined().utf8))
            }
            stream.finish()
        }
    }

    private func makeTable() async throws {
        try await pool.query("CREATE TABLE words (number bigint PRIMARY KEY, word text)")
    }

    @Test("rows go in and come out again")
    func bothWays() async throws {
        try await makeTable()
        let count = try await pool.withConnection { connection in
            try await connection.copyIn("COPY words FROM STDIN", from: numbers(1...50_000, perPiece: 25_000))
        }
        #expect(count == 50_000)
        let out = try await pool.withConnection { connection in
            var pieces: [[UInt8]] = []
            try await connection.copyOut("COPY (SELECT * FROM words ORDER BY number) TO STDOUT") { pieces.append($0) }
            // The connection is fit for other work afterwards.
            let left = try await connection.query("SELECT count(*) FROM words")[0].decode(0, as: Int.self)
            return (pieces, left)
        }
        #expect(out.1 == 50_000)
        #expect(out.0.allSatisfy { $0.last == UInt8(ascii: "\n") }, "pieces hold whole rows")
        #expect(out.0.count > 3)
        let lines = String(decoding: out.0.joined(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 50_000)
        #expect(lines.last == "50000\tword 50000")
        #expect(pool.statistics.open == 1)
    }

    @Test("a row the server refuses ends the copy with its error, keeps nothing, and the connection goes on")
    func refusedRow() async throws {
        try await makeTable()
        try await pool.withConnection { connection in
            let source = AsyncStream<[UInt8]> { stream in
                stream.yield(Array("1\tfine\nnot a number\tx\n".utf8))
                for number in 2...20_000 { stream.yield(Array("\(number)\tfine\n".utf8)) }
                stream.finish()
            }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyIn("COPY words FROM STDIN", from: source)
            }
            #expect(error?.sqlState == "22P02")
            let rows = try await connection.query("SELECT * FROM words")
            #expect(rows.isEmpty)
        }
        #expect(pool.statistics.open == 1)
    }

    @Test("a row that is refused while most of a piece of megabytes is still to be sent ends the copy just so")
    func refusedInALargePiece() async throws {
        try await makeTable()
        try await pool.withConnection { connection in
            let source = AsyncStream<[UInt8]> { stream in
                let rows = (2...200_000).map { "\($0)\tfine\n" }
                stream.yield(Array("not a number\tx\n".utf8) + rows.joined().utf8)
                stream.finish()
            }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyIn("COPY words FROM STDIN", from: source)
            }
            #expect(error?.sqlState == "22P02")
            #expect(try await connection.query("SELECT * FROM words").isEmpty)
            let count = try await connection.copyIn(
                "COPY words FROM STDIN", from: numbers(1...200_000, perPiece: 200_000))
            #expect(count == 200_000)
            let sum = try await connection.query("SELECT sum(number)::bigint FROM words WHERE word = 'word ' || number")
            #expect(try sum[0].decode(0, as: Int.self) == 20_000_100_000)
        }
        #expect(pool.statistics.open == 1)
    }

    @Test("a source that throws undoes the copy, and the connection goes on")
    func failingSource() async throws {
        struct Broken: Error {}
        try await makeTable()
        try await pool.withConnection { connection in
            let source = AsyncThrowingStream<[UInt8], any Error> { stream in
                stream.yield(Array("1\tfine\n".utf8))
                stream.finish(throwing: Broken())
            }
            await #expect(throws: Broken.self) {
                try await connection.copyIn("COPY words FROM STDIN", from: source)
            }
            let rows = try await connection.query("SELECT * FROM words")
            #expect(rows.isEmpty)
        }
        #expect(pool.statistics.open == 1)
    }

    @Test("a copy in that is cancelled midway keeps nothing, and the pool goes on")
    func cancelledIn() async throws {
        try await makeTable()
        let pool = pool
        let (source, feed) = AsyncStream<[UInt8]>.makeStream()
        feed.yield(Array("1\tfine\n".utf8))
        let copy = Task {
            try await pool.withConnection { try await $0.copyIn("COPY words FROM STDIN", from: source) }
        }
        try await eventually("the copy runs") {
            try await !pool.query("SELECT 1 FROM pg_stat_progress_copy WHERE datname = current_database()").isEmpty
        }
        copy.cancel()
        let result = await copy.result
        // The stream ends when its task is cancelled, so the copy may just have asked to end.
        #expect(throws: PostgresError.cancelled) { try result.get() }
        #expect(try await pool.query("SELECT * FROM words").isEmpty)
    }

    @Test("a copy out whose consumer throws ends the connection, and the pool goes on")
    func abandonedOut() async throws {
        struct Enough: Error {}
        await #expect(throws: Enough.self) {
            try await pool.withConnection { connection in
                try await connection.copyOut("COPY (SELECT generate_series(1, 1000000)) TO STDOUT") { _ in
                    throw Enough()
                }
            }
        }
        #expect(pool.statistics.open == 0)
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("the deadline of a copy passes while its consumer is busy, and the next step says so")
    func copyDeadline() async throws {
        let pool = pool
        let limit = Duration.milliseconds(150)
        await #expect(throws: PostgresError.statementTimeout(after: limit)) {
            try await pool.withConnection { connection in
                try await connection.copyOut(
                    "COPY (SELECT generate_series(1, 1000000)) TO STDOUT", timeout: limit
                ) { _ in
                    try await eventually("the deadline has passed") { connection.condition.hasEnded }
                }
            }
        }
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("COPY by way of query is refused, and no connection is left in the middle of one")
    func copyByQuery() async throws {
        let error = await #expect(throws: PostgresError.self) { try await pool.query("COPY (SELECT 1) TO STDOUT") }
        #expect(error?.sqlState == "0A000")
        let other = await #expect(throws: PostgresError.self) {
            try await pool.withConnection { try await $0.copyOut("SELECT 1") { _ in } }
        }
        #expect(other?.sqlState == "0A000")
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test("100,000 rows are read through a cursor in order, with memory for one batch")
    func cursor() async throws {
        try await pool.query(
            "CREATE TABLE long_words AS SELECT n AS number, repeat('x', 4000) AS word FROM generate_series(1, 100000) n"
        )
        let outcome = try await pool.withConnection { connection in
            let before = residentBytes()
            var (sum, previous, inOrder, peak) = (0, 0, true, before)
            try await connection.forEachRow("SELECT * FROM long_words WHERE number > \(0) ORDER BY number") { row in
                let number = try row.decode("number", as: Int.self)
                inOrder = inOrder && number == previous + 1
                (sum, previous) = (sum + number, number)
                if number.isMultiple(of: 10_000) { peak = max(peak, residentBytes()) }
            }
            let condition = connection.condition.current
            return (sum, inOrder, peak - before, condition)
        }
        #expect(outcome.0 == 5_000_050_000)
        #expect(outcome.1)
        // The whole result is 400 MB; other suites run in this process, too.
        #expect(outcome.2 < 200 << 20, "grew by \(outcome.2) bytes")
        #expect(outcome.3 == .idle)
    }

    @Test("a cursor's body may run statements and another cursor, and may stop by throwing")
    func cursorBody() async throws {
        struct Enough: Error {}
        let pool = pool
        try await pool.withConnection { connection in
            var products: [Int] = []
            try await connection.forEachRow("SELECT generate_series(1, 5) AS n", batch: 2) { row in
                let outer = try row.decode("n", as: Int.self)
                try await connection.forEachRow("SELECT generate_series(1, 3) AS n", batch: 2) { row in
                    products.append(outer * (try row.decode("n", as: Int.self)))
                }
            }
            #expect(products.reduce(0, +) == 15 * 6)
            await #expect(throws: Enough.self) {
                try await connection.forEachRow("SELECT generate_series(1, 5)") { _ in throw Enough() }
            }
            let condition = connection.condition.current
            #expect(condition == .idle)
        }
    }

    /// The second number of `/proc/self/statm`, in pages.
    private func residentBytes() -> Int {
        let words = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (words?.dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }
}
