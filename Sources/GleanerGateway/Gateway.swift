import Foundation
public import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

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
        let caller = try context.caller(with: .gateway)
        let endpoint = try Endpoint(method: request.method, path: request.uri.path, query: request.uri.query)
        let arrival = Arrival(caller: caller, endpoint: endpoint, at: Date(), instant: .now)
        var body = ByteBuffer()
        let judge = judges.judge(for: caller.project)
        var call: Call
        let key: IdempotencyKey?
        do throws(GatewayError) {
            try await CallBody.read(request, into: &body, limit: configuration.maximumRequestBytes)
            let (headers, read, watch) = (request.headers, body, ClientWatch(channel: context.channel))
            call = try await offLoop(body.readableBytes > Self.smallBody) { () throws(GatewayError) in
                try understand(arrival, headers, read, watch, isJudged: judge?.judgesPrompts ?? false)
            }
            key = try IdempotencyKey(request.headers, call.intent)
        } catch .clientGone {
            // The upload broke off: there is no call to keep, and nobody to answer.
            throw GatewayError.clientGone
        } catch {
            return try await spending.refuse(arrival, body, error.explanation)
        }
        call.judge = judge
        if let judge, judge.judgesPrompts,
            let refusal = await judge.refusal(ofPrompt: call.body, call.judged)
        {
            return try await spending.refuse(call, GatewayError.promptRefused(refusal).explanation)
        }
        guard let key else { return try await spending.spend(call) }
        return try await once(key, call)
    }

    private func understand(
        _ arrival: Arrival, _ headers: HTTPFields, _ body: ByteBuffer, _ watch: ClientWatch, isJudged: Bool
    ) throws(GatewayError) -> Call {
        let context = try CallContext(headers, now: arrival.at)
        let endpoint = arrival.endpoint
        let fields =
            endpoint.kind == .other
            ? nil
            : try RequestFields(parsing: body, requiresModel: endpoint.requiresModel, isJudged: isJudged)
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
        return Call(
            arrival: arrival, headers: headers, body: body, fields: fields, plan: plan, intent: intent, watch: watch,
            feedbackToken: FeedbackTokenGrant(
                intent, caller: arrival.caller, isInBody: context.wantsTokenInBody, mint: mint))
    }

    /// To read and hash a body up to this takes less than a millisecond, so the connection's own thread may do it.
    private static let smallBody = 256 << 10

    private func offLoop<Value: Sendable>(
        _ isNeeded: Bool, _ work: () throws(GatewayError) -> Value
    ) async throws(GatewayError) -> Value {
        guard isNeeded else { return try work() }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { () async throws(GatewayError) in
            try work()
        }
    }

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
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
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
