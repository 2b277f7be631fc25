/// Decides what a `ScriptedProvider` answers. Scripts are pure: the same request gives the same bytes.
public protocol ProviderScript: Sendable {
    /// What `GET /v1/models` lists.
    var models: [ProviderModel] { get }

    /// `nil` when the script does not know the request's model.
    func answer(_ request: ChatRequest) -> ProviderAnswer?
}

/// One entry of `GET /v1/models`.
public struct ProviderModel: Sendable, Hashable {
    public let id: String
    public let ownedBy: String
    /// What it is, for people; not every provider says.
    public var description: String?
    /// `YYYY-MM-DD`, the day on which it ends.
    public var shutdownDate: String?

    public init(id: String, ownedBy: String, description: String? = nil, shutdownDate: String? = nil) {
        self.id = id
        self.ownedBy = ownedBy
        self.description = description
        self.shutdownDate = shutdownDate
    }
}
