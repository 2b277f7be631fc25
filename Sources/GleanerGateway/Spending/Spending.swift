public import AsyncCurl
import Crypto
import Foundation
public import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore

/// Makes a call durable, sends it to its candidates until one answers, and hands the answer to `AnswerRelay`.
public struct Spending: Sendable {
    let configuration: GatewayConfiguration
    let client: CurlClient
    let journal: any ExchangeJournal
    let open: OpenExchanges
    let shadows: Shadows
    let logger: Logger

    public init(
        configuration: GatewayConfiguration, client: CurlClient, journal: any ExchangeJournal, open: OpenExchanges,
        shadows: Shadows, logger: Logger
    ) {
        self.configuration = configuration
        self.client = client
        self.journal = journal
        self.open = open
        self.shadows = shadows
        self.logger = logger
    }

    func spend(_ call: Call) async throws(JournalError) -> Response {
        let exchange = try await begin(call)
        offerShadows(of: call)
        let response: CurlResponse
        do throws(GatewayError) {
            response = try await answerHead(call, exchange)
        } catch {
            open.remove(exchange.id)
            // What could not be made durable was not sent.
            try exchange.settle()
            return await fail(exchange, error, call)
        }
        return try await AnswerRelay(
            exchange, response, to: call, open: open, maximumBytes: configuration.maximumAnswerBytes
        ).answer()
    }

    /// From here on the call is kept, whatever becomes of it; before it is sent, that is settled.
    private func begin(_ call: Call) async throws(JournalError) -> OpenExchange {
        let ticket = try await journal.begin(call.intent, request: call.body)
        let exchange = OpenExchange(
            call.intent, arrivedAt: call.arrival.instant, ticket: ticket, journal: journal, metrics: open.metrics,
            logger: logger)
        open.add(exchange, call.watch)
        return exchange
    }

    /// Keeps a call that goes nowhere, and answers it.
    func refuse(
        _ arrival: Arrival, _ body: ByteBuffer, _ explanation: Explanation
    ) async throws(JournalError) -> Response {
        try await refuse(arrival.intent(arrival.id(nil, nil), nil, nil, body, nil), body, explanation, nil)
    }

    /// The same for a call that has been read: what it says of itself is kept.
    func refuse(_ call: Call, _ explanation: Explanation) async throws(JournalError) -> Response {
        try await refuse(call.intent, call.body, explanation, call.feedbackToken)
    }

    private func refuse(
        _ intent: ExchangeIntent, _ body: ByteBuffer, _ explanation: Explanation, _ token: FeedbackTokenGrant?
    ) async throws(JournalError) -> Response {
        let answer = ErrorBody.openAI.bytes(explanation)
        try await journal.record(
            intent, request: body,
            ExchangeOutcome(
                status: .refused, reason: explanation.code, httpStatus: explanation.status,
                responseHash: Array(SHA256.hash(data: answer))),
            response: ByteBuffer(bytes: answer))
        open.metrics?.ended(.refused)
        return ErrorBody.openAI.response(explanation, headers: .of(intent.id, token))
    }

    // MARK: Attempts

    /// Returns when a head is in that the client will get. Until then nothing has been sent to the client, so what
    /// fails may be tried again, as the route's policy says.
    private func answerHead(_ call: Call, _ exchange: OpenExchange) async throws(GatewayError) -> CurlResponse {
        let start = ContinuousClock.now
        var tries = Tries()
        while true {
            exchange.beginAttempt(tries.variant, of: call)
            let result = await ask(tries.variant, call, exchange)
            if let failure = Self.ending(call) {
                if case .success(let response) = result { response.cancel() }
                throw failure
            }
            let decision = Self.decision(after: result, tries, call, since: start)
            guard let following = tries.following(decision) else { return try result.get() }
            giveUp(result, of: exchange)
            if case .retry(let pause) = decision {
                await call.watch.sleep(for: pause)
                if let failure = Self.ending(call) { throw failure }
            }
            tries = following
        }
    }

    @inline(never)
    private static func decision(
        after result: Result<CurlResponse, GatewayError>, _ tries: Tries, _ call: Call,
        since start: ContinuousClock.Instant
    ) -> RetryDecision {
        call.plan.next(after: AttemptOutcome(result), tried: tries, elapsed: ContinuousClock.now - start)
    }

    /// The try came to nothing, and another follows.
    @inline(never)
    private func giveUp(_ result: Result<CurlResponse, GatewayError>, of exchange: OpenExchange) {
        switch result {
        case .success(let response):
            response.cancel()
            open.count(status: response.status)
            exchange.failAttempt(httpStatus: response.status, reason: "provider_status")
        case .failure(let error):
            open.count(error)
            exchange.failAttempt(httpStatus: nil, reason: error.explanation.code)
        }
    }

    /// Why the call must not be tried any further, whatever the provider says.
    private static func ending(_ call: Call) -> GatewayError? {
        call.watch.ending ?? (Task.isCancelled ? .clientGone : nil)
    }

    private func ask(
        _ index: Int, _ call: Call, _ exchange: OpenExchange
    ) async -> Result<CurlResponse, GatewayError> {
        let candidate = call.plan.candidates[index]
        guard let provider = candidate.provider else { return .failure(.providerUnknown(candidate.providerName)) }
        var request = call.request(for: candidate, provider, exchange: call.intent.id)
        request.permit = exchange.maySpend
        do throws(CurlError) {
            let transfer = try client.start(request)
            // A client that leaves meanwhile ends the transfer.
            call.watch.whenGone { transfer.cancel() }
            return .success(try await transfer.response())
        } catch {
            return .failure(GatewayError(error))
        }
    }

    private func fail(_ exchange: OpenExchange, _ error: GatewayError, _ call: Call) async -> Response {
        // A stop that could not wait cancels this task and closes the connection; the client did not leave.
        if Task.isCancelled {
            await exchange.closeOrLog(.interrupted, reason: "gateway_stopped")
        } else {
            open.count(error)
            await exchange.closeOrLog(error.ending, reason: error.explanation.code)
        }
        return ErrorBody.openAI.response(error.explanation, headers: .of(exchange.id, call.feedbackToken))
    }

    // MARK: Shadows

    private func offerShadows(of call: Call) {
        for candidate in call.plan.shadows {
            guard let provider = candidate.provider else { continue }
            let intent = call.intent.shadow(to: candidate, at: call.arrival.at)
            shadows.offer(
                .init(
                    intent: intent, body: call.body, candidate: candidate,
                    request: call.request(for: candidate, provider, exchange: intent.id),
                    streamEnd: call.endpoint.streamEnd))
        }
    }
}

extension AttemptOutcome {
    fileprivate init(_ result: Result<CurlResponse, GatewayError>) {
        switch result {
        case .success(let response) where response.status < 400: self = .answered(status: response.status)
        case .success(let response):
            self = .init(
                status: response.status, headers: WireHeaders.fromProvider(response.headers), now: .now)
        case .failure(.providerTimeout(.connect)), .failure(.providerUnreachable), .failure(.providerCut):
            self = .connectionFailed
        case .failure(.providerTimeout): self = .timedOut
        case .failure: self = .unusable
        }
    }
}
