import AsyncCurl
import GleanerCore
import HTTPTypes
import NIOCore
import Synchronization

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
    private let labeling: AnswerLabels.Making
    private let madeLabels = Mutex<AnswerLabels?>(nil)
    /// `nil` where nothing is judged before it is sent or shown.
    let judge: (any CallJudge)?
    /// `nil` where the client asked for no more than one try.
    let idempotencyKey: IdempotencyKey?

    init(
        arrival: Arrival, headers: HTTPFields, body: ByteBuffer, fields: RequestFields?, plan: CallPlan,
        intent: ExchangeIntent, watch: ClientWatch, labeling: AnswerLabels.Making, judge: (any CallJudge)?
    ) throws(GatewayError) {
        self.arrival = arrival
        self.headers = headers
        self.body = body
        self.fields = fields
        self.plan = plan
        self.intent = intent
        self.watch = watch
        self.labeling = labeling
        self.judge = judge
        idempotencyKey = try IdempotencyKey(headers, intent)
    }

    var endpoint: Endpoint { arrival.endpoint }

    /// The client wants its feedback token in the body as well.
    var wantsTokenInBody: Bool { labeling.isInBody }

    /// What the answer says of its exchange. Made when it is first asked for, which is best done while the provider thinks:
    /// a call waits for nothing but what it needs to be sent.
    var labels: AnswerLabels {
        madeLabels.withLock { made in
            if let made { return made }
            let labels = AnswerLabels(intent, caller: arrival.caller, labeling)
            made = labels
            return labels
        }
    }

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
