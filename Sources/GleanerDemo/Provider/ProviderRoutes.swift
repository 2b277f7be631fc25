import GleanerCore
import Hummingbird
import NIOCore

/// The provider's paths: one per dialect, the models, and an echo for whatever else is under `/v1`.
struct ProviderRoutes: HTTPResponder {
    let scripts: [any ProviderScript]
    let recorder: RequestRecorder
    let chunkDelay: Duration
    let tuning: DemoTuning?

    func respond(to request: Request, context: ProviderContext) async throws -> Response {
        // Hummingbird leaves a connection open whose client has closed its half; here that client has left.
        try await context.channel.setOption(.allowRemoteHalfClosure, value: false).get()
        let body = try await request.body.collect(upTo: context.maxUploadSize)
        let kept = recorder.record { number in
            ProviderRequest(
                number: number, method: request.method.rawValue, path: request.uri.description,
                headers: request.headers, body: Array(body.readableBytesView))
        }
        let parts = request.uri.path.split(separator: "/").map(String.init)
        let dialect = parts.first == "v1" ? WireDialect(rawValue: parts.dropFirst().joined(separator: "/")) : nil
        let answer: ProviderAnswer
        do throws(ProviderRefusal) {
            answer = try decide(kept, dialect: dialect, parts: parts)
        } catch {
            answer = error.answer(in: parts.starts(with: ["v1", "messages"]) ? .messages : .chat)
        }
        let player = AnswerPlayer(channel: context.channel, chunkDelay: chunkDelay)
        return try await player.play(answer.withRequestID(kept.number))
    }

    private func decide(
        _ request: ProviderRequest, dialect: WireDialect?, parts: [String]
    ) throws(ProviderRefusal) -> ProviderAnswer {
        let isAnthropic = parts.starts(with: ["v1", "messages"])
        guard request.bearer != nil || isAnthropic && request.header("x-api-key") != nil else { throw .keyMissing }
        if isAnthropic, request.header("anthropic-version") == nil { throw .versionMissing }
        if request.method == "POST", let dialect { return try complete(request, dialect) }
        if let answer = try tuning?.answer(request, parts: Array(parts.dropFirst())) { return answer }
        switch (request.method, parts) {
        case ("POST", ["v1", "messages", "count_tokens"]): return .whole(try count(request).wireBytes)
        case ("GET", ["v1", "models"]): return .whole(list.wireBytes)
        case ("GET", let parts) where parts.count == 3 && parts.starts(with: ["v1", "models"]):
            guard let model = models.first(where: { $0.id == parts[2] }) else { throw unknown(parts[2]) }
            return .whole(model.document.wireBytes)
        case (_, let parts) where parts.first == "v1" && dialect == nil: return .echo(request)
        default: throw .pathUnknown(request.method, request.path)
        }
    }

    private func complete(
        _ request: ProviderRequest, _ dialect: WireDialect
    ) throws(ProviderRefusal) -> ProviderAnswer {
        let chat = try ChatRequest(body: request.body, dialect: dialect)
        for script in scripts {
            if let answer = script.answer(chat) { return answer }
        }
        throw unknown(chat.model)
    }

    /// Anthropic's count of a prompt, which needs no `max_tokens`.
    private func count(_ request: ProviderRequest) throws(ProviderRefusal) -> JSONValue {
        let chat = try ChatRequest(body: request.body)
        return ["input_tokens": .integer(Int64(TokenCounts(of: chat).prompt))]
    }

    private func unknown(_ model: String) -> ProviderRefusal { .modelUnknown(model, known: models.map(\.id)) }
    private var models: [ProviderModel] { scripts.flatMap(\.models) }
    private var list: JSONValue { ["object": "list", "data": .array(models.map(\.document))] }
}

extension ProviderModel {
    /// An entry of the models list, dated like the answers.
    fileprivate var document: JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(id), "object": "model", "created": 1_793_491_200, "owned_by": .string(ownedBy),
        ]
        if let description { members["description"] = .string(description) }
        if let shutdownDate { members["shutdown_date"] = .string(shutdownDate) }
        return .object(members)
    }
}

extension ProviderAnswer {
    /// OpenAI's `x-request-id` and Anthropic's `request-id` on the head: the request's number, so logs of both sides can
    /// be laid side by side.
    fileprivate func withRequestID(_ number: Int) -> Self {
        Self(
            steps.map { step in
                guard case .head(let status, var headers) = step else { return step }
                headers["x-request-id"] = "req_\(number)"
                headers["request-id"] = "req_\(number)"
                return .head(status: status, headers: headers)
            })
    }
}

/// A request's context with the connection at hand, for the scripts that cut it.
struct ProviderContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// A part of 64 MiB, and the form around it.
    var maxUploadSize: Int { 65 << 20 }
}
