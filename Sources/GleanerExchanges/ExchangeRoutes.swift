import Foundation
import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// `GET /api/exchanges`, `/api/exchanges/{id}` and what hangs on one.
public struct ExchangeRoutes: Sendable {
    /// One exchange of a list.
    struct Item: Encodable, Sendable {
        let exchange: ExchangeSummary
        let marks: ExchangeMarks
        let match: TextMatch?

        enum CodingKeys: CodingKey { case marks, match }

        func encode(to encoder: any Encoder) throws {
            try exchange.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(marks, forKey: .marks)
            try container.encodeIfPresent(match, forKey: .match)
        }
    }

    struct Page: Encodable, Sendable, ResponseEncodable {
        let exchanges: [Item]
        /// Pass as `before` for what follows; absent when nothing does.
        let next: ID<Exchange>?
        let searched: Searched
    }

    struct Searched: Encodable, Sendable {
        /// Looked at for this page.
        let exchanges: Int
        /// How far back; absent when there is nothing beyond.
        let to: Date?
        /// Time was up before the page was full; `next` goes on.
        let isCutShort: Bool

        enum CodingKeys: String, CodingKey {
            case exchanges, to
            case isCutShort = "cut_short"
        }
    }

    let service: ExchangeService

    public init(service: ExchangeService) { self.service = service }

    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("exchanges", use: list)
        router.get("exchanges/:id", use: find)
        router.get("exchanges/:id/history", use: history)
        router.get("exchanges/:id/bytes/:half", use: bytes)
    }

    private static let parameters = ExchangeFilter.parameters.union(["before", "after", "limit"])

    func list(_ request: Request, _ context: GleanerContext) async throws -> Page {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: Self.parameters)
        let limit = try query.amount("limit").map { Int($0) } ?? 50
        let found = try await service.page(
            of: caller.project, try ExchangeFilter(query), before: try query.id("before"), after: try query.id("after"),
            limit: min(max(limit, 1), ExchangeSearch.largestPage))
        return Page(
            exchanges: found.page.exchanges.map {
                Item(exchange: $0, marks: found.marks[$0.id] ?? ExchangeMarks(), match: found.page.matches[$0.id])
            },
            next: found.page.next,
            searched: Searched(
                exchanges: found.page.looked, to: found.page.searchedTo, isCutShort: found.page.isCutShort))
    }

    func find(_ request: Request, _ context: GleanerContext) async throws -> ExchangeReader.Whole {
        let caller = try context.caller(with: .read)
        return try await service.find(try Self.id(context), of: caller.project)
    }

    func history(_ request: Request, _ context: GleanerContext) async throws -> ExchangeHistory {
        let caller = try context.caller(with: .read)
        return try await service.history(of: try Self.id(context), of: caller.project)
    }

    func bytes(_ request: Request, _ context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .read)
        guard let half = ExchangeReader.Half(rawValue: try context.parameters.require("half")) else {
            throw HTTPError(.notFound)
        }
        return try await service.download(half, of: try Self.id(context), of: caller.project)
    }

    private static func id(_ context: GleanerContext) throws -> ID<Exchange> {
        let text = try context.parameters.require("id")
        guard let id = ID<Exchange>(text) else { throw ExchangeUnknown(id: text) }
        return id
    }
}

extension ExchangeReader.Whole: ResponseEncodable {}
extension ExchangeHistory: ResponseEncodable {}
