import AsyncPostgres
import Crypto
import Foundation
import GleanerCore

/// One build: judged exchanges go through the gates one by one into a staging table, duplicates and caps are settled
/// there by SQL, and what is left is frozen. Memory does not grow with the number of exchanges.
struct DatasetBuild {
    let dataset: String
    let policy: PromotionPolicy
    let project: ID<Project>
    let now: Date
    let store: PostgresDatasetStore

    /// A build that finds itself beside another of the same dataset or policy starts over when that one is done: its
    /// snapshot is older than the number that the other took. It finds out at its first statement, and each round
    /// lets one of them through.
    private static let attempts = 20

    func run(progress: @Sendable (Int) -> Void) async throws -> DatasetVersion {
        for _ in 1..<Self.attempts {
            do {
                return try await attempt(progress)
            } catch let error as PostgresError where error.saysAnotherWasFirst {
                continue
            }
        }
        return try await attempt(progress)
    }

    private func attempt(_ progress: @Sendable (Int) -> Void) async throws -> DatasetVersion {
        try await store.pool.withTransaction { connection in
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            let place = try await store.openVersion(dataset: dataset, policy: policy, project: project, on: connection)
            try await store.makeStage(on: connection)
            var statistics = DatasetVersion.Statistics()
            statistics.exchanges = try await store.countExchanges(of: project, on: connection)
            try await stage(place, &statistics, on: connection, progress)
            try await store.settle(policy, place, on: connection)
            statistics.excluded = try await store.exclusionCounts(place, on: connection)
            guard try await store.freeze(place, on: connection) > 0 else {
                throw DatasetError.nothingPromoted(excluded: statistics.excluded, unjudged: statistics.unjudged)
            }
            let content = try await seal(place, &statistics, on: connection)
            return try await store.closeVersion(
                place, policy: policy, statistics: statistics, content: content, at: now, on: connection)
        }
    }

    private func stage(
        _ place: VersionPlace, _ statistics: inout DatasetVersion.Statistics, on connection: PostgresConnection,
        _ progress: @Sendable (Int) -> Void
    ) async throws {
        let gates = Gates(policy: policy, now: now)
        let maker = ExampleMaker(policy: policy)
        var batch = StagedBatch()
        var judged = 0
        try await store.forEachCandidate(of: project, on: connection) { candidate in
            judged += 1
            do throws(Exclusion) {
                let seen = try gates.check(candidate)
                let example = try maker.make(candidate)
                batch.examples.append(StagedExample(candidate, example, seen, place, policy))
            } catch {
                batch.exclusions.append((candidate.id, error))
            }
            if batch.isFull {
                try await store.stage(batch, place, on: connection)
                batch = StagedBatch()
            }
            if judged % 100 == 0 { progress(judged) }
        }
        try await store.stage(batch, place, on: connection)
        progress(judged)
        statistics.judged = judged
    }

    /// Counts the frozen lines and hashes them in the order of the files.
    private func seal(
        _ place: VersionPlace, _ statistics: inout DatasetVersion.Statistics, on connection: PostgresConnection
    ) async throws -> [UInt8] {
        var hash = SHA256()
        var counts = statistics
        try await store.forEachLine(of: place.id, on: connection) { split, _, content, tokens in
            hash.update(data: content)
            hash.update(data: [0x0A])
            if split == "train" { counts.train += 1 } else { counts.validation += 1 }
            counts.estimatedTokens += tokens
        }
        statistics = counts
        return Array(hash.finalize())
    }
}

extension PostgresError {
    /// serialization_failure, deadlock_detected, unique_violation (of a version's number).
    fileprivate var saysAnotherWasFirst: Bool { ["40001", "40P01", "23505"].contains(sqlState) }
}

/// The version that a build fills.
struct VersionPlace: Sendable {
    let id: UUID
    let dataset: UUID
    let name: String
    let number: Int
    let policy: UUID
    let policyVersion: Int
    let salt: String
}

/// A line on its way, with what lineage will say of it.
struct StagedExample: Sendable {
    let id: ID<Exchange>
    let split: String
    let line: [UInt8]
    let contentHash: [UInt8]
    let rank: Double
    let endUser: String?
    let lineage: [UInt8]

    init(
        _ candidate: Candidate, _ example: Example, _ gates: [String: JSONValue], _ place: VersionPlace,
        _ policy: PromotionPolicy
    ) {
        id = candidate.id
        let key = candidate.conversation ?? candidate.id.description
        let isHeld = SamplingHash.draws(key, salt: place.salt, probability: policy.validationShare)
        split = isHeld ? "validation" : "train"
        line = example.line
        contentHash = example.contentHash
        rank = candidate.rank
        endUser = candidate.endUser
        let sha256 = SHA256.hash(data: example.line).map { String(format: "%02x", $0) }.joined()
        let document: JSONValue = [
            "exchange_id": .string(candidate.id.description),
            "conversation": candidate.conversation.map { .string($0) } ?? .null,
            "received_at": .string(candidate.receivedAt.ISO8601Format()),
            "served_model": candidate.servedModel.map { .string($0) } ?? .null,
            "answer_source": .string(example.answerSource),
            "policy": .string("\(policy.name)@\(place.policyVersion)"),
            "sha256": .string(sha256),
            "estimated_tokens": .integer(Int64(example.estimatedTokens)),
            "reviews": .array(candidate.reviews.map(Self.document)),
            "feedback": .array(candidate.feedback.map(Self.document)),
            "gates": .object(gates),
        ]
        lineage = (try? document.canonicalBytes()) ?? []
    }

    private static func document(_ review: Candidate.Review) -> JSONValue {
        [
            "id": .string(review.id), "reviewer": .string(review.reviewer), "scores": review.scores,
            "corrected": .bool(review.correction != nil),
        ]
    }
    private static func document(_ feedback: Candidate.Feedback) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(feedback.id), "kind": .string(feedback.kind),
            "rater": feedback.rater.map { .string($0) } ?? .null,
        ]
        if let thumb = feedback.thumb { members["thumb"] = thumb > 0 ? "up" : "down" }
        if let score = feedback.score { members["score"] = .integer(Int64(score)) }
        if let raised = feedback.raised { members["raised"] = .bool(raised) }
        return .object(members)
    }
}

struct StagedBatch: Sendable {
    var examples: [StagedExample] = []
    var exclusions: [(id: ID<Exchange>, exclusion: Exclusion)] = []
    var isFull: Bool { examples.count + exclusions.count >= 200 }
}
