import AsyncPostgres
import Foundation
import GleanerCore
import GleanerJobs

/// Loops, their documents, rounds, steps and events.
struct PostgresLoopStore: Sendable {
    let pool: PostgresPool
    let queue: JobQueue

    init(pool: PostgresPool) {
        self.pool = pool
        queue = JobQueue(pool: pool)
    }

    // MARK: Reading

    func loops(of project: ID<Project>) async throws -> [Loop] {
        try await pool.query("\(sql: Self.all) WHERE l.project_id = \(project.uuid) ORDER BY l.name").map(Self.loop)
    }

    func loop(_ name: String, of project: ID<Project>) async throws -> Loop? {
        guard !name.utf8.contains(0) else { return nil }
        return try await pool.query(
            "\(sql: Self.all) WHERE l.project_id = \(project.uuid) AND l.name = \(name)"
        ).first.map(Self.loop)
    }

    /// Of all projects: those whose trigger counts, since they are neither paused nor under way.
    func resting() async throws -> [Loop] {
        try await pool.query(
            """
            \(sql: Self.all) WHERE l.paused_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM gleaner.loop_rounds r WHERE r.loop_id = l.id AND r.finished_at IS NULL)
            ORDER BY l.id
            """
        ).map(Self.loop)
    }

    static let all: SQL = """
        SELECT l.*, v.document, v.author, v.note, v.created_at AS changed_at
        FROM gleaner.loops l JOIN gleaner.loop_versions v ON v.loop_id = l.id AND v.version = l.version
        """

    static func loop(_ row: PostgresRow) throws -> Loop {
        func count(_ column: String) throws -> Int? { try row.decodeIfPresent(column, as: Int32.self).map(Int.init) }
        var standing = Loop.Standing()
        standing.since = try row.decodeIfPresent("since")
        standing.material = try count("material")
        standing.materialAt = try row.decodeIfPresent("material_at")
        standing.news = try count("news")
        standing.newsAt = try row.decodeIfPresent("news_at")
        standing.newsOf = try count("news_of")
        standing.trouble = try row.decodeIfPresent("trouble")
        return Loop(
            id: ID(try row.decode("id")), project: ID(try row.decode("project_id")), name: try row.decode("name"),
            version: Int(try row.decode("version", as: Int32.self)),
            document: try LoopDocument(JSONValue(parsing: row.decode("document", as: JSONB.self).bytes)),
            author: try row.decode("author"), note: try row.decode("note"), changedAt: try row.decode("changed_at"),
            pausedBy: try row.decodeIfPresent("paused_by"), pausedAt: try row.decodeIfPresent("paused_at"),
            pauseNote: try row.decodeIfPresent("pause_note"), createdAt: try row.decode("created_at"),
            standing: standing)
    }

    // MARK: Writing a document

    /// The same document again changes nothing.
    func put(
        _ document: LoopDocument, as name: String, in project: ID<Project>, by author: String, note: String
    ) async throws {
        let bytes = JSONB(bytes: try document.rendered.canonicalBytes())
        try await pool.withTransaction { connection in
            try await connection.query(
                "SELECT pg_advisory_xact_lock(hashtext(\("gleaner.loop:\(project):\(name)")))")
            let known = try await connection.query(
                """
                SELECT l.id, l.version, v.document = \(bytes) AS same
                FROM gleaner.loops l JOIN gleaner.loop_versions v ON v.loop_id = l.id AND v.version = l.version
                WHERE l.project_id = \(project.uuid) AND l.name = \(name)
                """
            ).first
            if let known, try known.decode("same", as: Bool.self) { return }
            let id: ID<Loop> = try known.map { ID(try $0.decode("id")) } ?? .new()
            let version = (try known?.decode("version", as: Int32.self) ?? 0) + 1
            try await connection.query(
                """
                INSERT INTO gleaner.loops (id, project_id, name, version, created_at)
                VALUES (\(id.uuid), \(project.uuid), \(name), \(version), now())
                ON CONFLICT ON CONSTRAINT loops_pkey
                    DO UPDATE SET version = EXCLUDED.version, news = NULL, news_at = NULL, news_of = NULL, trouble = NULL
                """)
            try await connection.query(
                """
                INSERT INTO gleaner.loop_versions (loop_id, version, document, author, note, created_at)
                VALUES (\(id.uuid), \(version), \(bytes), \(author), \(note), now())
                """)
            try await Self.record(
                NewLoopEvent(kind: .put, actor: author, why: note.isEmpty ? "Version \(version)." : note), id, name,
                project, on: connection)
        }
    }

    // MARK: What the trigger counted

    func note(material: Int, since: Date?, of loop: ID<Loop>) async throws {
        try await pool.query(
            """
            UPDATE gleaner.loops SET
                news = CASE WHEN since IS NOT DISTINCT FROM \(since) THEN news END,
                news_at = CASE WHEN since IS NOT DISTINCT FROM \(since) THEN news_at END,
                news_of = CASE WHEN since IS NOT DISTINCT FROM \(since) THEN news_of END,
                since = \(since), material = \(Int32(clamping: material)), material_at = now(), trouble = NULL
            WHERE id = \(loop.uuid)
            """)
    }

    func note(news: Int, of material: Int, in loop: ID<Loop>) async throws {
        try await pool.query(
            """
            UPDATE gleaner.loops SET news = \(Int32(clamping: news)), news_at = now(),
                news_of = \(Int32(clamping: material))
            WHERE id = \(loop.uuid)
            """)
    }

    func note(trouble: String, of loop: ID<Loop>) async throws {
        try await pool.query(
            "UPDATE gleaner.loops SET trouble = \(trouble.replacing("\0", with: " ")) WHERE id = \(loop.uuid)")
    }
}
