import AsyncCurl
import Foundation
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /v1/models`: the provider's own list, and the routes behind it, since both are models to a client.
///
/// Without routes the provider's answer passes byte for byte. Kept like any call, once it is answered.
public struct ModelsGateway: Sendable {
    private static let largestList = 4 << 20
    private let gateway: Gateway

    public init(_ gateway: Gateway) { self.gateway = gateway }

    func list(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let arrival = try Arrival(request, by: context.caller)
        let names = gateway.routes.names(project: arrival.caller.project)
        guard !names.isEmpty, request.uri.path == "/v1/models" else { return try await gateway.pass(request, context) }
        let provider = gateway.configuration.provider
        let id = arrival.id(nil, nil)
        let (status, kept, body): (Int, [String: String], ByteBuffer)
        do throws(CurlError) {
            let response = try await gateway.spending.client.send(
                CurlRequest(
                    method: "GET", url: provider.url(for: arrival.endpoint),
                    headers: WireHeaders.toProvider(request.headers, provider: provider, exchange: id, hasBody: false),
                    body: nil, deadlines: gateway.configuration.deadlines))
            body = try await response.collect(upTo: Self.largestList)
            (status, kept) = (response.status, WireHeaders.fromProvider(response.headers))
        } catch {
            throw GatewayError(error)
        }
        return try await answer(arrival, id, status, kept, status == 200 ? Self.adding(names, to: body) : body)
    }

    /// The list with an entry for each route; as it is when it is no list.
    private static func adding(_ names: [String], to body: ByteBuffer) -> ByteBuffer {
        guard let value = try? JSONValue(parsing: Array(body.readableBytesView)), case .object(var list) = value,
            case .array(var models)? = list["data"]
        else { return body }
        let known = Set(models.compactMap { $0["id"]?.stringValue })
        for name in names where !known.contains(name) {
            models.append(["id": .string(name), "object": "model", "created": 0, "owned_by": "gleaner"])
        }
        list["data"] = .array(models)
        guard let bytes = try? JSONValue.object(list).canonicalBytes() else { return body }
        return ByteBuffer(bytes: bytes)
    }

    private func answer(
        _ arrival: Arrival, _ id: ID<Exchange>, _ status: Int, _ kept: [String: String], _ body: ByteBuffer
    ) async throws -> Response {
        let duration = ContinuousClock.now - arrival.instant
        try await gateway.spending.journal.record(
            arrival.intent(id, nil, nil, ByteBuffer(), CallPlan(nil, gateway.configuration)), request: ByteBuffer(),
            ExchangeOutcome(
                status: .completed, reason: nil, httpStatus: status, headers: kept, duration: duration,
                responseHash: body.sha256),
            response: body)
        var headers: HTTPFields = [.exchangeID: id.description]
        headers.append(kept: kept)
        return Response(status: .init(code: status), headers: headers, body: .init(byteBuffer: body))
    }
}
