import AsyncCurl
import GleanerCore
import HTTPTypes
import NIOCore

/// A call that has been read and may be sent.
///
/// An object, since every step of the call holds it over its waits: as a value it would lie in each of their frames, which live
/// as long as a stream does.
final class Call: Sendable {
    let arrival: Arrival
    let headers: HTTPFields
    /// As the client sent it.
    let body: ByteBuffer
    /// `nil` where the body is not read.
    let fields: RequestFields?
    let plan: CallPlan
    let intent: ExchangeIntent
    let watch: ClientWatch
    /// What lets a page judge this exchange; `nil` when the key's answers carry none.
    let feedbackToken: FeedbackTokenGrant?
    /// `nil` where nothing is judged before it is sent or shown.
    let judge: (any CallJudge)?
    /// `nil` where the client asked for no more than one try.
    let idempotencyKey: IdempotencyKey?

    init(
        arrival: Arrival, headers: HTTPFields, body: ByteBuffer, fields: RequestFields?, plan: CallPlan,
        intent: ExchangeIntent, watch: ClientWatch, feedbackToken: FeedbackTokenGrant?, judge: (any CallJudge)?
    ) throws(GatewayError) {
        self.arrival = arrival
        self.headers = headers
        self.body = body
        self.fields = fields
        self.plan = plan
        self.intent = intent
        self.watch = watch
        self.feedbackToken = feedbackToken
        self.judge = judge
        idempotencyKey = try IdempotencyKey(headers, intent)
    }

    var endpoint: Endpoint { arrival.endpoint }

    var judged: JudgedCall {
        JudgedCall(exchange: intent.id, project: intent.project, endpoint: intent.endpoint)
    }

    var answerGate: AnswerGate? {
        guard let judge, judge.judgesAnswers else { return nil }
        return AnswerGate(judge: judge, call: judged, endpoint: endpoint, model: fields?.model)
    }

    /// What a candidate is sent: the client's bytes, changed only where its route says so.
    func request(
        for candidate: CallPlan.Candidate, _ provider: Provider, exchange: ID<Exchange>
    ) -> CurlRequest {
        var sent = body
        if let fields, candidate.model != nil || !candidate.parameters.isEmpty {
            sent = fields.rewriting(body, model: candidate.model, setting: candidate.parameters)
        }
        let hasBody = endpoint.method != .get && endpoint.method != .head
        return CurlRequest(
            method: endpoint.method.rawValue, url: provider.url(for: endpoint),
            headers: WireHeaders.toProvider(headers, provider: provider, exchange: exchange, hasBody: hasBody),
            body: hasBody ? sent : nil, deadlines: candidate.deadlines)
    }
}
