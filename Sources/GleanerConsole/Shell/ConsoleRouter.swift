public import GleanerCore
import GleanerHTTP
import HTTPTypes
public import Hummingbird

/// Where rooms of the console put their pages and actions. Each says what role it asks for; there is no other way in.
public struct ConsoleRouter {
    let group: RouterGroup<GleanerContext>
    let needs: RouteNeeds
    let desk: FrontDesk
    let renderer: Renderer

    /// `GET path`: something to read. Changes nothing.
    public func page(
        _ path: String, for need: Role.Need, _ make: @escaping @Sendable (Visit) async throws -> Page
    ) {
        declare(.get, path, need)
        group.get(RouterPath(path)) { [desk, renderer] request, context in
            do {
                let visit = try await desk.visit(request, context, need: need)
                return renderer.page(try await make(visit), for: visit)
            } catch {
                return try renderer.refusal(error, request, context)
            }
        }
    }

    /// `GET path` of a module or a download: whatever it answers gets the console's headers.
    public func data(
        _ path: String, for need: Role.Need, _ make: @escaping @Sendable (Visit) async throws -> Response
    ) {
        declare(.get, path, need)
        group.get(RouterPath(path)) { [desk, renderer] request, context in
            do {
                return renderer.guarded(try await make(try await desk.visit(request, context, need: need)))
            } catch {
                return try renderer.refusal(error, request, context)
            }
        }
    }

    /// `POST path` that answers by itself, such as with a cookie.
    func responding(
        _ path: String, for need: Role.Need, _ act: @escaping @Sendable (Visit, Form) async throws -> Response
    ) {
        declare(.post, path, need)
        group.post(RouterPath(path)) { [desk, renderer] request, context in
            do {
                let form = try await Form.read(request)
                return try await act(try await desk.visit(request, context, need: need, form: form), form)
            } catch {
                return try renderer.refusal(error, request, context)
            }
        }
    }

    /// `POST path`: a change. Comes from a form or a module of this console, or not at all.
    public func action(
        _ path: String, for need: Role.Need,
        _ act: @escaping @Sendable (Visit, Form) async throws -> ActionOutcome
    ) {
        declare(.post, path, need)
        group.post(RouterPath(path)) { [desk, renderer] request, context in
            do {
                let form = try await Form.read(request)
                let visit = try await desk.visit(request, context, need: need, form: form)
                return renderer.outcome(try await act(visit, form), for: visit)
            } catch {
                return try renderer.refusal(error, request, context)
            }
        }
    }
}

extension ConsoleRouter {
    private func declare(_ method: HTTPRequest.Method, _ path: String, _ need: Role.Need) {
        needs.declare(method, RouterPath("/" + path.drop { $0 == "/" }).description, .session(need))
    }
}

/// What an action comes to.
public enum ActionOutcome: Sendable {
    /// Look there now; a path of the console, optionally with a query.
    case seeOther(String)
    /// A page at once: a form again with what is wrong, or something shown this once.
    case page(Page)
    /// For a module that asked.
    case json(any Encodable & Sendable)
    /// Done, and nothing to say.
    case nothing
}
