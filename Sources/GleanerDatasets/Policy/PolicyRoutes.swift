import GleanerCore
public import GleanerHTTP
public import Hummingbird

/// `/api/policies…` and `/api/benchmarks…`: what promotion asks, and what it must not repeat.
public struct PolicyRoutes: Sendable {
    struct List: Encodable, ResponseEncodable {
        let policies: [StoredPolicy]
    }
    struct Checked: Encodable, ResponseEncodable {
        let valid = true
        /// In full, defaults included.
        let document: JSONValue
    }
    struct Benchmarks: Encodable, ResponseEncodable {
        let benchmarks: [Benchmark]
    }

    private let service: DatasetService

    public init(service: DatasetService) { self.service = service }

    /// - Parameter router: answers under `/api`.
    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("policies", use: list)
        router.post("policies", use: save)
        router.post("policies/check", use: check)
        router.get("policies/:name", use: find)
        router.get("benchmarks", use: benchmarks)
        router.put("benchmarks/:name", use: addBenchmark)
        router.delete("benchmarks/:name", use: removeBenchmark)
    }

    func list(_ request: Request, context: GleanerContext) async throws -> List {
        List(policies: try await service.policies(of: context.caller(with: .datasets).project))
    }

    /// The body is the document. → 201 with the version it is kept as.
    func save(_ request: Request, context: GleanerContext) async throws -> EditedResponse<StoredPolicy> {
        let caller = try context.caller(with: .datasets)
        let document = try await request.decode(as: JSONValue.self, context: context)
        let policy = try PromotionPolicy(parsing: document.canonicalBytes())
        return EditedResponse(status: .created, response: try await service.save(policy, in: caller.project))
    }

    func check(_ request: Request, context: GleanerContext) async throws -> Checked {
        _ = try context.caller(with: .datasets)
        let document = try await request.decode(as: JSONValue.self, context: context)
        return Checked(document: try PromotionPolicy(parsing: document.canonicalBytes()).document)
    }

    /// `?version=N`; the newest when that is left out.
    func find(_ request: Request, context: GleanerContext) async throws -> StoredPolicy {
        let caller = try context.caller(with: .datasets)
        let version = request.uri.queryParameters["version"].map { Int($0) ?? 0 }
        return try await service.storedPolicy(
            context.parameters.require("name"), version: version, in: caller.project)
    }

    func benchmarks(_ request: Request, context: GleanerContext) async throws -> Benchmarks {
        Benchmarks(benchmarks: try await service.benchmarks(of: context.caller(with: .datasets).project))
    }

    /// The body: JSON lines or plain lines, at most 64 MiB.
    func addBenchmark(_ request: Request, context: GleanerContext) async throws -> Benchmark {
        let caller = try context.caller(with: .datasets)
        let body = try await request.body.collect(upTo: 64 << 20)
        return try await service.addBenchmark(
            context.parameters.require("name"), texts: Benchmark.texts(of: Array(body.readableBytesView)),
            in: caller.project)
    }

    func removeBenchmark(_ request: Request, context: GleanerContext) async throws -> HTTPResponse.Status {
        let caller = try context.caller(with: .datasets)
        try await service.removeBenchmark(context.parameters.require("name"), in: caller.project)
        return .noContent
    }
}

extension StoredPolicy: ResponseEncodable {}
extension Benchmark: ResponseEncodable {}
