import Foundation
import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird

/// `/api/alerts…`, `/api/alert-rules…`, `/api/alert-silences…`. Anybody who reads sees what is wrong; whoever may build
/// says that they look after it, and keeps it quiet; who writes rules is an admin, since they tell others.
public struct AlertRoutes: Sendable {
    private let service: AlertService

    public init(service: AlertService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("alerts", use: list)
        router.get("alerts/:id", use: show)
        router.post("alerts/:id/acknowledge", use: acknowledge)
        router.post("alerts/:id/resolve", use: resolve)
        router.get("alert-rules", use: rules)
        router.post("alert-rules/standard", use: standard)
        router.post("alert-rules/test", use: test)
        router.get("alert-rules/:name", use: rule)
        router.put("alert-rules/:name", use: put)
        router.delete("alert-rules/:name", use: remove)
        router.get("alert-silences", use: silences)
        router.post("alert-silences", use: silence)
        router.delete("alert-silences/:id", use: unsilence)
    }

    // MARK: Alerts

    func list(_ request: Request, context: GleanerContext) async throws -> AlertBodies.List {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: ["state", "rule", "limit", "before"])
        let limit = try query.limit()
        let isOpen: Bool? =
            switch query["state"] {
            case nil: nil
            case "open": true
            case "resolved": false
            default: throw QueryError.invalid("state", problem: "is neither open nor resolved")
            }
        return AlertBodies.List(
            try await service.alerts(
                of: caller.project, isOpen: isOpen, rule: query["rule"], before: query.id("before"), limit: limit),
            limit: limit)
    }

    func show(_ request: Request, context: GleanerContext) async throws -> AlertBodies.Whole {
        let caller = try context.caller(with: .read)
        return AlertBodies.Whole(try await service.alert(id(context), of: caller.project))
    }

    /// Scope `datasets`.
    func acknowledge(_ request: Request, context: GleanerContext) async throws -> AlertBodies.Whole {
        let caller = try context.caller(with: .datasets)
        let why = try await request.decode(as: AlertBodies.Why.self, context: context).why
        return AlertBodies.Whole(
            try await service.acknowledge(
                id(context), in: caller.project, by: "key:\(caller.keyName)", why: why))
    }

    /// Scope `datasets`.
    func resolve(_ request: Request, context: GleanerContext) async throws -> AlertBodies.Whole {
        let caller = try context.caller(with: .datasets)
        let why = try await request.decode(as: AlertBodies.Why.self, context: context).why
        return AlertBodies.Whole(
            try await service.resolve(id(context), in: caller.project, by: "key:\(caller.keyName)", why: why))
    }

    // MARK: Rules

    func rules(_ request: Request, context: GleanerContext) async throws -> AlertBodies.Rules {
        let caller = try context.caller(with: .read)
        return AlertBodies.Rules(try await service.rules(of: caller.project), channels: service.channels)
    }

    func rule(_ request: Request, context: GleanerContext) async throws -> EditedResponse<AlertBodies.Rule> {
        let caller = try context.caller(with: .read)
        let found = try await service.rule(name(context), of: caller.project)
        return EditedResponse(
            headers: [.eTag: "\"\(found.rule.version)\""],
            response: AlertBodies.Rule(found.rule, standings: found.standings))
    }

    /// Scope `admin`. `If-Match` with the version seen, 0 for none, refuses the edit when another is in force by now.
    func put(_ request: Request, context: GleanerContext) async throws -> EditedResponse<AlertBodies.Rule> {
        let caller = try context.caller(with: .admin)
        let expected = try request.expectedPolicy()
        let body = try await request.decode(as: AlertBodies.Put.self, context: context)
        let rule = try await service.put(
            body.document, as: name(context), in: caller.project, by: "key:\(caller.keyName)", note: body.note,
            expected: expected.map { Int(clamping: $0) })
        return EditedResponse(
            headers: [.eTag: "\"\(rule.version)\""], response: AlertBodies.Rule(rule, standings: []))
    }

    /// Scope `admin`. → 204
    func remove(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .admin)
        try await service.remove(name(context), in: caller.project, by: "key:\(caller.keyName)", why: "")
        return Response(status: .noContent)
    }

    /// Scope `admin`. Makes the standard rules that are not there yet.
    func standard(_ request: Request, context: GleanerContext) async throws -> AlertBodies.Made {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: AlertBodies.Standard.self, context: context)
        return AlertBodies.Made(
            made: try await service.putStandard(
                in: caller.project, by: "key:\(caller.keyName)", channels: body.channels))
    }

    /// When a rule would have spoken in the past days. Nothing is kept.
    func test(_ request: Request, context: GleanerContext) async throws -> AlertBodies.Replay {
        let caller = try context.caller(with: .read)
        let body = try await request.decode(as: AlertBodies.Test.self, context: context)
        let document =
            if let name = body.rule {
                try await service.rule(name, of: caller.project).rule.document
            } else {
                try service.check(body.document ?? .null)
            }
        return AlertBodies.Replay(
            try await service.replay(document, of: caller.project, days: body.days))
    }

    // MARK: Silences

    func silences(_ request: Request, context: GleanerContext) async throws -> AlertBodies.Silences {
        let caller = try context.caller(with: .read)
        return AlertBodies.Silences(try await service.silences(of: caller.project))
    }

    /// Scope `datasets`. → 201
    func silence(_ request: Request, context: GleanerContext) async throws -> EditedResponse<AlertBodies.Silence> {
        let caller = try context.caller(with: .datasets)
        let body = try await request.decode(as: AlertBodies.NewSilence.self, context: context)
        let silence = try await service.silence(
            body.rule, slice: body.slice, until: body.until, in: caller.project, by: "key:\(caller.keyName)",
            why: body.why)
        return EditedResponse(status: .created, response: AlertBodies.Silence(silence))
    }

    /// Scope `datasets`. → 204
    func unsilence(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .datasets)
        let text = try context.parameters.require("id")
        guard let id = ID<AlertSilence>(text) else { throw AlertError.silenceUnknown(text) }
        try await service.end(id, in: caller.project, by: "key:\(caller.keyName)")
        return Response(status: .noContent)
    }

    private func name(_ context: GleanerContext) throws -> String { try context.parameters.require("name") }

    private func id(_ context: GleanerContext) throws -> ID<Alert> {
        let text = try context.parameters.require("id")
        guard let id = ID<Alert>(text) else { throw AlertError.alertUnknown(text) }
        return id
    }
}
