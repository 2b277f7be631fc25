import AsyncPostgres
import Foundation
import GleanerCore
import GleanerTestSupport
import HTTPTypes
import NIOCore
import Testing

@testable import GleanerFeedback

@Suite("Pages of other origins", .database)
struct CrossOriginTests {
    private func app() async throws -> FeedbackApp {
        try await FeedbackApp(StoredExchanges(pool: TestDatabase.current.pool))
    }
    private static let allowOrigin = HTTPField.Name("Access-Control-Allow-Origin")!

    @Test(
        "only scheme, host and port make an origin; neither * nor null is one",
        arguments: [
            ("https://chat.example.com", true), ("http://localhost:3000", true), ("https://[::1]:8443", true),
            ("*", false), ("null", false), ("https://*.example.com/", false), ("chat.example.com", false),
            ("https://chat.example.com/", false), ("https://u:p@chat.example.com", false),
            ("ftp://chat.example.com", false),
            ("https://", false), ("file:///a", false), ("https://a?b", false),
        ])
    func origins(_ text: String, _ isOrigin: Bool) { #expect((FeedbackOrigins([text]) != nil) == isOrigin) }

    @Test("an origin is the configured one, ours, or nobody's")
    func verdicts() throws {
        let origins = try #require(FeedbackOrigins(["https://Chat.example.com"]))
        #expect(origins.verdict(nil, host: "g") == .ours)
        #expect(origins.verdict("https://g", host: "g") == .ours)
        #expect(origins.verdict("https://chat.example.com", host: "g") == .allowed("https://chat.example.com"))
        for other in [
            "https://chat.example.com.evil.test", "https://evilchat.example.com", "http://chat.example.com",
            "https://chat.example.com:444", "null", "", "https://g.evil.test",
        ] {
            #expect(origins.verdict(other, host: "g") == .refused)
        }
    }

    @Test("a browser that asks first is told what a page of a configured origin may send")
    func preflight() async throws {
        try await app().run { client in
            func ask(_ origin: String, _ uri: String = "/api/feedback") async throws -> LiveResponse {
                try await client.execute(
                    uri: uri, method: .options,
                    headers: [.origin: origin, HTTPField.Name("Access-Control-Request-Method")!: "POST"])
            }
            let allowed = try await ask(FeedbackApp.origin)
            #expect(allowed.status == .noContent)
            #expect(allowed.headers[Self.allowOrigin] == FeedbackApp.origin)
            #expect(allowed.headers[.init("Access-Control-Allow-Methods")!] == "POST")
            #expect(
                allowed.headers[.init("Access-Control-Allow-Headers")!]
                    == "Authorization, Content-Type, Idempotency-Key")
            #expect(allowed.headers[.init("Access-Control-Allow-Credentials")!] == nil)
            #expect(allowed.headers[.vary] == "Origin")
            let other = try await ask("https://evil.test")
            #expect(other.headers[Self.allowOrigin] == nil && other.headers[.vary] == "Origin")
            // Nothing else of the API is for pages.
            for uri in ["/api/feedback/bulk", "/api/feedback/raters", "/api/exchanges", "/api/feedback/"] {
                #expect(try await ask(FeedbackApp.origin, uri).headers[Self.allowOrigin] == nil)
            }
        }
    }

    @Test("a page of a configured origin reads its answers and its errors; another page is refused")
    func posts() async throws {
        let app = try await app()
        let token = try app.token(for: try await app.world.add())
        try await app.run { client in
            func post(_ token: String, _ origin: String) async throws -> LiveResponse {
                try await client.post(#"{"thumb":1}"#, ["Authorization": "Feedback \(token)", "Origin": origin])
            }
            let taken = try await post(token, FeedbackApp.origin)
            #expect(taken.status == .accepted && taken.headers[Self.allowOrigin] == FeedbackApp.origin)
            let forged = try await post("x", FeedbackApp.origin)
            #expect(forged.code == "feedback_token_invalid" && forged.headers[Self.allowOrigin] == FeedbackApp.origin)
            let evil = try await post(token, "https://evil.test")
            #expect(evil.status == .forbidden && evil.code == "origin_refused")
            #expect(evil.headers[Self.allowOrigin] == nil)
        }
    }

    @Test("feedback.js is a module for every page of a configured origin, and is not sent twice")
    func script() async throws {
        try await app().run { client in
            let first = try await client.get("/feedback.js", ["Origin": FeedbackApp.origin])
            #expect(first.status == .ok)
            #expect(first.headers[.contentType] == "text/javascript; charset=utf-8")
            #expect(first.headers[.xContentTypeOptions] == "nosniff")
            #expect(first.headers[.init("Cross-Origin-Resource-Policy")!] == "cross-origin")
            #expect(first.headers[.cacheControl] == "public, max-age=3600, must-revalidate")
            #expect(first.headers[Self.allowOrigin] == FeedbackApp.origin && first.headers[.vary] == "Origin")
            #expect(String(buffer: first.body).contains("export class GleanerFeedback"))
            let tag = try #require(first.headers[.eTag])
            for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let again = try await client.get("/feedback.js", ["If-None-Match": known])
                #expect(again.status == .notModified && again.body.readableBytes == 0)
                #expect(again.headers[.eTag] == tag)
            }
            #expect(try await client.get("/feedback.js", ["If-None-Match": "\"other\""]).status == .ok)
        }
    }

    @Test("the module makes no markup out of texts, and asks for nothing outside")
    func source() {
        let text = String(decoding: PackageResources.feedback_js, as: UTF8.self)
        for forbidden in [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "import(", "style=",
        ] {
            #expect(!text.contains(forbidden), "\(forbidden)")
        }
        let addresses = text.matches(of: /https?:\/\/[^\s"'`]+/).map { String($0.0) }
        #expect(Set(addresses).isSubset(of: ["https://gleaner.example/feedback.js", "http://www.w3.org/2000/svg"]))
    }
}
