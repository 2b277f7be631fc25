public import AsyncPostgres
public import GleanerCore

/// The rubrics of a project, and how it reviews.
public struct RubricService: Sendable {
    let rubrics: RubricStore
    let settings: SettingsStore

    public init(pool: PostgresPool) {
        self.init(rubrics: RubricStore(pool: pool), settings: SettingsStore(pool: pool))
    }

    init(rubrics: RubricStore, settings: SettingsStore) {
        self.rubrics = rubrics
        self.settings = settings
    }

    /// Every version of every rubric, the newest of a name first.
    public func all(of project: ID<Project>) async throws -> [Rubric] { try await rubrics.all(of: project) }

    /// - Parameter reference: `name@version`.
    /// - Throws: `ReviewError.rubricUnknown`.
    public func rubric(_ reference: String, in project: ID<Project>) async throws -> Rubric {
        try await rubrics.rubric(reference, in: project)
    }

    /// A new version; the same document again is none.
    /// - Throws: `ReviewError.rubricInvalid`.
    public func add(
        _ document: RubricDocument, named name: String, in project: ID<Project>, by author: String
    ) async throws -> Rubric {
        guard name.wholeMatch(of: /[a-z][a-z0-9_-]{0,62}/) != nil else {
            throw ReviewError.rubricInvalid(
                "A rubric is named by a small letter, then small letters, digits, `_` or `-`.")
        }
        try document.validate()
        return try await rubrics.add(document, named: name, in: project, by: author)
    }

    public func settings(of project: ID<Project>) async throws -> ReviewSettings {
        try await settings.settings(of: project)
    }

    /// In force within two seconds, for items that are lent or drawn from then on.
    /// - Throws: `ReviewError.settingInvalid`, `.rubricUnknown`.
    public func set(_ new: ReviewSettings, of project: ID<Project>, by author: String) async throws {
        try new.validate()
        _ = try await rubrics.rubric(new.rubric, in: project)
        try await settings.set(new, of: project, by: author)
    }
}
