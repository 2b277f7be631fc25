import Foundation
import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird

/// `/api/releases`: whoever puts the chatbot out says so, and charts have a mark.
public struct ReleaseRoutes: Sendable {
    private let service: ReleaseService

    public init(service: ReleaseService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("releases", use: list)
        router.post("releases", use: add)
        router.delete("releases/:id", use: remove)
    }

    func list(_ request: Request, context: GleanerContext) async throws -> ReleaseBodies.List {
        let caller = try context.caller(with: .read)
        return ReleaseBodies.List(
            releases: try await service.releases(of: caller.project).map(ReleaseBodies.One.init))
    }

    /// Scope `datasets`. → 201
    func add(_ request: Request, context: GleanerContext) async throws -> EditedResponse<ReleaseBodies.One> {
        let caller = try context.caller(with: .datasets)
        let body = try await request.decode(as: ReleaseBodies.New.self, context: context)
        let release = try await service.add(
            body.name, at: body.at, note: body.note, in: caller.project, by: "key:\(caller.keyName)")
        return EditedResponse(status: .created, response: ReleaseBodies.One(release))
    }

    /// Scope `datasets`. → 204
    func remove(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .datasets)
        let text = try context.parameters.require("id")
        guard let id = ID<Release>(text) else { throw ReleaseError.unknown(text) }
        try await service.remove(id, in: caller.project)
        return Response(status: .noContent)
    }
}

public enum ReleaseBodies {
    public struct One: ResponseEncodable, Sendable {
        let id: String
        let name: String
        let at: Date
        let note: String
        let author: String

        public init(_ release: Release) {
            (id, name, at, note, author) = (
                "\(release.id)", release.name, release.at, release.note, release.author
            )
        }
    }

    public struct List: ResponseEncodable, Sendable {
        public let releases: [One]

        public init(releases: [One]) { self.releases = releases }
    }

    /// `{"name", "at"?, "note"?}`
    struct New: Decodable, Sendable {
        private enum CodingKeys: String, CodingKey, CaseIterable { case name, at, note }
        let name: String
        let at: Date?
        let note: String

        init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(CodingKeys.allCases.map(\.stringValue))) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            let members = try decoder.container(keyedBy: CodingKeys.self)
            name = try members.decode(String.self, forKey: .name)
            at = try members.decodeIfPresent(Date.self, forKey: .at)
            note = try members.decodeIfPresent(String.self, forKey: .note) ?? ""
        }
    }
}
