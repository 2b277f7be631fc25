import AsyncCurl
import GleanerCore
import NIOCore

/// Asks a service of the operator's: `POST` with `{"exchanges":[…]}`, answered by `{"results":[…]}` (`OutsideContract`).
struct HTTPEvaluator: Evaluator {
    let name: String
    let version: String
    let measures: [EvaluatorMeasure] = []
    let readsCorrection = true
    let url: String
    let client: CurlClient
    let timeout: Duration

    private static let batch = 50
    private static let largestAnswer = 8 << 20

    init(name: String, url: String, client: CurlClient, timeout: Duration) {
        self.name = name
        self.url = url
        self.client = client
        self.timeout = timeout
        version = EvaluatorVersion.text("1", configuration: url)
    }

    func evaluate(_ exchanges: [EvaluatedExchange]) async -> [EvaluatorOutcome] {
        var outcomes: [EvaluatorOutcome] = []
        for start in stride(from: 0, to: exchanges.count, by: Self.batch) {
            outcomes += await ask(Array(exchanges[start..<min(start + Self.batch, exchanges.count)]))
        }
        return outcomes
    }

    private func ask(_ exchanges: [EvaluatedExchange]) async -> [EvaluatorOutcome] {
        func failed(_ reason: String, _ isTransient: Bool) -> [EvaluatorOutcome] {
            exchanges.map { _ in .failed(reason: reason, isTransient: isTransient) }
        }
        let body: JSONValue = ["exchanges": .array(exchanges.map(OutsideContract.told))]
        guard let bytes = try? body.canonicalBytes() else { return failed("unreadable", false) }
        let request = CurlRequest(
            method: "POST", url: url, headers: [("Content-Type", "application/json")], body: ByteBuffer(bytes: bytes),
            deadlines: CurlDeadlines(
                connect: min(timeout, .seconds(5)), firstByte: timeout, idle: timeout, total: timeout))
        let (status, answer): (Int, ByteBuffer)
        do throws(CurlError) {
            let response = try await client.send(request)
            status = response.status
            answer = try await response.collect(upTo: Self.largestAnswer)
        } catch {
            switch error {
            case .timeout: return failed("timed_out", true)
            case .bodyTooLarge: return failed("unreadable", false)
            case .invalidURL, .invalidHeader, .tls: return failed("not_configured", false)
            default: return failed("unreachable", true)
            }
        }
        guard (200..<300).contains(status) else {
            return failed(status == 429 ? "rate_limited" : "status_\(status)", status == 429 || status >= 500)
        }
        guard let said = (try? JSONValue(parsing: answer.readableBytesView))?["results"]?.arrayValue else {
            return failed("unreadable", false)
        }
        return OutsideContract.outcomes(said, of: exchanges)
    }
}
