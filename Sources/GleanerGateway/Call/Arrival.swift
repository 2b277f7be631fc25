import Foundation
import GleanerCore
import Hummingbird
import NIOCore

/// What is known of a call before it has been read.
final class Arrival: Sendable {
    let caller: Caller
    let endpoint: Endpoint
    let at = Date()
    let instant = ContinuousClock.now

    /// - Throws: `AccessError`, and `GatewayError.pathInvalid`.
    @inline(never)
    init(_ request: Request, by caller: Caller?) throws {
        self.caller = try caller.allowed(.gateway)
        endpoint = try Endpoint(method: request.method, path: request.uri.path, query: request.uri.query)
    }

    /// The client's own id, or a new one on its conversation's shard.
    func id(_ context: CallContext?, _ fields: RequestFields?) -> ID<Exchange> {
        context?.exchange
            ?? .new(on: Shard(project: caller.project, conversation: conversation(context, fields)))
    }

    func intent(
        _ id: ID<Exchange>, _ context: CallContext?, _ fields: RequestFields?, _ body: ByteBuffer, _ plan: CallPlan?
    ) -> ExchangeIntent {
        ExchangeIntent(
            id: id, project: caller.project, key: caller.key, receivedAt: at, endpoint: endpoint.name,
            streamed: fields?.stream ?? false, requestedModel: fields?.model,
            conversation: conversation(context, fields), endUser: endUser(context, fields), tags: context?.tags ?? [],
            provider: plan?.candidates.first?.providerName,
            requestHash: body.sha256, choice: plan?.choice,
            traceParent: context?.traceParent)
    }

    func conversation(_ context: CallContext?, _ fields: RequestFields?) -> String? {
        context?.conversation ?? fields?.conversation?.asCallLabel
    }

    func endUser(_ context: CallContext?, _ fields: RequestFields?) -> String? {
        context?.endUser ?? fields?.user?.asCallLabel
    }
}

extension ExchangeIntent {
    /// The same call as another exchange's, which answered it.
    func named(_ other: ID<Exchange>) -> ExchangeIntent {
        ExchangeIntent(
            id: other, project: project, key: key, receivedAt: receivedAt, endpoint: endpoint, streamed: streamed,
            requestedModel: requestedModel, conversation: conversation, endUser: endUser, tags: tags,
            provider: provider, requestHash: requestHash, source: source, choice: choice,
            traceParent: traceParent)
    }

    /// The same request, to a candidate whose answer nobody is shown.
    func shadow(to candidate: CallPlan.Candidate, at time: Date) -> ExchangeIntent {
        ExchangeIntent(
            id: .new(on: id.shard), project: project, key: key, receivedAt: time, endpoint: endpoint,
            streamed: streamed, requestedModel: requestedModel, conversation: conversation, endUser: endUser,
            tags: tags, provider: candidate.providerName, requestHash: requestHash, source: .shadow,
            choice: choice.flatMap { choice in
                candidate.variant.map { RouteChoice(route: choice.route, variant: $0, version: choice.version) }
            }, shadowOf: id, traceParent: traceParent)
    }
}
