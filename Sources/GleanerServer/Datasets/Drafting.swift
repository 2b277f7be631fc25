import AsyncCurl
public import AsyncPostgres
import Crypto
import Foundation
import GleanerCore
public import GleanerDatasets
public import GleanerGateway
import GleanerIngest
import Logging
import NIOCore

extension GleanerService {
    /// Keeps drafts as `POST /api/exchanges` would, for a command that has no journal.
    public static func draftLog(on pool: PostgresPool) async throws -> any DraftLog {
        WrittenDrafts(
            writer: ExchangeWriter(
                pool: pool, prices: PriceTable(try await PriceStore(pool: pool).all()),
                redactor: try await redactor(on: pool), erased: erased(on: pool), landed: landed(on: pool),
                logger: Logger(label: "gleaner.draft")))
    }

    /// US dollars for so many tokens of `model`, at today's prices; `nil` when it has none.
    public static func cost(
        of prompt: Int, _ completion: Int, model: String, from provider: String, on pool: PostgresPool
    ) async throws -> Double? {
        PriceTable(try await PriceStore(pool: pool).all()).price(of: model, from: provider, at: Date()).map {
            TokenCounts(prompt: Int64(prompt), completion: Int64(completion)).cost(at: $0.rates)
        }
    }
}

/// A configured provider's chat completions.
public struct ProviderTeacher: Teacher {
    private static let largestReply = 8 << 20
    private let client: CurlClient
    private let provider: Provider

    /// - Parameter configuration: how providers are reached.
    public init(_ configuration: ServerConfiguration, provider: Provider) {
        client = CurlClient(configuration: configuration.curl)
        self.provider = provider
    }

    public func stop() { client.shutdown() }

    public func complete(_ body: [UInt8], key: String) async throws -> TeacherReply {
        let address = provider.address(of: "chat/completions")
        let request = CurlRequest(
            method: "POST", url: address.url,
            headers: address.headers + [("Content-Type", "application/json"), ("Idempotency-Key", key)],
            body: ByteBuffer(bytes: body))
        let began = ContinuousClock.now
        let (status, retryAfter, bytes) = try await answer(to: request)
        return TeacherReply(
            status: status, body: bytes, duration: .now - began,
            retryAfter: retryAfter.flatMap { Int64($0) }.map { .seconds($0) })
    }

    private func answer(
        to request: CurlRequest
    ) async throws(BeginningError) -> (status: Int, retryAfter: String?, body: [UInt8]) {
        do throws(CurlError) {
            let response = try await client.send(request)
            let bytes = try await response.collect(upTo: Self.largestReply)
            return (response.status, response.headers.first("retry-after"), Array(bytes.readableBytesView))
        } catch {
            throw .teacherSilent(reason: "\(error)")
        }
    }
}

private struct WrittenDrafts: DraftLog {
    let writer: ExchangeWriter

    func log(_ draft: DraftedExchange) async throws {
        let intent = ExchangeIntent(
            id: draft.id, project: draft.project, key: nil, receivedAt: draft.receivedAt,
            endpoint: "/v1/chat/completions", streamed: false, requestedModel: draft.teacher, conversation: nil,
            endUser: nil, tags: draft.tags, provider: draft.provider,
            requestHash: Array(SHA256.hash(data: draft.request)), source: .api, metadata: draft.metadata)
        let outcome = ExchangeOutcome(
            status: .completed, reason: nil, httpStatus: 200, headers: ["content-type": "application/json"],
            responseHash: Array(SHA256.hash(data: draft.response)),
            attempts: [
                Attempt(
                    number: 1, provider: draft.provider, model: draft.teacher, startedAfter: .zero, duration: .zero,
                    httpStatus: 200)
            ])
        let written = try await writer.write([
            JournaledExchange(intent: intent, outcome: outcome, request: draft.request, response: draft.response)
        ])
        guard let state = written.refused[draft.id] else { return }
        throw BeginningError.teacherSilent(reason: "PostgreSQL does not take its answer (\(state)).")
    }
}
