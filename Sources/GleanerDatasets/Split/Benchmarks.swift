import AsyncPostgres
public import Foundation
public import GleanerCore

/// A named set of tests that no training line may repeat.
public struct Benchmark: Sendable, Hashable, Codable {
    public let name: String
    public let texts: Int
    public let createdAt: Date

    enum CodingKeys: String, CodingKey {
        case name, texts
        case createdAt = "created_at"
    }

    /// Words of a string in a JSON line from which on it is a text: fewer are labels and ids.
    private static let fewestWords = 3

    /// The texts of a file: of a JSON line every string of three words or more, whatever its shape; of any other line
    /// the line itself.
    public static func texts(of lines: [UInt8]) -> [String] {
        lines.split(separator: 0x0A).flatMap { line -> [String] in
            guard let document = try? JSONValue(parsing: line),
                document.objectValue != nil || document.arrayValue != nil
            else {
                return [String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespaces)].filter {
                    !$0.isEmpty
                }
            }
            return strings(document)
        }.map { $0.replacing("\0", with: " ") }
    }

    private static func strings(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): WordGrams.words(text).count >= fewestWords ? [text] : []
        case .array(let elements): elements.flatMap(strings)
        case .object(let members): members.sorted { $0.key < $1.key }.flatMap { strings($0.value) }
        default: []
        }
    }
}

extension DatasetService {
    /// Takes a benchmark in, or puts it in the place of one of the same name.
    /// - Throws: `DatasetError.benchmarkEmpty`, `.nameInvalid`.
    public func addBenchmark(_ name: String, texts: [String], in project: ID<Project>) async throws -> Benchmark {
        guard DatasetName.isOne(name) else { throw DatasetError.nameInvalid(name) }
        guard !texts.isEmpty else { throw DatasetError.benchmarkEmpty(name) }
        let now = Date()
        try await store.pool.withTransaction { connection in
            let id: UUID = try await connection.query(
                """
                INSERT INTO gleaner.benchmarks (id, project_id, name, created_at)
                VALUES (\(ID<Benchmark>.new().uuid), \(project.uuid), \(name), \(now))
                ON CONFLICT (project_id, name) DO UPDATE SET created_at = EXCLUDED.created_at RETURNING id
                """)[0].decode("id")
            try await connection.query("DELETE FROM gleaner.benchmark_texts WHERE benchmark_id = \(id)")
            for start in stride(from: 0, to: texts.count, by: 1000) {
                let part = texts[start..<min(start + 1000, texts.count)]
                try await connection.query(
                    """
                    INSERT INTO gleaner.benchmark_texts (benchmark_id, line, body)
                    SELECT \(id), \(Int32(start)) + ordinality, body
                    FROM unnest(\(PostgresArray(part))) WITH ORDINALITY AS u(body, ordinality)
                    """)
            }
        }
        return Benchmark(name: name, texts: texts.count, createdAt: now)
    }

    public func benchmarks(of project: ID<Project>) async throws -> [Benchmark] {
        try await store.pool.query(
            """
            SELECT b.name, b.created_at, (SELECT count(*) FROM gleaner.benchmark_texts t WHERE t.benchmark_id = b.id) AS texts
            FROM gleaner.benchmarks b WHERE b.project_id = \(project.uuid) ORDER BY b.name
            """
        ).map {
            Benchmark(
                name: try $0.decode("name"), texts: try $0.decode("texts"), createdAt: try $0.decode("created_at"))
        }
    }

    /// - Throws: `DatasetError.benchmarkUnknown`.
    public func removeBenchmark(_ name: String, in project: ID<Project>) async throws {
        try await store.pool.withTransaction { connection in
            guard !name.utf8.contains(0),
                let id: UUID = try await connection.query(
                    "SELECT id FROM gleaner.benchmarks WHERE project_id = \(project.uuid) AND name = \(name)"
                ).first?.decode("id")
            else { throw DatasetError.benchmarkUnknown(name) }
            try await connection.query("DELETE FROM gleaner.benchmark_texts WHERE benchmark_id = \(id)")
            try await connection.query("DELETE FROM gleaner.benchmarks WHERE id = \(id)")
        }
    }
}

extension PostgresDatasetStore {
    func hasBenchmark(_ name: String, in project: ID<Project>) async throws -> Bool {
        try await !pool.query(
            "SELECT 1 AS one FROM gleaner.benchmarks WHERE project_id = \(project.uuid) AND name = \(name)"
        ).isEmpty
    }
}
