import Foundation
import GleanerCore
public import GleanerHTTP
import GleanerJobs
public import Hummingbird

/// Everything under `/api/moderation`.
public struct ModerationRoutes: Sendable {
    private let service: ModerationService

    public init(service: ModerationService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("moderation/decisions", use: list)
        router.get("moderation/exchanges/:id", use: history)
        router.post("moderation/exchanges/:id/decisions", use: override)
        router.get("moderation/status", use: status)
        router.get("moderation/policy", use: policy)
        router.put("moderation/policy", use: setPolicy)
        router.get("moderation/policy/versions", use: versions)
        router.post("moderation/check", use: check)
        router.post("moderation/redecide", use: redecide)
    }

    // MARK: Reading

    func list(_ request: Request, _ context: GleanerContext) async throws -> ModerationBodies.Page {
        let caller = try context.caller(with: .read)
        let query = request.uri.queryParameters
        var filter = DecisionFilter()
        if let text = query["action"] {
            for name in text.split(separator: ",") {
                guard let action = ModerationAction(rawValue: String(name)), action != .allow else {
                    throw BodyError(field: "action", problem: "is none of unknown, flag, redact and block")
                }
                filter.actions.insert(action)
            }
        }
        filter.target = try query["target"].map { text in
            guard let target = ModerationTarget(rawValue: String(text)) else {
                throw BodyError(field: "target", problem: "is none of prompt, response and comment")
            }
            return target
        }
        filter.category = try query["category"].map { text in
            guard !text.utf8.contains(0) else { throw BodyError(field: "category", problem: "holds U+0000") }
            return String(text)
        }
        filter.isByPerson = try query["by"].map { text in
            guard text == "person" || text == "policy" else {
                throw BodyError(field: "by", problem: "is neither person nor policy")
            }
            return text == "person"
        }
        let paging = try QueryItems(request.uri.query)
        let limit = try paging.limit()
        let decisions = try await service.flagged(
            filter, of: caller.project, before: paging.id("before"), limit: limit)
        return ModerationBodies.Page(
            decisions: decisions.map(ModerationBodies.Decision.init),
            next: decisions.count == limit ? decisions.last?.id : nil)
    }

    func history(_ request: Request, _ context: GleanerContext) async throws -> ModerationBodies.History {
        let caller = try context.caller(with: .read)
        return ModerationBodies.History(try await service.history(of: exchange(context), in: caller.project))
    }

    func status(_ request: Request, _ context: GleanerContext) async throws -> ModerationBodies.Status {
        let caller = try context.caller(with: .read)
        let days = try QueryItems(request.uri.query).count("days", standard: 7, in: 1...90)
        return ModerationBodies.Status(
            try await service.standing(of: caller.project, days: days), days: days,
            policy: try await service.policies.current(of: caller.project).version)
    }

    func policy(_ request: Request, _ context: GleanerContext) async throws -> EditedResponse<ModerationBodies.Policy> {
        let caller = try context.caller(with: .read)
        let query = request.uri.queryParameters
        if let name = query["example"] { return Self.response(.example(try ExamplePolicy.named(String(name)))) }
        guard let text = query["version"] else {
            return Self.response(.init(try await service.policies.current(of: caller.project)))
        }
        guard let version = Int64(text) else { throw BodyError(field: "version", problem: "is not a number") }
        return Self.response(.init(try await service.policies.version(version, of: caller.project)))
    }

    func versions(_ request: Request, _ context: GleanerContext) async throws -> ModerationBodies.Versions {
        let caller = try context.caller(with: .read)
        let limit = try QueryItems(request.uri.query).limit()
        let versions = try await service.policies.versions(of: caller.project, limit: limit)
        return ModerationBodies.Versions(versions: versions.map(ModerationBodies.Policy.init))
    }

    // MARK: Changing

    /// Scope `review`: a person's word over a policy's.
    func override(_ request: Request, _ context: GleanerContext) async throws -> ModerationBodies.Decision {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: ModerationBodies.Override.self, context: context)
        let subject = ModerationSubject(
            exchange: try exchange(context), target: body.target, comment: body.feedback)
        let decision = try await service.override(
            subject, with: body.action, reason: body.reason, by: "key:\(caller.keyName)", in: caller.project)
        return ModerationBodies.Decision(decision)
    }

    /// Scope `admin`. `If-Match` with the version seen refuses the edit when another is in force by now.
    func setPolicy(
        _ request: Request, _ context: GleanerContext
    ) async throws -> EditedResponse<ModerationBodies.Policy> {
        let caller = try context.caller(with: .admin)
        let bytes = try await request.body.collect(upTo: context.maxUploadSize)
        let policy = try ModerationPolicy(parsing: bytes.readableBytesView)
        let expected = try request.expectedPolicy()
        let note = request.uri.queryParameters["note"].map(String.init) ?? ""
        return Self.response(
            .init(
                try await service.put(
                    policy, of: caller.project, author: "key:\(caller.keyName)", note: note, expected: expected)))
    }

    /// Scope `review`: it may ask a provider that costs money.
    func check(_ request: Request, _ context: GleanerContext) async throws -> ModerationBodies.Checked {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: ModerationBodies.Check.self, context: context)
        let checked = try await service.check(body.text, as: body.target, in: caller.project)
        return ModerationBodies.Checked(checked.verdict, checked.results)
    }

    /// Scope `admin`. → 202 with the job that does it.
    func redecide(
        _ request: Request, _ context: GleanerContext
    ) async throws -> EditedResponse<ModerationBodies.Redeciding> {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: ModerationBodies.Redecide.self, context: context)
        let job = try await service.redecide(in: caller.project, since: body.since, asks: body.asks)
        return EditedResponse(status: .accepted, response: ModerationBodies.Redeciding(job: job))
    }

    private func exchange(_ context: GleanerContext) throws -> ID<Exchange> {
        guard let id = ID<Exchange>(try context.parameters.require("id")) else {
            throw BodyError(field: "id", problem: "is not an exchange id")
        }
        return id
    }

    private static func response(_ policy: ModerationBodies.Policy) -> EditedResponse<ModerationBodies.Policy> {
        EditedResponse(headers: policy.version.map { [.eTag: "\"\($0)\""] } ?? [:], response: policy)
    }
}
