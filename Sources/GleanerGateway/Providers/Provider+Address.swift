extension Provider {
    /// Where a path of this provider's API is, and the headers that speak for us there; for calls that are no exchange.
    /// - Parameter path: below `/v1`, such as `moderations`.
    public func address(of path: String) -> (url: String, headers: [(name: String, value: String)]) {
        ("\(baseURL)/\(path)", [("Accept", "application/json"), ("User-Agent", "gleaner")] + credentials())
    }
}
