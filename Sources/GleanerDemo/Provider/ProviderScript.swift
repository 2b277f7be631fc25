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

    public init(id: String, ownedBy: String) {
        self.id = id
        self.ownedBy = ownedBy
    }
}
