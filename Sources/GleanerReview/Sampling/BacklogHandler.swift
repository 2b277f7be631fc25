import Foundation
import GleanerCore
public import GleanerJobs

extension JobKind {
    /// Draws by a new rule from what was stored before it.
    public static let backlog: JobKind = "sampling.backlog"
}

/// Draws from exchanges that had landed before a rule was made: jobs of kind `sampling.backlog`.
public struct BacklogHandler: JobHandler {
    public let kind = JobKind.backlog
    private let sampling: SamplingService

    public init(sampling: SamplingService) { self.sampling = sampling }

    public func run(_ job: RunningJob) async throws {
        guard let project = job.lease.project,
            let id = job.payload["rule"]?.stringValue.flatMap(UUID.init(uuidString:)),
            let rule = try await sampling.rule(id, of: project)
        else { throw JobFailure.permanent(reason: "no such rule") }
        try await sampling.drawBacklog(rule, from: BacklogProgress(job.lease.progress)) { progress in
            try await job.report(progress.value)
        }
    }
}

/// How far a rule is with what was stored before it, as its job tells it.
public struct BacklogProgress: Sendable, Hashable {
    /// The last one looked at.
    private(set) var cursor: ID<Exchange>
    private(set) var seen = 0
    private(set) var drawn = 0

    public init() { cursor = ID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))) }

    init(_ value: JSONValue?) {
        self.init()
        cursor = value?["cursor"]?.stringValue.flatMap { ID($0) } ?? cursor
        seen = value?["exchanges"]?.intValue.flatMap(Int.init(exactly:)) ?? 0
        drawn = value?["drawn"]?.intValue.flatMap(Int.init(exactly:)) ?? 0
    }

    mutating func advance(to cursor: ID<Exchange>, seen: Int, drawn: Int) {
        self.cursor = cursor
        self.seen += seen
        self.drawn += drawn
    }

    var value: JSONValue {
        ["cursor": .string(cursor.description), "exchanges": .integer(Int64(seen)), "drawn": .integer(Int64(drawn))]
    }
}
