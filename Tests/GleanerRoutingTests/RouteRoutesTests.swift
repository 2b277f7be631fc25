import AsyncPostgres
import Foundation
import GleanerCore
import GleanerHTTP
import GleanerRouting
import GleanerTestSupport
import HTTPTypes
import Hummingbird
import Testing

/// `/api/routes` behind a key with every scope, or with those given.
private struct Signed: RouterMiddleware {
    typealias Context = GleanerContext
    let caller: Caller

    @concurrent func handle(
        _ request: Request, context: GleanerContext,
        next: @concurrent (Request, GleanerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.caller = caller
        do {
            return try await next(request, context)
        } catch let error as any Explained {
            return ErrorBody.gleaner(requestID: "test").response(error.explanation)
        }
    }
}

@Suite("Routes over HTTP", .database)
struct RouteRoutesTests {
    private func app(
        scopes: Set<Scope> = [.routes], _ body: @Sendable (LiveClient) async throws -> Void
    ) async throws {
        let pool = TestDatabase.current.pool
        let stored = try await StoredExchanges(pool: pool)
        let router = Router(context: GleanerContext.self)
        router.add(
            middleware: Signed(
                caller: Caller(project: stored.project, key: .new(), keyName: "owner", scopes: scopes)))
        RouteRoutes(service: RouteService(store: PostgresRouteStore(pool: pool)) { ["default", "openai"] })
            .add(to: router.group("api"))
        try await LiveClient.ask(router, body)
    }
    private func json(_ response: LiveResponse) throws -> JSONValue {
        try JSONValue(parsing: response.body.readableBytesView)
    }
    private func buffer(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }
    private let chat =
        #"{"variants":[{"name":"a","weight":90},{"name":"b","provider":"openai","model":"m","weight":10}]}"#

    @Test("a route is made, shown, weighed, listed, deleted and rolled back")
    func whole() async throws {
        try await app { client in
            let made = try await client.execute(uri: "/api/routes/chat?note=first", method: .put, body: buffer(chat))
            #expect(made.status == .ok)
            #expect(made.headers[.eTag] == "\"1\"")
            #expect(try json(made)["version"] == 1)

            let shown = try json(try await client.execute(uri: "/api/routes/chat", method: .get))
            #expect(shown["version"] == 1)
            #expect(shown["route"]?["name"] == "chat")
            #expect(shown["route"]?["variants"]?.arrayValue?.first?["provider"] == "default")
            #expect(shown["route"]?["policy"]?["maximum_retry_after_ms"] == 2000)

            let weighed = try await client.execute(
                uri: "/api/routes/chat/weights", method: .post, body: buffer(#"{"weights":{"b":30}}"#))
            let weights = try json(weighed)["routes"]?.arrayValue?.first?["variants"]?.arrayValue
            #expect(weights?.compactMap { $0["weight"]?.doubleValue } == [90, 30])

            let gone = try await client.execute(uri: "/api/routes/chat", method: .delete)
            #expect(try json(gone) == ["version": 3, "routes": []])
            #expect(try await client.execute(uri: "/api/routes/chat", method: .get).status == .notFound)

            let back = try await client.execute(
                uri: "/api/routes/rollback", method: .post, body: buffer(#"{"version":1}"#))
            #expect(try json(back)["version"] == 4)
            let listed = try await client.execute(uri: "/api/routes", method: .get)
            #expect(listed.headers[.eTag] == "\"4\"")
            #expect(try json(listed)["routes"]?.arrayValue?.count == 1)
            let third = try json(try await client.execute(uri: "/api/routes?version=3", method: .get))
            #expect(third == ["version": 3, "routes": []])

            let history = try json(try await client.execute(uri: "/api/routes/versions?limit=3", method: .get))
            let versions = try #require(history["versions"]?.arrayValue)
            #expect(versions.compactMap { $0["version"]?.intValue } == [4, 3, 2])
            #expect(versions[0]["author"] == "owner")
            #expect(versions[0]["note"] == "back to version 1")
        }
    }

    @Test("If-Match of another version is refused with 409, that of the one in force is taken")
    func optimistic() async throws {
        try await app { client in
            func put(_ tag: String) async throws -> LiveResponse {
                try await client.execute(
                    uri: "/api/routes/r\(tag.filter(\.isNumber))", method: .put, headers: [.ifMatch: tag],
                    body: buffer(chat))
            }
            #expect(try await put("\"0\"").status == .ok)
            let refused = try await put("\"0\"")
            #expect(refused.status == .conflict)
            #expect(try json(refused)["error"]?["code"] == "route_version_conflict")
            #expect(try await put("1").status == .ok)
            #expect(try await put("*").status == .ok)
            #expect(try await put("\"x\"").status == .notFound)
        }
    }

    @Test("a name with a slash goes through the path as %2F")
    func slash() async throws {
        try await app { client in
            let uri = "/api/routes/meta-llama%2FLlama-3:free"
            #expect(try await client.execute(uri: uri, method: .put, body: buffer(chat)).status == .ok)
            let shown = try json(try await client.execute(uri: uri, method: .get))
            #expect(shown["route"]?["name"] == "meta-llama/Llama-3:free")
        }
    }

    @Test(
        "what cannot be used is refused with its code",
        arguments: [
            ("{", "invalid_body"), ("[]", "invalid_body"), ("{}", "invalid_body"),
            (#"{"variants":[]}"#, "route_empty"), (#"{"variants":[{"name":"a"}],"x":1}"#, "route_member_unknown"),
            (#"{"name":"other","variants":[{"name":"a"}]}"#, "route_name_differs"),
            (#"{"variants":[{"name":"a","provider":"evil"}]}"#, "route_provider_unknown"),
            (#"{"variants":[{"name":"a","weight":"x"}]}"#, "invalid_body"),
            (#"{"variants":[{"name":"a","weight":1e400}]}"#, "invalid_body"),
            (#"{"variants":[{"name":"a","api_base":"http://evil"}]}"#, "route_member_unknown"),
        ])
    func refused(_ body: String, _ code: String) async throws {
        try await app { client in
            let response = try await client.execute(uri: "/api/routes/chat", method: .put, body: buffer(body))
            #expect(response.status == .badRequest)
            #expect(try json(response)["error"]?["code"] == .string(code))
            #expect(try json(try await client.execute(uri: "/api/routes", method: .get))["version"] == 0)
        }
    }

    @Test("every path asks for the scope")
    func scopes() async throws {
        try await app(scopes: Set(Scope.allCases).subtracting([.routes, .admin])) { client in
            let calls: [(String, HTTPRequest.Method)] = [
                ("/api/routes", .get), ("/api/routes/versions", .get), ("/api/routes/a", .get), ("/api/routes/a", .put),
                ("/api/routes/a", .delete), ("/api/routes/a/weights", .post), ("/api/routes/rollback", .post),
            ]
            for (uri, method) in calls {
                let response = try await client.execute(uri: uri, method: method, body: buffer(chat))
                #expect(response.status == .forbidden, "\(method) \(uri)")
            }
        }
    }
}
