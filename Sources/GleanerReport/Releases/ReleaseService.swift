public import AsyncPostgres
public import Foundation
public import GleanerCore

/// Marks releases. They are drawn into charts with what `report.events` has besides.
public struct ReleaseService: Sendable {
    /// As many as a list has; the newest.
    static let most = 500
    /// A clock that goes ahead is forgiven, in seconds.
    private static let ahead = 300.0

    private let pool: PostgresPool

    public init(pool: PostgresPool) { self.pool = pool }

    /// - Throws: `ReleaseError.invalid`.
    public func add(
        _ name: String, at: Date?, note: String, in project: ID<Project>, by author: String, now: Date = Date()
    ) async throws -> Release {
        func isText(_ text: String, _ length: ClosedRange<Int>) -> Bool {
            length.contains(text.unicodeScalars.count) && !text.hasControlCharacters
        }
        guard isText(name, 1...100) else {
            throw ReleaseError.invalid("name", wanted: "1 to 100 characters without control characters")
        }
        guard isText(note, 0...500) else {
            throw ReleaseError.invalid("note", wanted: "at most 500 characters without control characters")
        }
        let at = at ?? now
        guard at.timeIntervalSince1970 > 0, at <= now.addingTimeInterval(Self.ahead) else {
            throw ReleaseError.invalid("at", wanted: "a time that has come")
        }
        let release = Release(id: .new(), name: name, at: at, note: note, author: author)
        try await pool.query(
            """
            INSERT INTO gleaner.releases (id, project_id, name, at, note, author, created_at)
            VALUES (\(release.id.uuid), \(project.uuid), \(name), \(at), \(note), \(author), \(now))
            """)
        return release
    }

    /// The newest first.
    public func releases(of project: ID<Project>) async throws -> [Release] {
        try await pool.query(
            """
            SELECT id, name, at, note, author FROM gleaner.releases
            WHERE project_id = \(project.uuid) ORDER BY at DESC, id DESC LIMIT \(Int64(Self.most))
            """
        ).map {
            Release(
                id: ID(try $0.decode("id", as: UUID.self)), name: try $0.decode("name"), at: try $0.decode("at"),
                note: try $0.decode("note"), author: try $0.decode("author"))
        }
    }

    /// - Throws: `ReleaseError.unknown`.
    public func remove(_ id: ID<Release>, in project: ID<Project>) async throws {
        let removed = try await pool.query(
            "DELETE FROM gleaner.releases WHERE id = \(id.uuid) AND project_id = \(project.uuid) RETURNING id")
        guard !removed.isEmpty else { throw ReleaseError.unknown("\(id)") }
    }
}
