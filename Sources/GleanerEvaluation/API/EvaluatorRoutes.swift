import Foundation
import GleanerCore
public import GleanerHTTP
import HTTPTypes
public import Hummingbird

/// `/api/evaluators…`: what is measured of exchanges that have landed.
public struct EvaluatorRoutes: Sendable {
    private let service: EvaluatorService

    public init(service: EvaluatorService) { self.service = service }

    public func add(to router: some RouterMethods<GleanerContext>) {
        router.get("evaluators/policy", use: policy)
        router.put("evaluators/policy", use: setPolicy)
        router.get("evaluators/policy/versions", use: versions)
        router.post("evaluators/run", use: run)
        router.get("evaluators/summary", use: summary)
        router.get("evaluators/judge", use: judge)
        router.get("evaluators/spelling", use: spelling)
        router.get("evaluators/corpus", use: corpus)
        router.get("evaluators/estimates", use: estimates)
        router.get("evaluators/status", use: status)
        router.get("evaluators/exchanges/:id", use: results)
    }

    // MARK: Policies

    func policy(_ request: Request, _ context: GleanerContext) async throws -> EditedResponse<EvaluatorBodies.Policy> {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: ["version"])
        guard let text = query["version"] else { return Self.response(try await service.policy(of: caller.project)) }
        guard let version = Int64(text) else { throw QueryError.invalid("version", problem: "is not a number") }
        return Self.response(try await service.policy(version, of: caller.project))
    }

    func versions(_ request: Request, _ context: GleanerContext) async throws -> EvaluatorBodies.Policies {
        let caller = try context.caller(with: .read)
        let limit = try QueryItems(request.uri.query, only: ["limit"]).limit()
        return EvaluatorBodies.Policies(try await service.policies(of: caller.project, limit: limit))
    }

    /// Scope `admin`: evaluators may ask models that cost money. `If-Match` with the version seen refuses the edit when another
    /// is in force by now.
    func setPolicy(
        _ request: Request, _ context: GleanerContext
    ) async throws -> EditedResponse<EvaluatorBodies.Policy> {
        let caller = try context.caller(with: .admin)
        let bytes = try await request.body.collect(upTo: context.maxUploadSize)
        let policy = try EvaluatorPolicy(parsing: bytes.readableBytesView)
        let expected = try request.expectedPolicy()
        let note = try QueryItems(request.uri.query, only: ["note"])["note"] ?? ""
        return Self.response(
            try await service.put(
                policy, of: caller.project, author: "key:\(caller.keyName)", note: note, expected: expected))
    }

    private static func response(_ version: EvaluatorPolicyVersion) -> EditedResponse<EvaluatorBodies.Policy> {
        EditedResponse(headers: [.eTag: "\"\(version.version)\""], response: EvaluatorBodies.Policy(version))
    }

    // MARK: Work and results

    /// Scope `admin`. → 202 with the job that evaluates what is stored already.
    func run(_ request: Request, _ context: GleanerContext) async throws -> EditedResponse<EvaluatorBodies.Running> {
        let caller = try context.caller(with: .admin)
        let body = try await request.decode(as: EvaluatorBodies.Run.self, context: context)
        let job = try await service.backfill(in: caller.project, since: body.since, names: body.evaluators)
        return EditedResponse(status: .accepted, response: EvaluatorBodies.Running(job: job))
    }

    func results(_ request: Request, _ context: GleanerContext) async throws -> EvaluatorBodies.Results {
        let caller = try context.caller(with: .read)
        guard let id = ID<Exchange>(try context.parameters.require("id")) else {
            throw BodyError(field: "id", problem: "is not an exchange id")
        }
        return EvaluatorBodies.Results(
            id, try await service.results(of: id, in: caller.project),
            superseded: try await service.superseded(of: id, in: caller.project))
    }

    func summary(_ request: Request, _ context: GleanerContext) async throws -> EvaluatorBodies.Summary {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: ["from", "to", "evaluator"])
        let (from, to) = try Self.range(query)
        return EvaluatorBodies.Summary(
            try await service.summary(of: caller.project, evaluator: query["evaluator"], from: from, to: to),
            from: from,
            to: to)
    }

    /// A judge beside people, and corrected by them.
    func judge(_ request: Request, _ context: GleanerContext) async throws -> JudgeReport {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: ["from", "to", "evaluator", "measure", "question", "by"])
        let (from, to) = try Self.range(query)
        let slice: JudgeReport.Slice? = try Self.choice("by", query)
        return try await service.judge(
            query["evaluator"] ?? "judge", measure: query["measure"] ?? "score",
            question: query["question"] ?? "relevance",
            of: caller.project, from: from, to: to, by: slice)
    }

    func spelling(_ request: Request, _ context: GleanerContext) async throws -> SpellingReport {
        let caller = try context.caller(with: .read)
        let (from, to) = try Self.range(QueryItems(request.uri.query, only: ["from", "to"]))
        return try await service.spelling(of: caller.project, from: from, to: to)
    }

    /// What only a corpus has, by slice and by day or week.
    func corpus(_ request: Request, _ context: GleanerContext) async throws -> CorpusReport {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: ["from", "to", "by", "every"])
        let (from, to) = try Self.range(query)
        return try await service.corpus(
            of: caller.project, from: from, to: to, by: try Self.choice("by", query),
            every: try Self.choice("every", query))
    }

    /// From rollups, with intervals.
    func estimates(_ request: Request, _ context: GleanerContext) async throws -> EvaluatorBodies.Estimates {
        let caller = try context.caller(with: .read)
        let query = try QueryItems(request.uri.query, only: ["from", "to", "by"])
        let (from, to) = try Self.range(query)
        let slice: ReportSlice? = try Self.choice("by", query)
        return EvaluatorBodies.Estimates(
            from: from, to: to, by: slice,
            estimates: try await service.estimates(of: caller.project, from: from, to: to, by: slice))
    }

    func status(_ request: Request, _ context: GleanerContext) async throws -> EvaluatorStatus {
        let caller = try context.caller(with: .read)
        _ = try QueryItems(request.uri.query, only: [])
        return try await service.status(of: caller.project)
    }

    /// A word of a fixed list.
    private static func choice<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ query: QueryItems
    ) throws -> Word? {
        guard let text = query[name] else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw QueryError.invalid(name, problem: "is none of \(words)")
        }
        return word
    }

    /// The last 30 days unless it says otherwise.
    private static func range(_ query: QueryItems) throws -> (Date, Date) {
        func time(_ name: String) throws -> Date? {
            try query[name].map { text in
                guard let time = try? Date(text, strategy: .iso8601) else {
                    throw QueryError.invalid(name, problem: "is no ISO 8601 time")
                }
                return time
            }
        }
        let to = try time("to") ?? Date()
        let from = try time("from") ?? to.addingTimeInterval(-30 * 86_400)
        guard from < to else { throw QueryError.invalid("from", problem: "is not before `to`") }
        return (from, to)
    }
}
