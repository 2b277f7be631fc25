import Foundation
import GleanerCore
import GleanerHTTP
public import GleanerJobs
public import Hummingbird

/// `GET /api/jobs`, `GET /api/jobs/{id}` and `POST /api/jobs/{id}/retry`.
struct JobRoutes: Sendable {
    struct Page: Encodable, ResponseEncodable {
        let jobs: [JobBody]
        /// Pass as `before` for the next page; `null` on the last one.
        let next: ID<Job>?
    }

    let queue: JobQueue

    func add(to router: some RouterMethods<GleanerContext>) {
        router.get("jobs", use: list)
        router.get("jobs/:id", use: find)
        router.post("jobs/:id/retry", use: retry)
    }

    /// Scope `read`: a payload holds ids and choices, no texts.
    func list(_ request: Request, _ context: GleanerContext) async throws -> Page {
        let caller = try context.caller(with: .read)
        let query = request.uri.queryParameters
        let state = try query["state"].map { text -> JobState in
            guard let state = JobState(rawValue: String(text)) else {
                throw BodyError(field: "state", problem: "is not a state")
            }
            return state
        }
        let kind = try query["kind"].map { text -> JobKind in
            guard !text.utf8.contains(0) else { throw BodyError(field: "kind", problem: "holds U+0000") }
            return JobKind(rawValue: String(text))
        }
        let paging = try QueryItems(request.uri.query)
        let limit = try paging.limit()
        let jobs = try await queue.list(
            .init(state: state, kind: kind), of: caller.project, before: paging.id("before"), limit: limit)
        return Page(jobs: jobs.map(JobBody.init), next: jobs.count == limit ? jobs.last?.id : nil)
    }

    func find(_ request: Request, _ context: GleanerContext) async throws -> JobBody {
        let caller = try context.caller(with: .read)
        return JobBody(try await queue.job(id(context), of: caller.project))
    }

    /// Scope `admin`.
    func retry(_ request: Request, _ context: GleanerContext) async throws -> JobBody {
        let caller = try context.caller(with: .admin)
        return JobBody(try await queue.retry(id(context), of: caller.project))
    }

    private func id(_ context: GleanerContext) throws -> ID<Job> {
        guard let id = ID<Job>(try context.parameters.require("id")) else {
            throw BodyError(field: "id", problem: "is not a job's id")
        }
        return id
    }
}

/// A job as JSON has it, here and in `gleaner jobs --json`.
public struct JobBody: Encodable, Sendable {
    private enum Key: CodingKey {
        case id, kind, state, payload, attempts, maximum_attempts, progress, last_error, run_at, lease_until, created_at
        case finished_at
    }
    let job: Job

    public init(_ job: Job) { self.job = job }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(job.id, forKey: .id)
        try fields.encode(job.kind.rawValue, forKey: .kind)
        try fields.encode(job.state, forKey: .state)
        try fields.encode(job.payload, forKey: .payload)
        try fields.encode(job.attempts, forKey: .attempts)
        try fields.encode(job.maximumAttempts, forKey: .maximum_attempts)
        try fields.encode(job.progress, forKey: .progress)
        try fields.encode(job.lastError, forKey: .last_error)
        try fields.encode(job.runAt, forKey: .run_at)
        try fields.encode(job.leaseUntil, forKey: .lease_until)
        try fields.encode(job.createdAt, forKey: .created_at)
        try fields.encode(job.finishedAt, forKey: .finished_at)
    }
}

extension JobBody: ResponseEncodable {}
