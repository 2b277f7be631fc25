import AsyncPostgres
import Foundation
import GleanerTestSupport
import Testing

@Suite("Report views", .database)
struct ReportTests {
    private var pool: PostgresPool { TestDatabase.current.pool }

    private func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/reference/report.md"), encoding: .utf8)
    }

    @Test("the page has every view and column, and the catalog every one of the page's, with its words")
    func documentation() async throws {
        var onPage: Set<String> = []
        var view = ""
        for line in try page().split(separator: "\n") {
            if line.hasPrefix("## ") { view = String(line.dropFirst(3)) }
            if let match = line.wholeMatch(of: /\| `([a-z0-9_]+)` \| (.*) \|/) {
                onPage.insert("\(view).\(match.1): \(match.2)")
            }
        }
        let inCatalog = try await pool.query(
            """
            SELECT c.relname || '.' || a.attname || ': ' || coalesce(col_description(a.attrelid, a.attnum), '') AS line
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'report'::regnamespace AND c.relkind = 'v' AND a.attnum > 0
            """
        ).map { try $0.decode("line", as: String.self) }
        #expect(inCatalog.count > 350)
        #expect(Set(inCatalog).symmetricDifference(onPage).sorted() == [])
    }

    @Test("a role that was given nothing but reports reads all of them, and nothing else")
    func role() async throws {
        let name = "report_\(UInt64.random(in: 0 ..< .max))"
        let views = try await pool.query(
            "SELECT viewname FROM pg_views WHERE schemaname = 'report'"
        ).map { try $0.decode("viewname", as: String.self) }
        #expect(views.count > 20)
        struct RolledBack: Error {}
        var refusal: PostgresError?
        do {
            // Role and rights are gone with the transaction, which is rolled back at the end.
            try await pool.withTransaction { connection in
                for statement in [
                    "CREATE ROLE \(name)", "GRANT USAGE ON SCHEMA report TO \(name)",
                    "GRANT SELECT ON ALL TABLES IN SCHEMA report TO \(name)",
                    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA report TO \(name)", "SET LOCAL ROLE \(name)",
                ] {
                    try await connection.query("\(raw: statement)")
                }
                for view in views { try await connection.query("SELECT * FROM report.\(identifier: view)") }
                try await connection.query(
                    "SELECT * FROM report.quality('default', now() - interval '1 day', now(), 'variant')")
                try await connection.query("SELECT 1 FROM gleaner.rollups")
                throw RolledBack()
            }
        } catch let error as PostgresError {
            refusal = error
        }
        #expect(refusal?.sqlState == "42501")
    }

    @Test("no view and no function of reports reads a table that grows")
    func bounded() async throws {
        // Partitioned ones are those that grow.
        let growing = try await pool.query(
            "SELECT relname FROM pg_class WHERE relkind = 'p' AND relnamespace = 'gleaner'::regnamespace"
        ).map { try $0.decode("relname", as: String.self) }
        #expect(Set(["exchanges", "feedback", "reviews", "moderation_decisions"]).isSubset(of: growing))
        let read = try await pool.query(
            """
            SELECT DISTINCT v.relname || ' reads ' || t.relname AS line
            FROM pg_class v JOIN pg_rewrite w ON w.ev_class = v.oid
            JOIN pg_depend d ON d.objid = w.oid AND d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
            JOIN pg_class t ON t.oid = d.refobjid AND t.oid <> v.oid
            WHERE v.relnamespace = 'report'::regnamespace AND (t.relname = ANY (\(PostgresArray(growing)))
                  OR t.relname IN ('samples', 'examples', 'exclusions', 'review_slots', 'review_items', 'canary_units',
                                   'evaluation_items', 'erased_exchanges'))
            """
        ).map { try $0.decode("line", as: String.self) }
        #expect(read == [])
        let functions = try await pool.query(
            "SELECT prosrc FROM pg_proc WHERE pronamespace = 'report'::regnamespace"
        ).map { try $0.decode("prosrc", as: String.self) }
        #expect(functions.count > 5)
        for table in growing { #expect(!functions.contains { $0.contains("gleaner.\(table) ") }, "\(table)") }
    }
}
