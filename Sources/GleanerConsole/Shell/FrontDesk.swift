import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird

/// Who comes in: finds the session, and refuses what another site made a browser send.
struct FrontDesk: Sendable {
    let sessions: SessionStore
    let cookie: SessionCookie
    /// Further origins under which browsers know this console, such as that of a proxy that renames the host.
    let origins: Set<String>

    /// - Parameter form: the body of an unsafe request; its token must be the session's.
    /// - Throws: `AccountError.signInNeeded`, `.roleMissing`; `FormError.forged`.
    func visit(
        _ request: Request, _ context: GleanerContext, need: Role.Need, form: Form? = nil
    ) async throws -> Visit {
        if form != nil { try check(origin: request) }
        guard let secret = cookie.secret(request), let session = try await sessions.find(secret) else {
            throw AccountError.signInNeeded
        }
        if let form {
            guard let shown = form.csrf, areEqual(shown, secret.csrf) else { throw FormError.forged }
        }
        guard session.project.role.may(need) else { throw AccountError.roleMissing(need) }
        return Visit(
            person: session.person, project: session.project, csrf: secret.csrf, request: request,
            parameters: context.parameters, session: secret.sha256)
    }

    /// A browser says where an unsafe request comes from: in `Sec-Fetch-Site`, in `Origin`, or in both. Pages that send
    /// no referrer send `Origin: null` with their forms, so that alone proves nothing.
    func check(origin request: Request) throws(FormError) {
        let site = request.headers[Self.fetchSite]
        let origin = request.headers[.origin].flatMap { $0 == "null" ? nil : $0 }
        guard site == "same-origin" || (site == nil && origin != nil) else { throw .forged }
        guard let origin else { return }
        let host = origin.hasPrefix("http") ? origin.split(separator: "/").last.map(String.init) : nil
        guard origins.contains(origin) || (host != nil && host == request.head.authority) else { throw .forged }
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
}

/// The cookie that holds a session's secret.
struct SessionCookie: Sendable {
    /// The prefix makes browsers insist on `Secure`, on no `Domain` and on the whole host.
    static let name = "__Host-gleaner"

    func secret(_ request: Request) -> Secret? {
        request.cookies[Self.name].flatMap { Secret(parsing: $0.value) }
    }

    /// Browsers keep it over plain HTTP for localhost only; elsewhere TLS must end before Gleaner.
    func set(_ secret: Secret) -> String {
        "\(Self.name)=\(secret.text); Path=/; Max-Age=\(SessionStore.longest.components.seconds); Secure; HttpOnly; SameSite=Lax"
    }
    let removal = "\(SessionCookie.name)=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
}
