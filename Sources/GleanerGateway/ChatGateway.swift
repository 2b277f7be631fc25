public import AsyncCurl
import Crypto
import Foundation
public import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore

/// `POST /v1/chat/completions`: reads the call, makes it durable, sends it, and hands the answer to `AnswerRelay`.
public struct ChatGateway: Sendable {
    let configuration: GatewayConfiguration
    let client: CurlClient
    let journal: any ExchangeJournal
    let open: OpenExchanges
    let logger: Logger

    public init(
        configuration: GatewayConfiguration, client: CurlClient, journal: any ExchangeJournal, open: OpenExchanges,
        logger: Logger
    ) {
        self.configuration = configuration
        self.client = client
        self.journal = journal
        self.open = open
        self.logger = logger
    }

    func complete(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let arrival = Arrival(caller: try context.caller(with: .gateway), endpoint: request.uri.path, at: Date())
        var body = ByteBuffer()
        let intent: ExchangeIntent
        do throws(GatewayError) {
            let call = try CallContext(request.headers, now: arrival.at)
            try await read(request, into: &body)
            let fields = try RequestFields(parsing: body)
            guard configuration.models.isEmpty || configuration.models.contains(fields.model ?? "") else {
                throw .modelUnknown(known: Array(configuration.models))
            }
            intent = arrival.intent(call, fields, body, provider: configuration.provider.name)
        } catch .clientGone {
            // The upload broke off: there is no call to keep, and nobody to answer.
            throw GatewayError.clientGone
        } catch {
            return try await refuse(arrival, body, error)
        }
        return try await spend(intent, body, request.headers, ClientWatch(channel: context.channel))
    }

    // MARK: Reading

    private func read(_ request: Request, into body: inout ByteBuffer) async throws(GatewayError) {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw .contentEncoding(String(encoding.prefix(64)))
        }
        let limit = configuration.maximumRequestBytes
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
            throw .bodyTooLarge(limit: limit)
        }
        do {
            for try await piece in request.body {
                guard body.readableBytes + piece.readableBytes <= limit else {
                    throw GatewayError.bodyTooLarge(limit: limit)
                }
                if body.readableBytes == 0 {
                    body = piece
                } else {
                    body.writeImmutableBuffer(piece)
                }
            }
        } catch let error as GatewayError {
            throw error
        } catch {
            throw .clientGone
        }
    }

    /// Keeps a call that goes nowhere, and answers it.
    private func refuse(_ arrival: Arrival, _ body: ByteBuffer, _ error: GatewayError) async throws -> Response {
        let intent = arrival.intent(nil, nil, body, provider: nil)
        let answer = ErrorBody.openAI.bytes(error.explanation)
        try await journal.record(
            intent, request: body,
            ExchangeOutcome(
                status: .refused, reason: error.explanation.code, httpStatus: error.explanation.status,
                responseHash: Array(SHA256.hash(data: answer))),
            response: ByteBuffer(bytes: answer))
        return ErrorBody.openAI.response(error.explanation, headers: [.exchangeID: intent.id.description])
    }

    // MARK: Spending

    private func spend(
        _ intent: ExchangeIntent, _ body: ByteBuffer, _ headers: HTTPFields, _ watch: ClientWatch
    ) async throws(JournalError) -> Response {
        let ticket = try await journal.open(intent, request: body)
        let exchange = OpenExchange(intent, ticket: ticket, journal: journal, logger: logger)
        open.add(exchange)
        FaultPoint.beforeSpend.pass()
        do throws(CurlError) {
            let response = try await send(exchange, intent, body, headers, watch)
            return AnswerRelay(
                exchange: exchange, response: response, watch: watch, open: open,
                maximumBytes: configuration.maximumAnswerBytes
            ).answer()
        } catch {
            open.remove(intent.id)
            // A stop that could not wait cancels this task and closes the connection; the client did not leave.
            let isStopping = Task.isCancelled
            let failure = watch.isGone && !isStopping ? GatewayError.clientGone : GatewayError(error)
            if isStopping {
                await exchange.closeOrLog(.interrupted, reason: "gateway_stopped")
            } else {
                let status: ExchangeStatus = failure == .clientGone ? .clientGone : .upstreamFailed
                await exchange.closeOrLog(status, reason: failure.explanation.code)
            }
            return ErrorBody.openAI.response(failure.explanation, headers: [.exchangeID: intent.id.description])
        }
    }

    /// Returns when the answer's head is in. A client that leaves meanwhile ends the transfer.
    private func send(
        _ exchange: OpenExchange, _ intent: ExchangeIntent, _ body: ByteBuffer, _ headers: HTTPFields,
        _ watch: ClientWatch
    ) async throws(CurlError) -> CurlResponse {
        let request = CurlRequest(
            method: "POST", url: configuration.provider.url(for: intent.endpoint),
            headers: WireHeaders.toProvider(headers, provider: configuration.provider, exchange: intent.id),
            body: body, deadlines: configuration.deadlines)
        exchange.sending()
        let transfer = Task { () async -> Result<CurlResponse, CurlError> in
            do throws(CurlError) {
                return .success(try await client.send(request))
            } catch {
                return .failure(error)
            }
        }
        watch.whenGone { transfer.cancel() }
        let result = await withTaskCancellationHandler {
            await transfer.value
        } onCancel: {
            transfer.cancel()
        }
        return try result.get()
    }
}

/// What is known of a call before it has been read.
private struct Arrival {
    let caller: Caller
    let endpoint: String
    let at: Date

    func intent(
        _ call: CallContext?, _ fields: RequestFields?, _ body: ByteBuffer, provider: String?
    ) -> ExchangeIntent {
        let conversation = call?.conversation ?? fields?.conversation?.asCallLabel
        return ExchangeIntent(
            id: call?.exchange ?? .new(on: Shard(project: caller.project, conversation: conversation)),
            project: caller.project, key: caller.key, receivedAt: at, endpoint: endpoint,
            streamed: fields?.stream ?? false, requestedModel: fields?.model, conversation: conversation,
            endUser: call?.endUser ?? fields?.user?.asCallLabel, tags: call?.tags ?? [], provider: provider,
            requestHash: Array(SHA256.hash(data: body.readableBytesView)))
    }
}

extension HTTPField.Name {
    static let exchangeID = Self("X-Gleaner-Exchange-Id")!
}
