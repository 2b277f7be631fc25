import AsyncCurl
import Foundation
import GleanerCore
import NIOCore

/// Where trainers are: providers as the server has them configured. A job names one; it never says an address.
public protocol TuningProviders: Sendable {
    /// Their own names, the default one first.
    var names: [String] { get }
    /// The own name of what is called so; `default` is a name, too.
    func name(of provider: String) -> String?
    /// - Parameter path: below `/v1`, with its query, such as `files?purpose=fine-tune`.
    func endpoint(_ path: String, of provider: String) -> TuningEndpoint?
}

/// An address and what to show there.
public struct TuningEndpoint: Sendable {
    public let url: String
    /// Credentials among them; never logged.
    public let headers: [(name: String, value: String)]

    public init(url: String, headers: [(name: String, value: String)]) {
        self.url = url
        self.headers = headers
    }
}

/// One provider's API: requests, the errors of its answers, and asking again where that is safe.
struct OpenAIWire: Sendable {
    enum Body: Sendable {
        case none
        case json(JSONValue)
        case multipart(Multipart)
    }

    let client: CurlClient
    let providers: any TuningProviders
    let provider: String
    /// `openai-python`'s is 600 s for everything.
    var timeout = Duration.seconds(120)
    /// For bodies that may be large.
    var uploadTimeout = Duration.seconds(600)

    /// Result files and lists of jobs are small; a training file is never read back.
    private static let largestAnswer = 64 << 20

    /// - Parameter isSafe: doing it twice comes to the same. What is not safe is asked again only when it cannot have been
    ///   done.
    /// - Throws: `DriverFault`.
    func send(
        _ method: String, _ path: String, _ body: Body = .none, isSafe: Bool
    ) async throws -> ByteBuffer {
        for attempt in 0... {
            let isLast = attempt >= RetryPolicy.retries
            switch try await once(method, path, body) {
            case .answer(let body): return body
            case .refused(let status, let error, let asked):
                // Refused for their rate, calls do nothing; other failures may come after what was asked for was done.
                let wasDone = !isSafe && status != 429 && !(400..<500).contains(status)
                if wasDone { throw DriverFault.unsure("HTTP \(status): \(error.message)") }
                guard RetryPolicy.isWorthIt(status: status, shouldRetry: asked.shouldRetry, code: error.code) else {
                    throw status == 404 ? DriverFault.gone : DriverFault.refused(error)
                }
                let pause = RetryPolicy.pause(
                    attempt: attempt, milliseconds: asked.milliseconds, after: asked.after)
                // 408 and 409 of a creation: it was not taken, and asking at once again would be rude at most.
                if isLast { throw DriverFault.notNow("HTTP \(status): \(error.message)", after: pause) }
                try await Task.sleep(for: pause)
            case .broken(let fault, let sentNothing):
                if !isSafe, !sentNothing { throw DriverFault.unsure(fault) }
                if isLast { throw DriverFault.notNow(fault, after: nil) }
                try await Task.sleep(for: RetryPolicy.pause(attempt: attempt, milliseconds: nil, after: nil))
            }
        }
        throw DriverFault.notNow("no answer", after: nil)
    }

    func json(_ method: String, _ path: String, _ body: Body = .none, isSafe: Bool) async throws -> JSONValue {
        let answer = try await send(method, path, body, isSafe: isSafe)
        guard let value = try? JSONValue(parsing: answer.readableBytesView), value.objectValue != nil else {
            // It answered 2xx: it was done, whatever that says.
            throw isSafe
                ? DriverFault.notNow("an answer that is no JSON", after: nil) : .unsure("an answer that is no JSON")
        }
        return value
    }

    // MARK: One request

    private struct Asked: Sendable {
        var shouldRetry: String?
        var milliseconds: String?
        var after: String?
    }
    private enum Outcome: Sendable {
        case answer(ByteBuffer)
        case refused(status: Int, TuningFailure, Asked)
        case broken(String, sentNothing: Bool)
    }

    private func once(_ method: String, _ path: String, _ body: Body) async throws -> Outcome {
        guard let endpoint = providers.endpoint(path, of: provider) else {
            throw DriverFault.notNow("the provider \(provider) is not configured here", after: .seconds(60))
        }
        var headers = endpoint.headers
        var bytes: ByteBuffer?
        var timeout = timeout
        switch body {
        case .none: if method == "POST" { bytes = ByteBuffer() }
        case .json(let value):
            headers.append(("Content-Type", "application/json"))
            bytes = ByteBuffer(bytes: try value.canonicalBytes())
        case .multipart(let form):
            headers.append(("Content-Type", form.contentType))
            bytes = form.body
            timeout = uploadTimeout
        }
        let request = CurlRequest(
            method: method, url: endpoint.url, headers: headers, body: bytes,
            deadlines: CurlDeadlines(connect: .seconds(10), firstByte: timeout, idle: timeout, total: timeout))
        do throws(CurlError) {
            let response = try await client.start(request).response()
            let answer = try await response.collect(upTo: Self.largestAnswer)
            if (200..<300).contains(response.status) { return .answer(answer) }
            let asked = Asked(
                shouldRetry: response.headers.first("x-should-retry"),
                milliseconds: response.headers.first("retry-after-ms"), after: response.headers.first("retry-after"))
            return .refused(status: response.status, Self.failure(response.status, answer), asked)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            return .broken("the provider did not answer (\(error))", sentNothing: error.sentNothing)
        }
    }

    /// `{"error":{"message","type","param","code"}}`, or whatever came instead.
    private static func failure(_ status: Int, _ body: ByteBuffer) -> TuningFailure {
        let error = (try? JSONValue(parsing: body.readableBytesView))?["error"]
        let standard =
            switch status {
            case 401: "invalid_api_key"
            case 403: "permission_denied"
            case 404: "not_found"
            default: "http_\(status)"
            }
        guard let error, error.objectValue != nil else {
            let words = error?.stringValue ?? String(decoding: body.readableBytesView.prefix(300), as: UTF8.self)
            return TuningFailure(code: standard, message: words.isEmpty ? "HTTP \(status)" : words)
        }
        return TuningFailure(
            code: error["code"]?.stringValue ?? standard, message: error["message"]?.stringValue ?? "HTTP \(status)",
            param: error["param"]?.stringValue)
    }
}
