import Foundation
import GleanerCore
import GleanerHTTP
public import Hummingbird

/// `/api/comparisons…`
struct ComparisonRoutes: Sendable {
    struct Item: Encodable, ResponseEncodable {
        let comparison: ID<ComparisonItem>
        let lease_token: String
        let leased_until: Date
        let messages: [JSONValue]
        let left: JSONValue
        let right: JSONValue

        init(_ item: ComparisonItem) {
            comparison = ID(item.id)
            lease_token = item.leaseToken.lowercased
            leased_until = item.leasedUntil
            messages = item.messages ?? [ReviewItem.unreadable]
            left = item.left ?? ReviewItem.unreadable
            right = item.right ?? ReviewItem.unreadable
        }
    }
    struct AddBody: FieldListing {
        let kind: ComparisonKind
        let a: ID<Exchange>
        let b: ID<Exchange>
        enum CodingKeys: String, CodingKey, CaseIterable {
            case kind
            case a = "exchange_a"
            case b = "exchange_b"
        }
    }
    struct FindBody: FieldListing {
        let kind: ComparisonKind
        let limit: Int?
        enum CodingKeys: String, CodingKey, CaseIterable { case kind, limit }
    }
    struct VerdictBody: FieldListing {
        let comparison: UUID
        let leaseToken: UUID
        let preferred: Preference
        let comment: String?
        enum CodingKeys: String, CodingKey, CaseIterable {
            case comparison, preferred, comment
            case leaseToken = "lease_token"
        }
    }
    /// Skip and heartbeat.
    struct SkipBody: FieldListing {
        let comparison: UUID
        let leaseToken: UUID
        enum CodingKeys: String, CodingKey, CaseIterable {
            case comparison
            case leaseToken = "lease_token"
        }
    }
    struct Added: Encodable, ResponseEncodable { let added: Int }

    let comparisons: ComparisonService

    func add(to router: some RouterMethods<GleanerContext>) {
        router.post("comparisons", use: add)
        router.post("comparisons/find", use: find)
        router.post("comparisons/next", use: next)
        router.post("comparisons/verdicts", use: decide)
        router.post("comparisons/skip", use: skip)
        router.post("comparisons/heartbeat", use: heartbeat)
        router.get("comparisons/results", use: results)
    }

    func add(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: KnownFields<AddBody>.self, context: context).body
        try await comparisons.add(body.kind, body.a, body.b, in: caller.project)
        return .created
    }

    func find(_ request: Request, context: GleanerContext) async throws -> Added {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: KnownFields<FindBody>.self, context: context).body
        return Added(
            added: try await comparisons.find(body.kind, in: caller.project, limit: body.limit ?? 100))
    }

    /// → 200 with a pair, or 204 when none is open.
    func next(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<UndoBody>.self, context: context).body
        let reviewer = try ReviewRoutes.reviewer(body.reviewer, caller)
        guard let item = try await comparisons.next(for: reviewer, in: caller.project) else {
            return Response(status: .noContent)
        }
        return try Item(item).response(from: request, context: context)
    }

    func decide(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<VerdictBody>.self, context: context).body
        try await comparisons.decide(
            body.preferred, comparison: body.comparison, token: body.leaseToken, comment: body.comment,
            in: caller.project)
        return .noContent
    }

    func skip(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<SkipBody>.self, context: context).body
        try await comparisons.skip(comparison: body.comparison, token: body.leaseToken, in: caller.project)
        return .noContent
    }

    func heartbeat(_ request: Request, context: GleanerContext) async throws -> ReviewRoutes.Extended {
        let caller = try context.caller(with: .review)
        let body = try await request.decode(as: KnownFields<SkipBody>.self, context: context).body
        return ReviewRoutes.Extended(
            leased_until: try await comparisons.heartbeat(
                comparison: body.comparison, token: body.leaseToken, in: caller.project))
    }

    /// `kind=`, `from=`, `to=`.
    func results(_ request: Request, context: GleanerContext) async throws -> ComparisonResults {
        let project = try context.caller(with: .review).project
        let kind = try request.uri.queryParameters["kind"].map { name in
            guard let kind = ComparisonKind(rawValue: String(name)) else {
                throw BodyError(field: "kind", problem: "is shadow, variants, regenerated, correction or gate")
            }
            return kind
        }
        return try await comparisons.results(of: project, in: TimeRange(request.uri.queryParameters), kind: kind)
    }
}

extension ComparisonResults: ResponseEncodable {}
