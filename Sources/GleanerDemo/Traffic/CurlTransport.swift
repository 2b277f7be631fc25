import AsyncCurl
import NIOCore

/// Real HTTP, over `AsyncCurl`.
struct CurlTransport: GatewayTransport {
    /// Where the gateway listens, without a path.
    let gateway: String
    private let client = CurlClient()

    init(gateway: String) { self.gateway = gateway }

    func send(
        _ call: GatewayCall, whenHeaded: @Sendable (GatewayHead) async -> Void
    ) async throws(GatewayUnreachable) -> GatewayReply {
        let response: CurlResponse
        do {
            response = try await client.send(request(for: call))
        } catch {
            throw GatewayUnreachable(reason: "\(error)")
        }
        let head = GatewayHead(
            status: response.status, exchange: response.headers.first("x-gleaner-exchange-id"),
            variant: response.headers.first("x-gleaner-variant"))
        await whenHeaded(head)
        var body: [UInt8] = []
        do {
            for try await buffer in response.body { body += buffer.readableBytesView }
        } catch {
            return GatewayReply(head: head, body: body, brokenOff: "\(error)")
        }
        return GatewayReply(head: head, body: body, brokenOff: nil)
    }

    private func request(for call: GatewayCall) -> CurlRequest {
        CurlRequest(
            method: call.method, url: gateway + call.path,
            headers: call.headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) },
            body: call.body.isEmpty ? nil : ByteBuffer(bytes: call.body),
            deadlines: CurlDeadlines(connect: .seconds(3), firstByte: .seconds(60), idle: .seconds(60)))
    }
}

extension DemoRun {
    /// - Parameter progress: called from several tasks, with what is done and what there is to do at the stage.
    public init(configuration: DemoRunConfiguration, progress: @escaping Progress = { _, _, _ in }) {
        self.init(
            configuration: configuration, transport: CurlTransport(gateway: configuration.gateway), progress: progress)
    }
}
