import Foundation
import GleanerCore
import HTTPTypes
import Hummingbird
import NIOCore

/// What became of each exchange of a batch, by its position.
struct BatchResults {
    typealias Outcome = Result<ExchangeLog.Receipt, any Error>

    private struct Item: Encodable {
        let index: Int
        var id: ID<Exchange>?
        var known: Bool?
        /// Where it began, from 1; only beside an error.
        var line: Int?
        var error: Fault?
    }
    struct Fault: Encodable {
        let code: String
        let message: String
        let why: String
        let fix: String

        init(_ explanation: Explanation) {
            code = explanation.code
            message = explanation.what
            why = explanation.why
            fix = explanation.fix
        }
    }
    private struct Document: Encodable {
        let accepted: Int
        let rejected: Int
        let exchanges: [Item]
        /// Why the rest of the body was not read.
        let stopped: Fault?
        /// The first error, when nothing was accepted: where a client looks for one.
        let error: Fault?
    }

    private var items: [Item] = []
    private var accepted = 0
    private var first: Explanation?
    private var mustRetry = false
    private var lone: Outcome?
    /// No more are taken.
    var isFull = false

    var count: Int { items.count }

    mutating func append(_ outcomes: [(RawRecord, Outcome)]) {
        for (record, outcome) in outcomes {
            lone = outcome
            switch outcome {
            case .success(let receipt):
                accepted += 1
                items.append(Item(index: items.count, id: receipt.id, known: receipt.wasKnown ? true : nil))
            case .failure(let error):
                let explanation = Self.explain(error)
                first = first ?? explanation
                if explanation.status == 503 { mustRetry = true }
                items.append(Item(index: items.count, line: record.line, error: Fault(explanation)))
            }
        }
    }

    /// 202 when all were accepted, 207 when some were; otherwise what the first error says.
    func answer(stopped: BatchError?) throws -> Response {
        if items.isEmpty, let stopped { throw stopped }
        let rejected = items.count - accepted
        let status: HTTPResponse.Status =
            if accepted == 0, let first { .init(code: first.status) } else {
                rejected > 0 || stopped != nil ? .init(code: 207, reasonPhrase: "Multi-Status") : .accepted
            }
        return try Self.response(
            Document(
                accepted: accepted, rejected: rejected, exchanges: items,
                stopped: stopped.map { Fault($0.explanation) }, error: accepted == 0 ? first.map(Fault.init) : nil),
            status, mustRetry: mustRetry)
    }

    /// Of a request that is one exchange: the error is the request's.
    func single() throws -> Response {
        _ = try lone?.get()
        return try Self.response(
            Document(accepted: accepted, rejected: 0, exchanges: items, stopped: nil, error: nil), .accepted,
            mustRetry: false)
    }

    private static func response(
        _ document: Document, _ status: HTTPResponse.Status, mustRetry: Bool
    ) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        if mustRetry { headers[.retryAfter] = "2" }
        return Response(
            status: status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(document))))
    }

    private static func explain(_ error: any Error) -> Explanation {
        (error as? any Explained)?.explanation
            ?? Explanation(
                status: 500, code: "internal_error", what: "Gleaner failed to answer this.",
                why: "The cause is not known.", fix: "Try again; if it stays, report it with the request id.")
    }
}
