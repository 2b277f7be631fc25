import Foundation
import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// `/api/loops…`. Who may build may also stop; who lets it spend money and move traffic is an admin.
public struct LoopRoutes: Sendable {
    private let service: LoopService

    public init(service: LoopService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("loops", use: list)
        router.post("loops/check", use: check)
        router.get("loops/rounds/:id", use: round)
        router.post("loops/rounds/:id/hold", use: hold)
        router.post("loops/rounds/:id/continue", use: goOn)
        router.post("loops/rounds/:id/skip", use: skip)
        router.post("loops/rounds/:id/cancel", use: cancel)
        router.get("loops/:name", use: show)
        router.put("loops/:name", use: put)
        router.get("loops/:name/rounds", use: rounds)
        router.post("loops/:name/rounds", use: start)
        router.get("loops/:name/events", use: events)
        router.post("loops/:name/pause", use: pause)
        router.post("loops/:name/resume", use: resume)
    }

    // MARK: Reading, scope `read`

    func list(_ request: Request, context: GleanerContext) async throws -> LoopBodies.List {
        let caller = try context.caller(with: .read)
        return LoopBodies.List(
            try await service.standing(of: caller.project).map { LoopBodies.One($0.loop, round: $0.open) })
    }

    func show(_ request: Request, context: GleanerContext) async throws -> LoopBodies.One {
        let caller = try context.caller(with: .read)
        return try await one(service.loop(name(context), of: caller.project))
    }

    func rounds(_ request: Request, context: GleanerContext) async throws -> LoopBodies.Rounds {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: ["limit", "before"])
        let limit = try query.limit()
        return LoopBodies.Rounds(
            try await service.rounds(
                of: caller.project, loop: name(context), before: query.id("before"), limit: limit), limit: limit)
    }

    func round(_ request: Request, context: GleanerContext) async throws -> LoopBodies.Round {
        let caller = try context.caller(with: .read)
        return LoopBodies.Round(try await service.round(id(context), of: caller.project))
    }

    func events(_ request: Request, context: GleanerContext) async throws -> LoopBodies.Events {
        let caller = try context.caller(with: .read)
        let limit = try QueryItems(request.uri.query, only: ["limit"]).limit()
        return LoopBodies.Events(try await service.events(of: name(context), in: caller.project, limit: limit))
    }

    // MARK: Documents, scope `admin`: whoever writes one agrees to what it may spend

    func put(_ request: Request, context: GleanerContext) async throws -> LoopBodies.One {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: LoopBodies.Put.self, context: context)
        return try await one(
            service.put(
                body.document, as: name(context), in: caller.project, by: "key:\(caller.keyName)", note: body.note))
    }

    /// Scope `datasets`. The document with every default; nothing is kept.
    func check(_ request: Request, context: GleanerContext) async throws -> LoopBodies.Checked {
        let caller = try context.caller(with: .datasets)
        let body = try await request.decode(as: LoopBodies.Put.self, context: context)
        return LoopBodies.Checked(try await service.check(body.document, in: caller.project))
    }

    // MARK: A person's word: stopping wants scope `datasets`, going on `admin`

    func pause(_ request: Request, context: GleanerContext) async throws -> LoopBodies.One {
        let (caller, why) = try await said(request, context, .datasets)
        return try await one(
            service.pause(name(context), in: caller.project, by: "key:\(caller.keyName)", why: why))
    }
    func resume(_ request: Request, context: GleanerContext) async throws -> LoopBodies.One {
        let (caller, why) = try await said(request, context, .admin)
        return try await one(
            service.resume(name(context), in: caller.project, by: "key:\(caller.keyName)", why: why))
    }

    /// → 201
    func start(_ request: Request, context: GleanerContext) async throws -> EditedResponse<LoopBodies.Round> {
        let (caller, why) = try await said(request, context, .admin)
        let round = try await service.start(
            name(context), in: caller.project, by: "key:\(caller.keyName)", why: why)
        return EditedResponse(status: .created, response: LoopBodies.Round(round))
    }

    func hold(_ request: Request, context: GleanerContext) async throws -> LoopBodies.Round {
        try await say(.hold, request, context, .datasets)
    }
    func cancel(_ request: Request, context: GleanerContext) async throws -> LoopBodies.Round {
        try await say(.cancel, request, context, .datasets)
    }
    func goOn(_ request: Request, context: GleanerContext) async throws -> LoopBodies.Round {
        try await say(.goOn, request, context, .admin)
    }
    func skip(_ request: Request, context: GleanerContext) async throws -> LoopBodies.Round {
        try await say(.skip, request, context, .admin)
    }

    private func say(
        _ word: LoopService.Word, _ request: Request, _ context: GleanerContext, _ scope: Scope
    ) async throws -> LoopBodies.Round {
        let (caller, why) = try await said(request, context, scope)
        return LoopBodies.Round(
            try await service.say(word, over: id(context), in: caller.project, by: "key:\(caller.keyName)", why: why))
    }

    private func said(
        _ request: Request, _ context: GleanerContext, _ scope: Scope
    ) async throws -> (Caller, String) {
        let caller = try context.caller(with: scope)
        return (caller, try await request.decode(as: LoopBodies.Why.self, context: context).why)
    }

    private func one(_ loop: Loop) async throws -> LoopBodies.One {
        LoopBodies.One(loop, round: try await service.openRound(of: loop))
    }

    private func name(_ context: GleanerContext) throws -> String { try context.parameters.require("name") }

    private func id(_ context: GleanerContext) throws -> ID<LoopRound> {
        let text = try context.parameters.require("id")
        guard let id = ID<LoopRound>(text) else { throw LoopError.roundUnknown(text) }
        return id
    }
}
