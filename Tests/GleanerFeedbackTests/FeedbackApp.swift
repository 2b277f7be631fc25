import AsyncPostgres
import Foundation
import GleanerCore
import GleanerHTTP
import GleanerTestSupport
import HTTPTypes
import Hummingbird
import NIOCore

@testable import GleanerFeedback

/// The feedback routes as a server has them, for one key that may be shown as `Authorization: Bearer key`.
struct FeedbackApp {
    let world: StoredExchanges
    let tokens: FeedbackTokens
    let service: FeedbackService
    let raters: RaterStore

    static let origin = "https://chat.example.com"

    /// In place of the server's own middleware: a caller for the key, and errors as answers.
    private struct Edge: RouterMiddleware {
        typealias Context = GleanerContext
        let caller: Caller

        @concurrent func handle(
            _ request: Request, context: GleanerContext,
            next: @concurrent (Request, GleanerContext) async throws -> Response
        ) async throws -> Response {
            var context = context
            if request.headers[.authorization] == "Bearer key" { context.caller = caller }
            do {
                return try await next(request, context)
            } catch let error as any Explained {
                return ErrorBody.gleaner(requestID: "test").response(error.explanation)
            }
        }
    }

    init(
        _ world: StoredExchanges, now: @escaping @Sendable () -> Date = { Date() },
        told: @escaping @Sendable (FeedbackNews) async -> Void = { _ in }
    ) async throws {
        self.world = world
        tokens = FeedbackTokens(
            store: PostgresFeedbackSecrets(pool: world.pool), lifetime: .seconds(3600), now: now)
        try await tokens.refresh()
        service = FeedbackService(store: PostgresFeedbackStore(pool: world.pool), told: told)
        raters = RaterStore(pool: world.pool)
    }

    func run(
        scopes: Set<Scope> = Set(Scope.allCases), _ body: @Sendable (LiveClient) async throws -> Void
    ) async throws {
        let router = Router(context: GleanerContext.self)
        router.add(middleware: CrossOriginFeedback(origins: FeedbackOrigins([Self.origin])!))
        router.add(
            middleware: Edge(
                caller: Caller(
                    project: world.project, key: world.caller.key, keyName: "owner", scopes: scopes)))
        let routes = FeedbackRoutes(
            service: service, tokens: tokens, stream: FeedbackStream(pool: world.pool), raters: raters)
        routes.add(to: router.group("api"))
        routes.addPage(to: router)
        try await LiveClient.ask(router, body)
    }

    func token(for exchange: ID<Exchange>, endUser: String? = "asha") throws -> String {
        guard let token = tokens.token(for: exchange, of: world.project, endUser: endUser) else {
            throw CancellationError()
        }
        return token
    }

    /// What all feedback of an exchange comes to.
    func current(_ exchange: ID<Exchange>) async throws -> CurrentJudgement {
        try await service.currentJudgement(of: exchange, in: world.project)
    }
}

extension LiveClient {
    func post(_ body: String, _ headers: [String: String] = [:]) async throws -> LiveResponse {
        try await post(at: "/api/feedback", body, headers)
    }

    func post(at uri: String, _ body: String, _ headers: [String: String] = [:]) async throws -> LiveResponse {
        var fields: HTTPFields = [.contentType: "application/json"]
        for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
        return try await execute(uri: uri, method: .post, headers: fields, body: ByteBuffer(string: body))
    }

    func get(_ uri: String, _ headers: [String: String] = [:]) async throws -> LiveResponse {
        var fields: HTTPFields = [:]
        for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
        return try await execute(uri: uri, method: .get, headers: fields)
    }
}

extension LiveResponse {
    var json: JSONValue { get throws { try JSONValue(parsing: body.readableBytesView) } }
    var code: String? { (try? json)?["error"]?["code"]?.stringValue }
}

let key = ["Authorization": "Bearer key"]
