public import Foundation
public import GleanerCore

/// Builds a dataset version anew by the policy of one that was withdrawn.
public protocol DatasetRebuilder: Sendable {
    /// - Returns: the new version; `nil` when the policy lets nothing through any more.
    /// - Throws: what keeps it from being built; the receipt then says so.
    func rebuild(_ version: UUID, in project: ID<Project>) async throws -> UUID?
}

/// Deletes training files where they were uploaded.
public protocol ProviderFiles: Sendable {
    /// Deletes what was uploaded of `versions`. Asked again after a crash, it says of what is gone that it is gone.
    func erase(of versions: [UUID], in project: ID<Project>) async throws -> [ProviderFileErasure]
}

/// While nothing is uploaded anywhere.
public struct NoProviderFiles: ProviderFiles {
    public init() {}
    public func erase(of versions: [UUID], in project: ID<Project>) async throws -> [ProviderFileErasure] { [] }
}

/// The names under which an end user rates.
public protocol RaterNames: Sendable {
    func raters(of endUser: String, in project: ID<Project>) -> [String]
}

/// What a journal knows of an exchange without reading its texts.
public struct HeldExchange: Sendable, Hashable {
    public let id: ID<Exchange>
    public let project: ID<Project>
    public let conversation: String?
    public let endUser: String?
    public let receivedAt: Date
    public let shadowOf: ID<Exchange>?

    public init(
        id: ID<Exchange>, project: ID<Project>, conversation: String?, endUser: String?, receivedAt: Date,
        shadowOf: ID<Exchange>?
    ) {
        self.id = id
        self.project = project
        self.conversation = conversation
        self.endUser = endUser
        self.receivedAt = receivedAt
        self.shadowOf = shadowOf
    }
}

/// This process's journal, which ingest empties by itself; what was deleted must also leave its files.
public protocol ErasableJournal: Sendable {
    /// Whether it holds any exchange, open or whole, that `isErased` says yes to.
    func holds(_ isErased: @escaping @Sendable (HeldExchange) -> Bool) async throws -> Bool
    /// Overwrites what has been deleted, in the file and in its log.
    func scrub() async throws
    /// Copies of damaged files beside it.
    var leftovers: [String] { get }
}
