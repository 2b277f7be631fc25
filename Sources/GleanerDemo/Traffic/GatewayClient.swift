import GleanerCore
import Synchronization

/// Calls the gateway with the demo's key, and gives up on a gateway that stays out of reach.
final class GatewayClient: Sendable {
    private let configuration: DemoRunConfiguration
    private let transport: any GatewayTransport
    private let accepted = Mutex(false)

    init(configuration: DemoRunConfiguration, transport: any GatewayTransport) {
        self.configuration = configuration
        self.transport = transport
    }

    /// Sends once. A call that finds nobody is not repeated, but waits until the gateway is back, so that one restart
    /// does not fail every conversation that is left.
    ///
    /// - Returns: `nil` when the gateway was out of reach, and is back.
    /// - Throws: `DemoError.gatewayGone` after `patience`; `.keyRefused` when the first answer is 401 or 403.
    func send(
        _ call: GatewayCall, whenHeaded: @Sendable (GatewayHead) async -> Void = { _ in }
    ) async throws -> GatewayReply? {
        var call = call
        call.headers["authorization"] = "Bearer \(configuration.key)"
        if !call.body.isEmpty { call.headers["content-type"] = "application/json" }
        do {
            let reply = try await transport.send(call, whenHeaded: whenHeaded)
            try checkKey(reply.head.status)
            return reply
        } catch let unreachable as GatewayUnreachable {
            try Task.checkCancellation()
            try await waitForReturn(after: unreachable)
            return nil
        }
    }

    func post(_ path: String, _ document: JSONValue) async throws -> GatewayReply? {
        try await send(GatewayCall(path: path, body: document.wireBytes))
    }

    private func checkKey(_ status: Int) throws(DemoError) {
        let known = accepted.withLock { accepted in
            if status < 400 { accepted = true }
            return accepted
        }
        if !known, status == 401 || status == 403 { throw .keyRefused(status: status) }
    }

    private func waitForReturn(after first: GatewayUnreachable) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var last = first
        let ping = GatewayCall(
            method: "GET", path: "/v1/models", headers: ["authorization": "Bearer \(configuration.key)"])
        while start.duration(to: clock.now) < configuration.patience {
            try await Task.sleep(for: min(.milliseconds(250), configuration.patience / 20))
            do {
                _ = try await transport.send(ping)
                return
            } catch {
                last = error
            }
        }
        throw DemoError.gatewayGone(url: configuration.gateway, for: configuration.patience, reason: last.reason)
    }
}
