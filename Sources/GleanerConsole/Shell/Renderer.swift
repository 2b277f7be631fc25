import Foundation
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Pages, refusals and outcomes as responses.
struct Renderer: Sendable {
    let templates: Templates

    // MARK: Pages

    func page(_ page: Page, for visit: Visit, status: HTTPResponse.Status = .ok) -> Response {
        let frame = Frame(page: page, visit: visit)
        return html(templates.render(page.template, ViewNode.tree(of: frame)), status)
    }

    /// A page without the frame: before somebody has signed in.
    func bare(
        _ template: String, title: String, view: some Sendable, theme: Theme, status: HTTPResponse.Status = .ok
    ) -> Response {
        html(templates.render(template, BareFrame(title: title, theme: theme.attribute, page: view)), status)
    }

    // MARK: Refusals

    /// What went wrong, in the way that whoever asked can read: a page, the sign-in page, or JSON for a module.
    func refusal(_ error: any Error, _ request: Request, _ context: GleanerContext) throws -> Response {
        let wantsPage = request.headers[.accept]?.contains("text/html") ?? false
        // Modules and whatever is unforeseen: the server's own middleware answers, and writes it down.
        guard wantsPage, let explained = Self.explained(error) else { throw error }
        if explained is AccountError, explained as? AccountError == .signInNeeded {
            let there = request.method == .get ? request.uri.description : "/"
            return redirect("/sign-in?next=" + Self.encode(there))
        }
        let explanation = explained.explanation
        context.logger.info(
            "the console refused a request",
            metadata: ["error.code": "\(explanation.code)", "http.status": "\(explanation.status)"])
        return bare(
            "error", title: explanation.what, view: ErrorView(explanation, request: context.id),
            theme: Theme(request), status: .init(code: explanation.status))
    }

    private static func explained(_ error: any Error) -> (any Explained)? {
        if let error = error as? HTTPError, error.status == .notFound { return PageUnknown() }
        return error as? any Explained
    }

    struct PageUnknown: Explained, Hashable {
        let explanation = Explanation(
            status: 404, code: "page_unknown", what: "There is no such page.",
            why: "The address is wrong, or what it showed is gone.", fix: "Begin at the start.")
    }

    struct ErrorView: Sendable {
        let what: String
        let why: String
        let fix: String
        let code: String
        let request: String

        init(_ explanation: Explanation, request: String) {
            what = explanation.what
            why = explanation.why
            fix = explanation.fix
            code = explanation.code
            self.request = request
        }
    }

    // MARK: Outcomes

    func outcome(_ outcome: ActionOutcome, for visit: Visit) -> Response {
        switch outcome {
        case .seeOther(let path): return redirect(path)
        case .page(let page): return self.page(page, for: visit)
        case .nothing: return Response(status: .noContent, headers: Self.headers)
        case .json(let value):
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(value) else {
                return Response(status: .internalServerError, headers: Self.headers)
            }
            var headers = Self.headers
            headers[.contentType] = "application/json; charset=utf-8"
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
        }
    }

    /// Only paths of this console: what is not one leads to the start.
    func redirect(_ path: String) -> Response {
        var headers = Self.headers
        headers[.location] = Self.isOwnPath(path) ? path : "/"
        return Response(status: .seeOther, headers: headers)
    }

    static func isOwnPath(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.hasPrefix("//") && !path.hasPrefix("/\\")
            && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
    }

    static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// `name=value&…`; names are ours, values anybody's.
    static func query(_ items: [(name: String, value: String)]) -> String {
        items.map { "\($0.name)=\(encode($0.value))" }.joined(separator: "&")
    }

    // MARK: Headers

    /// Pages show what people wrote to a bot: nobody but the reader keeps a copy.
    static let headers: HTTPFields = [.cacheControl: "no-store"]

    func guarded(_ response: Response) -> Response {
        var response = response
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    private func html(_ text: String, _ status: HTTPResponse.Status) -> Response {
        var headers = Self.headers
        headers[.contentType] = "text/html; charset=utf-8"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
