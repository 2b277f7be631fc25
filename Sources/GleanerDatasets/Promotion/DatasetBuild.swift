import AsyncPostgres
import Crypto
import Foundation
import GleanerCore

/// One build: judged exchanges go through the gates one by one into a staging table, on the side of the split where their
/// key falls; near-duplicates, tests and caps are settled there, and what is left is frozen. Memory grows with what is held out,
/// whose words are looked up for every line, not with the number of exchanges.
struct DatasetBuild {
    let dataset: String
    let policy: PromotionPolicy
    let project: ID<Project>
    let builder: String?
    let now: Date
    let store: PostgresDatasetStore
    var personalData: (any PersonalDataFinder)?
    /// Under which building again is building the same.
    var key: String?

    /// A build that finds itself beside another of the same dataset or policy starts over when that one is done: its
    /// snapshot is older than the number that the other took. It finds out at its first statement, and each round
    /// lets one of them through.
    private static let attempts = 20

    func run(progress: @Sendable (Int) -> Void) async throws -> DatasetVersion {
        let salt = try await store.salt(of: project)
        for _ in 1..<Self.attempts {
            do {
                return try await attempt(salt, progress)
            } catch let error as PostgresError where error.saysAnotherWasFirst {
                continue
            }
        }
        return try await attempt(salt, progress)
    }

    private func attempt(_ salt: String, _ progress: @Sendable (Int) -> Void) async throws -> DatasetVersion {
        try await store.pool.withTransaction { connection in
            try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            if let key, let known = try await store.built(under: key, in: project, on: connection) { return known }
            let place = try await store.openVersion(
                dataset: dataset, policy: policy, project: project, salt: salt, on: connection)
            var statistics = try await select(place, on: connection, progress)
            try await store.settleSides(place, at: now, on: connection)
            try await Decontamination(policy: policy, place: place, connection: connection).check()
            guard statistics.promoted > 0 else {
                throw DatasetError.nothingPromoted(excluded: statistics.excluded, unjudged: statistics.unjudged)
            }
            try await store.freeze(place, on: connection)
            let content = try await seal(place, &statistics, on: connection)
            return try await store.closeVersion(
                place, policy: policy, statistics: statistics, content: content, by: builder, key: key, at: now,
                on: connection)
        }
    }

    /// What a build would do, from one snapshot; nothing is left behind.
    func preview(progress: @Sendable (Int) -> Void) async throws -> DatasetPreview {
        try await look(progress) { statistics, connection in
            try await store.preview(statistics, policy, on: connection)
        }
    }

    /// Shows the settled stage to `body`, and leaves nothing behind.
    func look<Value: Sendable>(
        _ progress: @Sendable (Int) -> Void,
        _ body: (DatasetVersion.Statistics, PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let salt = try await store.salt(of: project)
        let place = VersionPlace(
            id: UUID(), dataset: nil, name: dataset, number: 0, policy: nil, policyVersion: 0, salt: salt,
            project: project)
        do {
            return try await store.pool.withTransaction { (connection) -> Value in
                try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                let statistics = try await select(place, on: connection, progress)
                throw Seen(value: try await body(statistics, connection))
            }
        } catch let seen as Seen<Value> {
            return seen.value
        }
    }

    /// Rolls the transaction back.
    private struct Seen<Value: Sendable>: Error {
        let value: Value
    }

    /// Fills the stage and settles it.
    private func select(
        _ place: VersionPlace, on connection: PostgresConnection, _ progress: @Sendable (Int) -> Void
    ) async throws -> DatasetVersion.Statistics {
        try await store.makeStage(on: connection)
        var statistics = DatasetVersion.Statistics()
        statistics.exchanges = try await store.countExchanges(of: project, on: connection)
        let staged = try await stage(place, &statistics, on: connection, progress)
        try await store.closeStage(place, on: connection)
        try await store.leaveOutDuplicates(on: connection)
        for (side, line) in [
            (NearDuplicateGroups.Side.prompt, policy.nearDuplicates.prompt.line),
            (.answer, policy.nearDuplicates.answer.line),
        ] {
            var groups = NearDuplicateGroups(side, line, count: staged, on: connection)
            try await groups.find(count: staged)
        }
        try await Decontamination(policy: policy, place: place, connection: connection).leaveOut(lines: staged)
        try await store.leaveOutNearDuplicates(policy, on: connection)
        try await store.leaveOutCrossing(on: connection)
        try await store.cap(policy, on: connection)
        try await store.describe(&statistics, on: connection)
        return statistics
    }

    /// - Returns: how many examples were staged.
    private func stage(
        _ place: VersionPlace, _ statistics: inout DatasetVersion.Statistics, on connection: PostgresConnection,
        _ progress: @Sendable (Int) -> Void
    ) async throws -> Int {
        let gates = Gates(policy: policy, now: now)
        let maker = ExampleMaker(policy: policy, personalData: personalData)
        var batch = StagedBatch()
        var (judged, staged) = (0, 0)
        func flush() async throws {
            try await store.stage(batch, from: staged, place, policy, on: connection)
            staged += batch.examples.count
            batch = StagedBatch()
        }
        try await store.forEachWritten(dataset, of: project, on: connection) { written in
            do throws(Exclusion) {
                guard let document = try? JSONValue(parsing: written.content) else {
                    throw Exclusion(reason: "unreadable", detail: "\(written.file) line \(written.line)")
                }
                batch.examples.append(StagedExample(written: written, try maker.make(written: document), place, policy))
            } catch {
                batch.exclusions.append(StagedExclusion(written, error, place, policy))
            }
            if batch.isFull { try await flush() }
        }
        try await store.forEachCandidate(of: project, on: connection) { candidate in
            judged += 1
            do throws(Exclusion) {
                let passed = try gates.check(candidate)
                let example = try maker.make(candidate, isDesirable: passed.isDesirable)
                batch.examples.append(StagedExample(candidate, example, passed, place, policy))
            } catch {
                batch.exclusions.append(StagedExclusion(candidate, error, place, policy))
            }
            if batch.isFull { try await flush() }
            if judged % 100 == 0 { progress(judged) }
        }
        try await flush()
        progress(judged)
        statistics.judged = judged
        return staged
    }

    /// Hashes the frozen lines in the order of the files.
    private func seal(
        _ place: VersionPlace, _ statistics: inout DatasetVersion.Statistics, on connection: PostgresConnection
    ) async throws -> [UInt8] {
        var hash = SHA256()
        var tokens = 0
        try await store.forEachLine(of: place.id, on: connection) { _, _, content, count in
            hash.update(data: content)
            hash.update(data: [0x0A])
            tokens += count
        }
        statistics.estimatedTokens = tokens
        return Array(hash.finalize())
    }
}

extension PostgresError {
    /// serialization_failure, deadlock_detected, unique_violation (of a version's number).
    fileprivate var saysAnotherWasFirst: Bool { ["40001", "40P01", "23505"].contains(sqlState) }
}

extension StagedExclusion {
    fileprivate init(
        _ candidate: Candidate, _ exclusion: Exclusion, _ place: VersionPlace, _ policy: PromotionPolicy
    ) {
        let said = candidate.messages?.last { $0["role"] == "user" }.map(ExchangeTurns.text) ?? ""
        self.init(
            id: candidate.id, source: "exchange",
            key: SplitKey(
                endUser: candidate.endUser, conversation: candidate.conversation, exchange: candidate.id,
                by: policy.splitBy),
            keys: .init(
                endUser: candidate.endUser, conversation: candidate.conversation, exchange: candidate.id,
                in: place.project),
            exclusion: exclusion.storable, snippet: String(said.replacing("\0", with: " ").prefix(120)))
    }

    fileprivate init(
        _ written: WrittenExample, _ exclusion: Exclusion, _ place: VersionPlace, _ policy: PromotionPolicy
    ) {
        self.init(
            id: written.id, source: "written",
            key: SplitKey(endUser: nil, conversation: nil, exchange: written.id, by: policy.splitBy),
            keys: .init(endUser: nil, conversation: nil, exchange: written.id, in: place.project),
            exclusion: exclusion.storable, snippet: "\(written.file) line \(written.line)")
    }
}

extension Exclusion {
    /// A detail may quote what a client sent; a column of text holds no U+0000.
    fileprivate var storable: Exclusion { Exclusion(reason: reason, detail: detail.replacing("\0", with: " ")) }
}
