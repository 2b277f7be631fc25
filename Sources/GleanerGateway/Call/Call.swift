import AsyncCurl
import GleanerCore
import HTTPTypes
import NIOCore

/// A call that has been read and may be sent.
struct Call: Sendable {
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
    var judge: (any CallJudge)?

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
