import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird
import NIOCore

/// `GET /api/report`: what the console's overview shows, as JSON or CSV.
public struct ReportRoutes: Sendable {
    private let service: ReportService

    public init(service: ReportService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("report", use: report)
    }

    /// Scope `read`.
    func report(_ request: Request, context: GleanerContext) async throws -> Response {
        let caller = try context.caller(with: .read)
        let known = ReportQuery.parameters.union(["format", "part", "name"])
        let items = try QueryItems(request.uri.query, only: known)
        let format = items["format"] ?? "json"
        guard format == "json" || format == "csv" else {
            throw QueryError.invalid("format", problem: "is neither json nor csv")
        }
        let report = try await service.report(ReportQuery(items), of: caller.project)
        if format == "csv" { return Self.csv(try ReportTable(report, items)) }
        return try ReportBody(report).response(from: request, context: context)
    }

    public static func csv(_ table: ReportTable) -> Response {
        Response(
            status: .ok, headers: Download.headers(file: "report.csv", type: "text/csv; charset=utf-8"),
            body: .init(byteBuffer: ByteBuffer(string: table.csv)))
    }
}
