import AsyncCurl
import GleanerHTTP
public import HTTPTypes
public import Hummingbird
import Logging
public import NIOCore

/// Asks a router over a real socket.
public struct LiveClient: Sendable {
    private let port: Int
    private let curl = CurlClient()

    private init(port: Int) { self.port = port }

    /// Serves `router` on a free port of loopback for as long as `body` takes.
    public static func ask<Context: RequestContext>(
        _ router: Router<Context>, _ body: @Sendable (LiveClient) async throws -> Void
    ) async throws where Context: InitializableFromSource<ApplicationRequestContextSource> {
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "gleaner.tests")
        logger.logLevel = .error
        let application = Application(
            router: router, server: .stoppable,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in bound.yield(channel.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Without a server there is no port to wait for.
                defer { bound.finish() }
                do { try await application.run() } catch is CancellationError {}
            }
            guard let port = await ports.first(where: { _ in true }) else { return try await group.waitForAll() }
            let client = LiveClient(port: port)
            defer { client.curl.shutdown() }
            try await body(client)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    public func execute(
        uri: String, method: HTTPRequest.Method, headers: HTTPFields = [:], body: ByteBuffer? = nil
    ) async throws -> LiveResponse {
        let response = try await curl.send(
            CurlRequest(
                method: method.rawValue, url: "http://127.0.0.1:\(port)\(uri)",
                headers: headers.map { ($0.name.rawName, $0.value) }, body: body))
        var fields = HTTPFields()
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return LiveResponse(
            status: HTTPResponse.Status(code: response.status), headers: fields,
            body: try await response.collect(upTo: 64 << 20))
    }
}

public struct LiveResponse: Sendable {
    public let status: HTTPResponse.Status
    public let headers: HTTPFields
    public let body: ByteBuffer
}
