import Foundation
import GleanerCore
import GleanerHTTP
import Hummingbird

/// `GET /api/exchanges` and `GET /api/exchanges/{id}`.
struct ExchangeRoutes: Sendable {
    struct Page: Codable, Sendable, ResponseEncodable {
        let exchanges: [ExchangeReader.Summary]
        /// Pass as `before` for the next page; `null` on the last one.
        let next: ID<Exchange>?
    }

    let reader: ExchangeReader

    func add(to router: some RouterMethods<GleanerContext>) {
        router.get("exchanges", use: list)
        router.get("exchanges/:id", use: find)
    }

    func list(_ request: Request, _ context: GleanerContext) async throws -> Page {
        let caller = try context.caller(with: .read)
        let query = request.uri.queryParameters
        let before = try query["before"].map { text -> ID<Exchange> in
            guard let id = ID<Exchange>(String(text)) else {
                throw BodyError(field: "before", problem: "is not an exchange id")
            }
            return id
        }
        let status = try query["status"].map { text -> String in
            guard ExchangeStatus(rawValue: String(text)) != nil else {
                throw BodyError(field: "status", problem: "is not a status")
            }
            return String(text)
        }
        let limit = min(max(query["limit"].flatMap { Int($0) } ?? 50, 1), 500)
        let conversation = try query["conversation"].map { text -> String in
            guard !text.utf8.contains(0) else { throw BodyError(field: "conversation", problem: "holds U+0000") }
            return String(text)
        }
        let exchanges = try await reader.list(
            of: caller.project, before: before, conversation: conversation, status: status, limit: limit)
        return Page(exchanges: exchanges, next: exchanges.count == limit ? exchanges.last?.id : nil)
    }

    func find(_ request: Request, _ context: GleanerContext) async throws -> ExchangeReader.Whole {
        let caller = try context.caller(with: .read)
        let text = try context.parameters.require("id")
        guard let id = ID<Exchange>(text), let found = try await reader.find(id, of: caller.project) else {
            throw ExchangeUnknown(id: text)
        }
        return found
    }
}

extension ExchangeReader.Whole: ResponseEncodable {}

struct ExchangeUnknown: Explained {
    let id: String

    var explanation: Explanation {
        Explanation(
            status: 404, code: "exchange_unknown", what: "No exchange \(id.prefix(64)) is stored.",
            why: "The id is wrong, belongs to another project, or is still on its way from the journal.",
            fix: "Send the id from the X-Gleaner-Exchange-Id header; look at gleaner_journal_exchanges in /metrics.")
    }
}
