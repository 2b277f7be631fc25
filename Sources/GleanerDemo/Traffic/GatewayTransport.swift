import GleanerCore

/// One request to the gateway.
struct GatewayCall: Sendable, Hashable {
    var method = "POST"
    /// From the root, for example `/api/feedback`.
    var path: String
    var headers: [String: String] = [:]
    var body: [UInt8] = []
}

/// What came back, once it is all there.
struct GatewayReply: Sendable, Hashable {
    let head: GatewayHead
    let body: [UInt8]
    /// Why the body ended early; `nil` when it is whole.
    let brokenOff: String?

    var document: JSONValue? { try? JSONValue(parsing: body) }
}

struct GatewayHead: Sendable, Hashable {
    let status: Int
    /// `X-Gleaner-Exchange-Id`.
    let exchange: String?
    /// `X-Gleaner-Variant`: which of a route's answered.
    var variant: String?
}

/// The gateway did not answer at all; the text says how.
struct GatewayUnreachable: Error, Sendable, Hashable {
    let reason: String
}

/// Carries a call to the gateway. `whenHeaded` runs between the head and the first byte of the body.
protocol GatewayTransport: Sendable {
    func send(
        _ call: GatewayCall, whenHeaded: @Sendable (GatewayHead) async -> Void
    ) async throws(GatewayUnreachable) -> GatewayReply
}

extension GatewayTransport {
    func send(_ call: GatewayCall) async throws(GatewayUnreachable) -> GatewayReply {
        try await send(call) { _ in }
    }
}
