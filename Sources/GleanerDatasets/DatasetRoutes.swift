import Foundation
import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird
import NIOCore

/// `/api/datasets…`.
public struct DatasetRoutes: Sendable {
    struct Built: Encodable, ResponseEncodable {
        let dataset: String
        let version: Int
        let examples: Int
        let train: Int
        let validation: Int
        let not_judged: Int
        let excluded: [String: Int]
        let policy: String
    }
    struct List: Encodable, ResponseEncodable {
        let versions: [DatasetVersion]
    }
    /// `{"policy": document}`, `{"policy_name": name}`, or `{}` for the default policy.
    struct BuildBody: Decodable {
        private enum Key: String, CodingKey, CaseIterable { case policy, policy_name }

        let policy: JSONValue?
        let policyName: String?

        init(from decoder: any Decoder) throws {
            if let unknown = try decoder.unknownMember(besides: Set(Key.allCases.map(\.rawValue))) {
                throw BodyError(field: unknown, problem: "is not known here")
            }
            let container = try decoder.container(keyedBy: Key.self)
            policy = try container.decodeIfPresent(JSONValue.self, forKey: .policy)
            policyName = try container.decodeIfPresent(String.self, forKey: .policy_name)
            if policy != nil, policyName != nil {
                throw BodyError(
                    field: Key.policy_name.rawValue, problem: "stands beside `policy`; one of them is wanted")
            }
        }
    }

    /// `{"note"}`
    struct ApprovalBody: Decodable {
        let note: String?
    }

    private let service: DatasetService

    public init(service: DatasetService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("datasets", use: list)
        router.post("datasets/:name/versions", use: build)
        router.post("datasets/:name/preview", use: preview)
        router.get("datasets/:name/versions/:version", use: find)
        router.get("datasets/:name/versions/:version/files/:file", use: download)
        router.get("datasets/:name/versions/:version/lines/:split/:line", use: explain)
        router.get("datasets/:name/versions/:version/diff", use: diff)
        router.post("datasets/:name/versions/:version/approvals", use: approve)
    }

    func list(_ request: Request, context: GleanerContext) async throws -> List {
        List(versions: try await service.list(of: context.caller(with: .datasets).project))
    }

    /// → 201 with what went in and why the rest did not.
    func build(_ request: Request, context: GleanerContext) async throws -> EditedResponse<Built> {
        let caller = try context.caller(with: .datasets)
        let policy = try await policy(request, context)
        let version = try await service.build(
            dataset: context.parameters.require("name"), policy: policy, project: caller.project,
            by: "key:\(caller.keyName)")
        return EditedResponse(
            status: .created,
            response: Built(
                dataset: version.dataset, version: version.number, examples: version.statistics.promoted,
                train: version.statistics.train, validation: version.statistics.validation,
                not_judged: version.statistics.unjudged, excluded: version.statistics.excluded,
                policy: "\(version.policyName)@\(version.policyVersion)"))
    }

    /// What a build would make and leave out, with examples of each gate; nothing is kept.
    func preview(_ request: Request, context: GleanerContext) async throws -> DatasetPreview {
        let caller = try context.caller(with: .datasets)
        return try await service.preview(
            dataset: context.parameters.require("name"), policy: policy(request, context), project: caller.project)
    }

    private func policy(_ request: Request, _ context: GleanerContext) async throws -> PromotionPolicy {
        let body = try await request.decode(as: BuildBody.self, context: context)
        if let document = body.policy { return try PromotionPolicy(parsing: document.canonicalBytes()) }
        guard let name = body.policyName else { return PromotionPolicy() }
        return try await service.policy(named: name, in: context.caller(with: .datasets).project)
    }

    /// `?from=N`; the version before it when that is left out.
    func diff(_ request: Request, context: GleanerContext) async throws -> VersionDiff {
        let caller = try context.caller(with: .datasets)
        let to = try await version(context)
        var from: DatasetVersion?
        if let number = request.uri.queryParameters["from"] {
            from = try await service.version(String(number), of: to.dataset, in: caller.project)
        }
        return try await service.diff(to, from: from, project: caller.project)
    }

    func approve(_ request: Request, context: GleanerContext) async throws -> DatasetVersion {
        let caller = try context.caller(with: .datasets)
        let body = try await request.decode(as: ApprovalBody.self, context: context)
        return try await service.approve(
            version(context), by: "key:\(caller.keyName)", note: body.note ?? "", project: caller.project)
    }

    func find(_ request: Request, context: GleanerContext) async throws -> DatasetVersion {
        try await version(context)
    }

    func explain(_ request: Request, context: GleanerContext) async throws -> LineExplanation {
        let version = try await version(context)
        let line = Int(try context.parameters.require("line")) ?? 0
        return try await service.explain(version, split: context.parameters.require("split"), line: line)
    }

    /// Streams one of the files that an export would write, byte for byte the same. `?format=` as `--format`.
    func download(_ request: Request, context: GleanerContext) async throws -> Response {
        let version = try await version(context)
        let name = try context.parameters.require("file")
        let query = try QueryItems(request.uri.query)
        guard let file = ExportFile(rawValue: name) else { throw DatasetError.fileUnknown(name) }
        let format = try query["format"].map { name in
            guard let format = ExportFormat(rawValue: name) else { throw ExportError.formatUnknown(name) }
            return format
        }
        let store = service.store
        let headers: HTTPFields = [
            .contentType: file.contentType,
            .contentDisposition: "attachment; filename=\"\(file.rawValue)\"",
            .xContentTypeOptions: "nosniff",
        ]
        if file == .manifest || file == .card {
            let manifest = try await DatasetExporter(store: store).manifest(of: version, format: format)
            let bytes = file == .card ? Array(DatasetCard(manifest).text.utf8) : try manifest.bytes()
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        let run = try await store.opened(version, format, withHoldout: file == .holdout)
        if let split = file.split, !run.splits.contains(split) { throw DatasetError.fileUnknown(name) }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await Self.stream(file, run, to: &writer)
                try await writer.finish(nil)
            })
    }

    @concurrent private static func stream(
        _ file: ExportFile, _ run: ExportRun, to writer: inout any ResponseBodyWriter
    ) async throws {
        for try await piece in run.store.pieces(of: file, run) { try await writer.write(piece) }
    }

    private func version(_ context: GleanerContext) async throws -> DatasetVersion {
        let caller = try context.caller(with: .datasets)
        return try await service.version(
            context.parameters.require("version"), of: context.parameters.require("name"), in: caller.project)
    }
}

extension HTTPField.Name {
    static let contentDisposition = Self("Content-Disposition")!
    static let xContentTypeOptions = Self("X-Content-Type-Options")!
}

extension DatasetVersion: ResponseEncodable {}
extension DatasetPreview: ResponseEncodable {}
extension VersionDiff: ResponseEncodable {}
extension LineExplanation: ResponseEncodable {}
