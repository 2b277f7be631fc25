import Hummingbird
import Logging

/// Answers what comes from clients.
protocol ClientResponder: Sendable {
    /// Runs on the loop of the client's connection.
    func respond(to request: Request, from client: ClientConnection, logger: Logger) async throws -> Response
}

/// By Hummingbird's routes and their middleware.
struct RoutedRequests<Responder: HTTPResponder>: ClientResponder
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    let responder: Responder

    init(_ responder: Responder) { self.responder = responder }

    func respond(to request: Request, from client: ClientConnection, logger: Logger) async throws -> Response {
        try await responder.respond(to: request, context: context(of: client, logger))
    }

    /// With an id of the request, which errors show and the log keeps.
    @inline(never)
    func context(of client: ClientConnection, _ logger: Logger) -> Responder.Context {
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
        return .init(source: .init(channel: client.channel, logger: logger))
    }
}
