import Foundation
import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird
import NIOCore

/// `/api/erasures…`; scope `admin`.
public struct ErasureRoutes: Sendable {
    struct Page: Encodable, ResponseEncodable {
        let erasures: [ErasureBody]
        /// Pass as `before` for the next page; `null` on the last one.
        let next: ID<Erasure>?
    }
    /// `{"end_user": name}`, `{"conversation": name}` or `{"exchange": id}`, and what else is wanted.
    struct Wish: Decodable {
        private enum Key: String, CodingKey, CaseIterable { case exchange, end_user, conversation, forbid, reason }

        let subject: ErasureSubject
        let forbid: Bool
        let reason: String

        init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(Key.allCases.map(\.rawValue))) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            let fields = try decoder.container(keyedBy: Key.self)
            var subjects: [ErasureSubject] = []
            for (kind, key) in [
                (ErasureSubject.Kind.exchange, Key.exchange), (.endUser, .end_user), (.conversation, .conversation),
            ] {
                guard let text = try fields.decodeIfPresent(String.self, forKey: key) else { continue }
                subjects.append(try ErasureSubject(kind, text))
            }
            guard let subject = subjects.first, subjects.count == 1 else {
                throw ErasureError.subjectsWanted(found: subjects.count)
            }
            self.subject = subject
            forbid = try fields.decodeIfPresent(Bool.self, forKey: .forbid) ?? false
            reason = try fields.decodeIfPresent(String.self, forKey: .reason) ?? ""
        }
    }

    private let service: ErasureService

    public init(service: ErasureService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("erasures", use: list)
        router.post("erasures", use: propose)
        router.get("erasures/:id", use: find)
        router.post("erasures/:id/confirm", use: confirm)
        router.get("erasures/:id/receipt", use: receipt)
    }

    func list(_ request: Request, context: GleanerContext) async throws -> Page {
        let caller = try context.caller(with: .admin)
        let query = try QueryItems(request.uri.query)
        let limit = try query.limit()
        let found = try await service.list(of: caller.project, before: query.id("before"), limit: limit)
        return Page(erasures: found.map(ErasureBody.init), next: found.count == limit ? found.last?.id : nil)
    }

    /// → 201 with what would go. Nothing is erased before it is confirmed.
    func propose(_ request: Request, context: GleanerContext) async throws -> EditedResponse<ErasureBody> {
        let caller = try context.caller(with: .admin)
        let wish = try await request.decode(as: Wish.self, context: context)
        let erasure = try await service.propose(
            wish.subject, forbid: wish.forbid, reason: wish.reason, by: "key:\(caller.keyName)", in: caller.project)
        return EditedResponse(status: .created, response: ErasureBody(erasure))
    }

    func find(_ request: Request, context: GleanerContext) async throws -> ErasureBody {
        let caller = try context.caller(with: .admin)
        return ErasureBody(try await service.find(id(context), in: caller.project))
    }

    /// → 202: a job erases it.
    func confirm(_ request: Request, context: GleanerContext) async throws -> EditedResponse<ErasureBody> {
        let caller = try context.caller(with: .admin)
        let erasure = try await service.confirm(id(context), by: "key:\(caller.keyName)", in: caller.project)
        return EditedResponse(status: .accepted, response: ErasureBody(erasure))
    }

    /// JSON, or Markdown where `Accept` asks for `text/markdown`.
    func receipt(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .admin)
        let receipt = try await service.receipt(of: id(context), in: caller.project)
        guard request.headers[.accept]?.contains("text/markdown") == true else {
            return try context.responseEncoder.encode(receipt, from: request, context: context)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/markdown; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: receipt.markdown)))
    }

    private func id(_ context: GleanerContext) throws -> ID<Erasure> {
        guard let id = ID<Erasure>(try context.parameters.require("id")) else {
            throw BodyError(field: "id", problem: "is not an erasure's id")
        }
        return id
    }
}

extension ErasureBody: ResponseEncodable {}
