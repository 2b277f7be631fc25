public import AsyncCurl
import GleanerCore
import GleanerHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /v1/models`: the provider's own list, byte for byte. Not an exchange; nothing is kept.
public struct ModelsGateway: Sendable {
    let providers: Providers
    let client: CurlClient
    let deadlines: CurlDeadlines

    public init(configuration: GatewayConfiguration, client: CurlClient) {
        providers = configuration.providers
        self.client = client
        deadlines = configuration.deadlines
    }

    func list(_ request: Request, _ context: GleanerContext) async throws -> Response {
        _ = try context.caller(with: .gateway)
        let provider = providers.default
        do throws(CurlError) {
            let response = try await client.send(
                CurlRequest(
                    method: "GET", url: provider.url(for: request.uri.path),
                    headers: WireHeaders.toProvider(request.headers, provider: provider, exchange: nil)
                        .filter { $0.name != "Content-Type" },
                    body: nil, deadlines: deadlines))
            let body = try await response.collect(upTo: 4 << 20)
            var headers = HTTPFields()
            for (name, value) in WireHeaders.fromProvider(response.headers) {
                if let name = HTTPField.Name(name) { headers[name] = value }
            }
            return Response(status: .init(code: response.status), headers: headers, body: .init(byteBuffer: body))
        } catch {
            throw GatewayError(error)
        }
    }
}
