import AsyncPostgres
import Foundation
import GleanerCore
import GleanerIngest
import GleanerTestSupport
import Inflate
import Synchronization
import Testing

@testable import GleanerImport

@Suite("Import", .database)
struct ImporterTests {
    /// A directory of its own, and a project to import into.
    private func with(_ body: (World) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let project = ID<Project>.new()
        let pool = TestDatabase.current.pool
        try await pool.query("INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(project.uuid), 'p', now())")
        try await body(World(directory: directory, pool: pool, project: project))
    }

    private struct World {
        let directory: URL
        let pool: PostgresPool
        let project: ID<Project>

        func write(_ text: String, _ name: String = "log.jsonl", gzip: Bool = false) throws -> String {
            let path = directory.appendingPathComponent(name)
            try Data(gzip ? gzipped(Array(text.utf8)) : Array(text.utf8)).write(to: path)
            return path.path
        }
        func run(
            _ path: String, landed: @escaping ExchangesLanded = { _ in },
            set change: (inout ImportOptions) -> Void = { _ in }
        ) async throws -> ImportReport {
            var options = ImportOptions()
            options.batch = 10
            change(&options)
            return try await Importer(
                pool: pool, project: project, prices: PriceTable(), options: options, redactor: nil, landed: landed
            ).run(path, rejects: path + ".rejected.jsonl")
        }
        func count(_ table: String = "exchanges") async throws -> Int {
            try await pool.query("SELECT count(*) AS count FROM gleaner.\(identifier: table)")[0].decode("count")
        }
        func rejected(_ path: String) throws -> [JSONValue] {
            guard let text = try? String(contentsOfFile: path + ".rejected.jsonl", encoding: .utf8) else { return [] }
            return try text.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        }
    }

    private func line(_ number: Int, answer: String = "ok") -> String {
        #"{"external_id":"e\#(number)","received_at":"2025-06-0\#(1 + number % 9)T10:00:00Z","request":{"model":"m","messages":[{"role":"user","content":"q\#(number)"}]},"response":{"id":"c\#(number)","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"\#(answer)"},"finish_reason":"stop"}]}}"#
    }
    private func lines(_ range: Range<Int>) -> String { range.map { line($0) + "\n" }.joined() }

    @Test(
        "every exchange is stored with the bytes of the log, and a second run adds nothing", arguments: [false, true])
    func twice(_ gzip: Bool) async throws {
        try await with { world in
            let path = try world.write(lines(0..<35), gzip: gzip)
            let heard = Mutex(0)
            let first = try await world.run(path, landed: { stored in heard.withLock { $0 += stored.count } })
            #expect(first.format == .gleaner)
            #expect(first.added == 35)
            #expect(first.rejected == 0)
            #expect(heard.withLock { $0 } == 35)
            let second = try await world.run(path)
            #expect(second.added == 0)
            #expect(second.known == 35)
            #expect(second.resumedFrom == 0)
            #expect(try await world.count() == 35)
            let row = try await world.pool.query(
                """
                SELECT count(*) AS count FROM gleaner.exchanges e JOIN gleaner.exchange_bodies b USING (shard, id)
                WHERE e.source = 'import' AND sha256(b.request) = e.request_sha256 AND b.messages IS NOT NULL
                  AND sha256(b.response) = e.response_sha256 AND e.complete AND e.served_model = 'm-1'
                """)[0]
            #expect(try row.decode("count", as: Int.self) == 35)
            #expect(!FileManager.default.fileExists(atPath: path + ".rejected.jsonl"))
        }
    }

    @Test("bad lines are kept aside with their place and reason, and harm no other")
    func rejects() async throws {
        try await with { world in
            let text =
                lines(0..<12) + "{broken\n\n" + lines(12..<14) + #"{"request":{},"response":"x","modle":1}"# + "\n"
                + line(3, answer: "another") + "\n" + line(4) + "\n"
            let path = try world.write(text)
            let report = try await world.run(path, set: { $0.batch = 100 })
            #expect(report.records == 18)
            #expect(report.added == 14)
            #expect(report.known == 1)
            #expect(report.rejected == 3)
            #expect(report.reasons == ["invalid_json": 1, "unknown_field": 1, "exchange_exists": 1])
            let rejected = try world.rejected(path)
            #expect(rejected.map { $0["line"]?.intValue } == [13, 17, 18])
            #expect(rejected[0]["text"]?.stringValue == "{broken")
            #expect(rejected[2]["code"]?.stringValue == "exchange_exists")
            #expect(try await world.count() == 14)
            #expect(try await world.count("quarantine") == 0)
            // A second run finds the same, and writes the file anew.
            _ = try await world.run(path)
            #expect(try world.rejected(path).count == 3)
        }
    }

    @Test("an import that was cut off goes on where it was, and its rejects are in the file once")
    func resumes() async throws {
        try await with { world in
            let text = lines(0..<5) + "{bad\n" + lines(5..<20) + "{worse\n" + lines(20..<40)
            let path = try world.write(text)
            let calls = Mutex(0)
            await #expect(throws: ImportError.self) {
                try await world.run(
                    path,
                    landed: { _ in
                        let call = calls.withLock { count in
                            count += 1
                            return count
                        }
                        if call == 3 { throw PostgresError.connectionLost(sqlState: nil) }
                    })
            }
            let checkpoint = try await world.pool.query("SELECT records, finished_at FROM gleaner.imports")[0]
            let done = try checkpoint.decode("records", as: Int64.self)
            #expect(done > 0 && done < 42)
            #expect(try checkpoint.decodeIfPresent("finished_at", as: Date.self) == nil)
            let report = try await world.run(path)
            #expect(report.resumedFrom == done)
            #expect(report.records == 42)
            #expect(report.added + report.known == 40)
            #expect(report.rejected == 2)
            #expect(try await world.count() == 40)
            #expect(try world.rejected(path).map { $0["text"]?.stringValue } == ["{bad", "{worse"])
        }
    }

    @Test("a file that has changed before its checkpoint is noticed; --restart begins anew")
    func changed() async throws {
        try await with { world in
            let filler = "#" + String(repeating: "x", count: 100_000)
            let path = try world.write(lines(0..<3) + filler + "\n" + lines(3..<40))
            let calls = Mutex(0)
            let failing: ExchangesLanded = { _ in
                let call = calls.withLock { count in
                    count += 1
                    return count
                }
                if call == 3 { throw PostgresError.connectionLost(sqlState: nil) }
            }
            await #expect(throws: ImportError.self) {
                try await world.run(path, landed: failing, set: { $0.format = .gleaner })
            }
            _ = try world.write(lines(0..<3) + filler + "y\n" + lines(3..<40))
            await #expect(throws: ImportError.changed(name: "log.jsonl")) {
                try await world.run(path, set: { $0.format = .gleaner })
            }
            let report = try await world.run(
                path,
                set: {
                    $0.format = .gleaner
                    $0.restarts = true
                })
            #expect(report.resumedFrom == 0)
            #expect(try await world.count() == 40)
        }
    }

    @Test("records without a time get the same one each time, though the file was copied")
    func defaultTime() async throws {
        try await with { world in
            let text = (0..<3).map {
                #"{"messages":[{"role":"user","content":"q\#($0)"},{"role":"assistant","content":"a"}]}"#
            }.joined(separator: "\n")
            let path = try world.write(text, "chat.jsonl")
            #expect(try await world.run(path).added == 3)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_600_000_000)], ofItemAtPath: path)
            let again = try await world.run(path)
            #expect(again.added == 0)
            #expect(again.known == 3)
            #expect(try await world.count() == 3)
        }
    }

    @Test("pages of a list, arrays and CSV are read as well as lines")
    func layouts() async throws {
        try await with { world in
            func stored(_ number: Int) -> String {
                #"{"object":"chat.completion","id":"s\#(number)","model":"m","created":1738960610,"choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],"messages":[{"role":"user","content":"q"}]}"#
            }
            let list = "{\n \"object\": \"list\",\n \"data\": [\(stored(1)),\n\(stored(2))],\n \"has_more\": false }"
            #expect(try await world.run(world.write(list, "list.json")).added == 2)
            #expect(try await world.run(world.write("[\(stored(2)),\(stored(3))]", "array.json")).added == 1)
            let csv =
                "\u{FEFF}id,type,startTime,model,input,output\r\n"
                + "o1,GENERATION,2025-01-05T00:00:00.000Z,m,\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"line\\none\"\"}]\",\"two\nlines\"\r\n"
                + "o2,SPAN,2025-01-05T00:00:00.000Z,,x,y\r\n"
            let report = try await world.run(world.write(csv, "langfuse.csv"))
            #expect(report.format == .langfuse)
            #expect(report.added == 1)
            #expect(report.skipped == 1)
            let answer = try await world.pool.query(
                "SELECT answer #>> '{choices,0,message,content}' AS text FROM gleaner.exchange_bodies WHERE answer::text LIKE '%two%'"
            )
            #expect(try answer[0].decode("text", as: String.self) == "two\nlines")
        }
    }

    @Test("a damaged gzip file keeps what came before the damage, and can be finished later")
    func damaged() async throws {
        try await with { world in
            let whole = gzipped(Array(lines(0..<3000).utf8))
            let path = world.directory.appendingPathComponent("log.jsonl.gz")
            try Data(whole.dropLast(whole.count / 4)).write(to: path)
            await #expect(throws: ImportError.gzip(.truncated)) {
                try await world.run(path.path, set: { $0.batch = 200 })
            }
            let kept = try await world.count()
            #expect(kept > 1000 && kept < 3000)
            try Data(whole).write(to: path)
            let report = try await world.run(path.path, set: { $0.batch = 200 })
            #expect(report.resumedFrom > 0)
            #expect(try await world.count() == 3000)
        }
    }

    @Test("a dry run reads all and writes nothing")
    func dryRun() async throws {
        try await with { world in
            let path = try world.write(lines(0..<7) + "{bad\n")
            let report = try await Importer(dryRun: ImportOptions()).run(path, rejects: path + ".rejected.jsonl")
            #expect(report.isDryRun)
            #expect(report.added == 7)
            #expect(report.rejected == 1)
            #expect(report.reasons == ["invalid_json": 1])
            #expect(!FileManager.default.fileExists(atPath: path + ".rejected.jsonl"))
            #expect(try await world.count() == 0)
        }
    }

    @Test("a file of no known kind asks for its format")
    func unknown() async throws {
        try await with { world in
            let path = try world.write("{\"something\":1}\n")
            await #expect(throws: ImportError.formatUnknown(name: "log.jsonl")) { try await world.run(path) }
            await #expect(throws: ImportError.self) { try await world.run(path + ".missing") }
        }
    }
}

@Suite("Price files")
struct PriceFileTests {
    private func read(_ text: String) throws -> PriceFile.Read {
        try PriceFile.reading(Array(text.utf8), provider: nil, from: PriceStore.always)
    }

    @Test("LiteLLM's table: prices for one token become prices for a million, without stray digits")
    func table() throws {
        let read = try read(
            #"""
            {"sample_spec":{"input_cost_per_token":0.0,"output_cost_per_token":0.0},
             "small":{"input_cost_per_token":1.5e-07,"output_cost_per_token":6e-07,"cache_read_input_token_cost":7.5e-08,"mode":"chat"},
             "written":{"input_cost_per_token":3e-06,"output_cost_per_token":1.5e-05,"cache_creation_input_token_cost":3.75e-06},
             "picture":{"output_cost_per_image":0.02}, "embed":{"input_cost_per_token":2e-08}}
            """#)
        #expect(read.prices.map(\.model.description) == ["small", "written", "embed"])
        #expect(read.prices[0].rates == (try TokenRates(input: 0.15, cachedInput: 0.075, output: 0.6)))
        #expect(read.prices[1].rates == (try TokenRates(input: 3, cacheWrite: 3.75, output: 15)))
        #expect(read.prices[2].rates == (try TokenRates(input: 0.02, output: 0)))
        #expect(read.passedOver == 2)
    }

    @Test("CSV: a row is a price, and a faulty one is named by its line")
    func rows() throws {
        let read = try read(
            "provider,model,effective_from,input_usd,cached_input_usd,output_usd\n,gpt-*,,2.5,1.25,10\nazure,m,2025-01-01T00:00:00Z,1,,2\n"
        )
        #expect(read.prices.count == 2)
        #expect(read.prices[0].provider == nil)
        #expect(read.prices[0].rates.cachedInput == 1.25)
        #expect(read.prices[1].provider == "azure")
        #expect(read.prices[1].effectiveFrom == Date(timeIntervalSince1970: 1_735_689_600))
        do {
            _ = try self.read("model,input_usd,output_usd\nm,1,2\nn,one,2\n")
            Issue.record("a price of `one` was taken")
        } catch let error as PriceError {
            #expect(error == .fileUnusable(line: 3, problem: "`input_usd` is not a number."))
        }
    }
}
