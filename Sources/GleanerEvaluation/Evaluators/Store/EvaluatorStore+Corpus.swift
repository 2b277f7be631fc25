import AsyncPostgres
import Foundation
import GleanerCore
import GleanerLanguage

extension EvaluatorStore {
    /// What an evaluator's newest version has in the details of a measure, in the order of the exchanges.
    private func details(
        of measure: String, by evaluator: String, in project: ID<Project>, from: Date, to: Date,
        slice: JudgeReport.Slice?
    ) async throws -> [(version: String, exchange: ID<Exchange>, slice: String?, details: JSONValue)] {
        let column = slice.map(\.column) ?? "NULL::text"
        return try await pool.query(
            """
            WITH newest AS (\(sql: Self.newest(measure, by: evaluator, in: project)))
            SELECT * FROM (
                SELECT r.evaluator_version AS version, r.exchange_id, \(sql: column) AS slice, r.details
                FROM newest n
                JOIN gleaner.evaluator_results r ON r.evaluator_version = n.evaluator_version
                JOIN gleaner.exchanges x ON x.shard = r.shard AND x.id = r.exchange_id
                WHERE r.project_id = \(project.uuid) AND r.evaluator = \(evaluator) AND r.measure = \(measure)
                  AND jsonb_typeof(r.details) = 'object'
                  AND r.exchange_id >= \(UUID.lowest(at: from)) AND r.exchange_id < \(UUID.lowest(at: to))
                ORDER BY r.exchange_id DESC LIMIT \(Self.mostRead)) d
            ORDER BY exchange_id
            """, timeout: .seconds(60)
        ).map { row in
            (
                version: try row.decode("version"), exchange: ID(try row.decode("exchange_id", as: UUID.self)),
                slice: try row.decodeIfPresent("slice"),
                details: try JSONValue(parsing: row.decode("details", as: JSONB.self).bytes)
            )
        }
    }

    func corpus(
        of project: ID<Project>, mix: String, spelling: String, _ choice: SpellingChoice, from: Date, to: Date,
        by slice: JudgeReport.Slice?, every: CorpusReport.Every?
    ) async throws -> CorpusReport {
        var cells = CorpusReport.Cells(every: every)
        let mixes = try await details(of: "cmi", by: mix, in: project, from: from, to: to, slice: slice)
        for row in mixes {
            func count(_ name: String) -> Int { row.details[name]?.intValue.map { Int($0) } ?? 0 }
            cells.add(
                .init(
                    slice: row.slice, at: row.exchange.timestamp,
                    mix: CodeMix(hindi: count("hi"), english: count("en"), switches: count("switches"))))
        }
        let spellings = try await details(
            of: "hindi_words", by: spelling, in: project, from: from, to: to, slice: slice)
        for row in spellings {
            let counts = row.details["spellings"]?.objectValue?.compactMapValues { $0.intValue.map { Int($0) } } ?? [:]
            cells.add(.init(slice: row.slice, at: row.exchange.timestamp, spellings: counts))
        }
        return CorpusReport(
            from: from, to: to, by: slice, every: every, mixVersion: mixes.last?.version,
            spellingVersion: spellings.last?.version, rows: cells.rows(choice),
            isCut: mixes.count == Self.mostRead || spellings.count == Self.mostRead)
    }
}
