import Foundation
public import GleanerCore
import GleanerHTTP
import HTTPTypes
public import Hummingbird
public import NIOCore

/// Every path under `/v1`: reads the call, decides where it goes, and has it sent once it is durable.
public struct Gateway: Sendable {
    let configuration: GatewayConfiguration
    let routes: any LiveRoutes
    let keys: any IdempotencyKeys
    let replays: ReplayCount
    let judges: any CallJudges
    let spending: Spending
    let mint: FeedbackTokenMint

    public init(
        configuration: GatewayConfiguration, routes: any LiveRoutes, keys: any IdempotencyKeys,
        replays: ReplayCount = ReplayCount(), judges: (any CallJudges)? = nil, spending: Spending,
        mint: @escaping FeedbackTokenMint = { _ in nil }
    ) {
        self.mint = mint
        self.replays = replays
        self.judges = judges ?? NoJudges()
        self.configuration = configuration
        self.routes = routes
        self.keys = keys
        self.spending = spending
    }

    func pass(_ request: Request, _ context: GleanerContext) async throws -> Response {
        try await pass(request, by: context.caller, on: context.channel)
    }

    /// Answers a call.
    /// - Parameter wire: the end of `channel` that is nearest to the socket.
    /// - Throws: `AccessError` and what else ends one before it can be kept.
    public func pass(_ request: Request, by caller: Caller?, on channel: any Channel, wire: (any ClientWire)? = nil)
        async throws -> Response
    {
        let arrival = try Arrival(request, by: caller)
        switch try await read(request, arrival, channel, wire) {
        case .refused(let response): return response
        case .call(let call):
            guard call.judge?.judgesPrompts ?? false else { return try await go(call) }
            return try await judge(call)
        }
    }

    /// What a request came to.
    private enum Reading {
        case call(Call)
        /// It cannot be sent, and has been kept and answered.
        case refused(Response)
    }

    private func read(
        _ request: Request, _ arrival: Arrival, _ channel: any Channel, _ wire: (any ClientWire)?
    ) async throws -> Reading {
        var body = ByteBuffer()
        do throws(GatewayError) {
            try await CallBody.read(request, into: &body, limit: configuration.maximumRequestBytes)
            let watch = ClientWatch(channel: channel, wire: wire)
            guard body.readableBytes > Self.smallBody else {
                return .call(try understand(arrival, request.headers, body, watch))
            }
            return .call(try await understandOffLoop(arrival, request.headers, body, watch))
        } catch .clientGone {
            // The upload broke off: there is no call to keep, and nobody to answer.
            throw GatewayError.clientGone
        } catch {
            return .refused(try await spending.refuse(arrival, body, error.explanation))
        }
    }

    private func judge(_ call: Call) async throws -> Response {
        guard let refusal = await call.judge?.refusal(ofPrompt: call.body, call.judged) else {
            return try await go(call)
        }
        return try await spending.refuse(call, GatewayError.promptRefused(refusal).explanation)
    }

    private func go(_ call: Call) async throws -> Response {
        guard let key = call.idempotencyKey else { return try await spending.spend(call) }
        return try await once(key, call)
    }

    private func understandOffLoop(
        _ arrival: Arrival, _ headers: HTTPFields, _ body: ByteBuffer, _ watch: ClientWatch
    ) async throws(GatewayError) -> Call {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { () async throws(GatewayError) in
            try understand(arrival, headers, body, watch)
        }
    }

    /// Never a part of its caller, whose frame would keep what this needs for a moment as long as the call lasts.
    @inline(never)
    private func understand(
        _ arrival: Arrival, _ headers: HTTPFields, _ body: ByteBuffer, _ watch: ClientWatch
    ) throws(GatewayError) -> Call {
        let judge = judges.judge(for: arrival.caller.project)
        let context = try CallContext(headers, now: arrival.at)
        let endpoint = arrival.endpoint
        let fields =
            endpoint.kind == .other
            ? nil
            : try RequestFields(
                parsing: body, requiresModel: endpoint.requiresModel, isJudged: judge?.judgesPrompts ?? false)
        let id = arrival.id(context, fields)
        let route = fields?.model.flatMap { model in
            let sticky = arrival.endUser(context, fields) ?? arrival.conversation(context, fields)
            return routes.plan(project: arrival.caller.project, model: model, stickyKey: sticky, exchange: id)
        }
        if route == nil, let model = fields?.model, !configuration.models.isEmpty,
            !configuration.models.contains(model)
        {
            throw .modelUnknown(known: configuration.models + routes.names(project: arrival.caller.project))
        }
        let plan = CallPlan(route, configuration)
        let intent = arrival.intent(id, context, fields, body, plan)
        return try Call(
            arrival: arrival, headers: headers, body: body, fields: fields, plan: plan, intent: intent, watch: watch,
            feedbackToken: FeedbackTokenGrant(
                intent, caller: arrival.caller, isInBody: context.wantsTokenInBody, mint: mint),
            judge: judge)
    }

    /// To read and hash a body up to this takes less than a millisecond, so the connection's own thread may do it.
    private static let smallBody = 256 << 10

    // MARK: Idempotency

    /// Does the work of `key` at most once, however often the call comes.
    private func once(_ key: IdempotencyKey, _ call: Call) async throws -> Response {
        let claim: IdempotencyClaim
        do {
            claim = try await keys.claim(key, for: call.intent.id)
        } catch {
            return try await refuse(call, .unavailable)
        }
        switch claim {
        case .running: return try await refuse(call, .running)
        case .otherRequest: return try await refuse(call, .otherRequest)
        case .answered(let answer):
            replays.add()
            return repeated(answer, call)
        case .granted:
            do {
                return try await spending.spend(call)
            } catch {
                await keys.release(key, of: call.intent.id)
                throw error
            }
        }
    }

    private func refuse(_ call: Call, _ error: IdempotencyError) async throws -> Response {
        try await spending.refuse(call.arrival, call.body, error.explanation)
    }

    /// An answer that was given before, as it was, under the id of its exchange.
    private func repeated(_ answer: KeptAnswer, _ call: Call) -> Response {
        let grant = FeedbackTokenGrant(
            call.intent.named(answer.exchange), caller: call.arrival.caller,
            isInBody: call.feedbackToken?.isInBody ?? false, mint: mint)
        var headers = HTTPFields.of(answer.exchange, grant)
        headers[.idempotentReplay] = "true"
        headers.append(kept: answer.headers)
        var body = ByteBuffer(bytes: answer.body)
        let isEventStream = WireHeaders.isEventStream(answer.headers)
        if let token = TokenInBody(grant, headers: answer.headers, isEventStream: isEventStream) {
            body = token.whole(body)
        }
        return Response(status: .init(code: answer.httpStatus), headers: headers, body: .init(byteBuffer: body))
    }
}

extension HTTPField.Name {
    static let exchangeID = HTTPField.Name("X-Gleaner-Exchange-Id")!
    static let variant = HTTPField.Name("X-Gleaner-Variant")!
    static let feedbackToken = HTTPField.Name("X-Gleaner-Feedback-Token")!
    static let idempotentReplay = IdempotencyHeader.replay
}
