public import HTTPTypes

/// One request as it reached the provider.
public struct ProviderRequest: Sendable, Hashable {
    /// 1 for the first request since the provider started.
    public let number: Int
    public let method: String
    /// Path and query, as sent.
    public let path: String
    public let headers: HTTPFields
    /// The exact body.
    public let body: [UInt8]

    public init(
        number: Int, method: String, path: String, headers: HTTPFields = HTTPFields(), body: [UInt8] = []
    ) {
        self.number = number
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// The first value of the header `name`, in any case.
    public func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// The token of `Authorization: Bearer …`; `nil` without one, or with an empty one.
    public var bearer: String? {
        guard let value = headers[.authorization], value.lowercased().hasPrefix("bearer ") else { return nil }
        let token = value.dropFirst("bearer ".count)
        return token.isEmpty ? nil : String(token)
    }
}
