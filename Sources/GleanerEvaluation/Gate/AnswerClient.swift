import AsyncCurl
import GleanerCore
import NIOCore

/// What a model said, and what that took.
struct ModelAnswer: Sendable, Hashable {
    var text: String
    var finishReason: String?
    var promptTokens: Int?
    var completionTokens: Int?
    /// Until the whole answer was there.
    var duration: Duration
}

/// Why there is no answer.
enum AnswerFailure: Error, Sendable, Hashable {
    /// This prompt gets none, however often it is asked for.
    case refused(status: Int)
    /// 200, and nothing that could be read.
    case unreadable
    /// No prompt gets one: the key, the model or the address is wrong.
    case impossible(status: Int)
    /// Later perhaps.
    case transient(reason: String, after: Duration?)

    /// Others may be answered.
    var isOfPrompt: Bool {
        switch self {
        case .refused, .unreadable: true
        case .impossible, .transient: false
        }
    }

    var word: String {
        switch self {
        case .refused: "refused"
        case .unreadable: "unreadable"
        case .impossible(let status): "status_\(status)"
        case .transient(let reason, _): reason
        }
    }
}

/// Asks models of configured providers, one request at a time for each caller.
struct AnswerClient: Sendable {
    let client: CurlClient
    let providers: any EvaluationProviders

    /// An answer above this is none.
    private static let largestAnswer = 8 << 20
    /// Of one request, for hiccups; what lasts longer is the job's matter.
    private static let tries = 3

    /// - Parameter key: names this piece of work to providers that know `Idempotency-Key`, should it be asked for again.
    func chat(
        _ body: JSONValue, of provider: String, key: String, timeout: Duration
    ) async throws(AnswerFailure) -> ModelAnswer {
        let (document, duration) = try await post("chat/completions", body, of: provider, key: key, timeout: timeout)
        guard let choice = document["choices"]?.arrayValue?.first, let message = choice["message"] else {
            throw .unreadable
        }
        var text = HoldoutItem.text(of: message["content"])
        // An answer that calls tools says so in its call.
        if text.isEmpty, let calls = message["tool_calls"] {
            text = String(decoding: (try? calls.canonicalBytes()) ?? [], as: UTF8.self)
        }
        let usage = document["usage"]
        return ModelAnswer(
            text: text.replacing("\0", with: "\u{FFFD}"),
            finishReason: choice["finish_reason"]?.stringValue.map { String($0.prefix(64)).replacing("\0", with: "") },
            promptTokens: usage?["prompt_tokens"]?.intValue.map { Int(clamping: $0) },
            completionTokens: usage?["completion_tokens"]?.intValue.map { Int(clamping: $0) }, duration: duration)
    }

    /// A vector for each text, in their order.
    func embed(
        _ texts: [String], by choice: ModelChoice, key: String, timeout: Duration
    ) async throws(AnswerFailure) -> [[Double]] {
        var members = choice.parameters
        members["model"] = .string(choice.model)
        members["input"] = .array(texts.map(JSONValue.string))
        let document = try await post("embeddings", .object(members), of: choice.provider, key: key, timeout: timeout).0
        let vectors = document["data"]?.arrayValue?.compactMap { entry in
            entry["embedding"]?.arrayValue.map { $0.compactMap(\.doubleValue) }
        }
        guard let vectors, vectors.count == texts.count else { throw .unreadable }
        return vectors
    }

    private func post(
        _ path: String, _ body: JSONValue, of provider: String, key: String, timeout: Duration
    ) async throws(AnswerFailure) -> (JSONValue, Duration) {
        guard let endpoint = providers.endpoint(path, of: provider) else { throw .impossible(status: 0) }
        guard let bytes = try? body.canonicalBytes() else { throw .unreadable }
        let request = CurlRequest(
            method: "POST", url: endpoint.url,
            headers: endpoint.headers + [("Content-Type", "application/json"), ("Idempotency-Key", key)],
            body: ByteBuffer(bytes: bytes),
            deadlines: CurlDeadlines(
                connect: min(timeout, .seconds(5)), firstByte: timeout, idle: timeout, total: timeout))
        var attempt = 1
        while true {
            let clock = ContinuousClock()
            let start = clock.now
            do throws(AnswerFailure) {
                return (try await send(request), clock.now - start)
            } catch .transient(let reason, let after) {
                let pause = after ?? .milliseconds(250 * (1 << attempt))
                guard attempt < Self.tries, pause <= .seconds(5) else { throw .transient(reason: reason, after: after) }
                try? await Task.sleep(for: pause)
                if Task.isCancelled { throw .transient(reason: "cancelled", after: nil) }
                attempt += 1
            }
        }
    }

    private func send(_ request: CurlRequest) async throws(AnswerFailure) -> JSONValue {
        let (status, headers, body): (Int, CurlHeaders, ByteBuffer)
        do throws(CurlError) {
            let response = try await client.send(request)
            (status, headers) = (response.status, response.headers)
            body = try await response.collect(upTo: Self.largestAnswer)
        } catch {
            switch error {
            case .timeout: throw .transient(reason: "timed_out", after: nil)
            case .bodyTooLarge: throw .unreadable
            case .invalidURL, .invalidHeader, .tls: throw .impossible(status: 0)
            default: throw .transient(reason: "unreachable", after: nil)
            }
        }
        switch status {
        case 200..<300:
            guard let value = try? JSONValue(parsing: body.readableBytesView) else { throw .unreadable }
            return value
        case 401, 403, 404: throw .impossible(status: status)
        case 408, 409, 425, 429, 500...:
            let after = headers.first("retry-after").flatMap { Double($0) }.map {
                Duration.seconds(min(max($0, 0), 3600))
            }
            throw .transient(reason: status == 429 ? "rate_limited" : "status_\(status)", after: after)
        default: throw .refused(status: status)
        }
    }
}
