import AsyncCurl
import AsyncPostgres
import Foundation
import GleanerCore
import GleanerDemo
import GleanerJobs
import GleanerTestSupport
import Logging
import NIOCore
import Synchronization
import Testing

@testable import GleanerTuning

/// A provider under one name, without a server's configuration.
struct OneProvider: TuningProviders {
    let baseURL: String
    var names: [String] { ["demo"] }
    func name(of provider: String) -> String? { ["demo", "default"].contains(provider) ? "demo" : nil }
    func endpoint(_ path: String, of provider: String) -> TuningEndpoint? {
        provider == "demo"
            ? TuningEndpoint(url: "\(baseURL)/\(path)", headers: [("Authorization", "Bearer demo")]) : nil
    }
}

/// Training files out of the rows of a test.
struct StoredTrainingFiles: TrainingFiles {
    let pool: PostgresPool

    func set(_ dataset: String, version: String, in project: ID<Project>) async throws -> TrainingSet {
        let rows = try await pool.query(
            """
            SELECT v.id FROM gleaner.dataset_versions v JOIN gleaner.datasets d ON d.id = v.dataset_id
            WHERE d.name = \(dataset) AND v.project_id = \(project.uuid)
            """)
        let row = try #require(rows.first)
        return try #require(try await set(row.decode("id"), in: project))
    }

    func set(_ id: UUID, in project: ID<Project>) async throws -> TrainingSet? {
        let rows = try await pool.query(
            """
            SELECT d.name, v.kind, v.withdrawn_reason, v.approvals_needed,
                   (SELECT count(*) FROM gleaner.dataset_approvals a WHERE a.version_id = v.id) AS approvals,
                   (SELECT count(*) FROM gleaner.examples e WHERE e.version_id = v.id AND split = 'train') AS train,
                   (SELECT count(*) FROM gleaner.examples e WHERE e.version_id = v.id AND split = 'validation') AS valid
            FROM gleaner.dataset_versions v JOIN gleaner.datasets d ON d.id = v.dataset_id WHERE v.id = \(id)
            """)
        guard let row = rows.first else { return nil }
        let train = Int(try row.decode("train", as: Int64.self))
        return TrainingSet(
            id: id, dataset: try row.decode("name"), number: 1,
            kind: TrainingSet.Kind(rawValue: try row.decode("kind")) ?? .unpaired, trainRows: train,
            validationRows: Int(try row.decode("valid", as: Int64.self)), trainTokens: train * 50, usualEpochs: 3,
            contentSHA256: "00", withdrawnReason: try row.decodeIfPresent("withdrawn_reason"),
            approvalsNeeded: Int(try row.decode("approvals_needed", as: Int16.self)),
            approvals: Int(try row.decode("approvals", as: Int64.self)))
    }

    /// What stands in the way of a set, by its dataset's name.
    var trouble: [String: TuningFailure] = [:]

    func check(_ set: TrainingSet, in project: ID<Project>) async throws {
        if let failure = trouble[set.dataset] { throw failure }
    }

    func write(_ set: TrainingSet, in project: ID<Project>, to directory: URL) async throws {
        if let failure = trouble[set.dataset] { throw failure }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (split, file) in [("train", "train.jsonl"), ("validation", "validation.jsonl")] {
            let lines = try await pool.query(
                "SELECT content FROM gleaner.examples WHERE version_id = \(set.id) AND split = \(split) ORDER BY line"
            ).map { Data(try $0.decode("content", as: [UInt8].self)) + Data([0x0A]) }
            guard !lines.isEmpty else { continue }
            try Data(lines.joined()).write(to: directory.appendingPathComponent(file))
        }
    }
}

/// PostgreSQL, a demo trainer on a real socket, and everything in between.
struct TuningWorld: Sendable {
    let pool: PostgresPool
    let project: ID<Project>
    let tuning: DemoTuning
    let provider: ScriptedProvider
    let service: TuningService
    let client: CurlClient
    let baseURL: String
    let directory: URL
    var settle = Duration.milliseconds(200)
    var timeout = Duration.seconds(5)
    var uploadAbove = 64 << 20
    var partBytes = 32 << 20

    static func with(
        pace: DemoTuning.Pace = .init(.milliseconds(20)), hasCommand: Bool = false,
        _ body: @Sendable (TuningWorld) async throws -> Void
    ) async throws {
        let tuning = DemoTuning(pace: pace)
        let pool = TestDatabase.current.pool
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tuning-\(UUID().uuidString)")
        let client = CurlClient()
        defer {
            client.shutdown()
            try? FileManager.default.removeItem(at: directory)
        }
        try await ScriptedProvider.withProvider(scripts: [DemoScript()], tuning: tuning) { provider in
            let project = ID<Project>.new()
            try await pool.query(
                "INSERT INTO gleaner.projects (id, name, created_at) VALUES (\(project.uuid), 'p', now())")
            let baseURL = try await provider.baseURL
            let service = TuningService(
                pool: pool, files: StoredTrainingFiles(pool: pool), providers: OneProvider(baseURL: baseURL),
                hasCommand: hasCommand)
            try await body(
                TuningWorld(
                    pool: pool, project: project, tuning: tuning, provider: provider, service: service, client: client,
                    baseURL: baseURL, directory: directory))
        }
    }

    // MARK: Datasets

    /// Freezes a version of `rows` examples by hand.
    @discardableResult
    func dataset(
        _ name: String = "chai", rows: Int = 12, validation: Int = 3, kind: String = "sft", approvals: Int16 = 0,
        withdrawn: String? = nil, answers: [(prompt: String, answer: String)]? = nil,
        servedModel: String = "demo-hinglish-1",
        source: String = "original"
    ) async throws -> UUID {
        let (dataset, version, policy) = (UUID(), UUID(), UUID())
        try await pool.query(
            "INSERT INTO gleaner.datasets VALUES (\(dataset), \(project.uuid), \(name), now())")
        try await pool.query(
            "INSERT INTO gleaner.promotion_policies VALUES (\(policy), \(project.uuid), \(name), 1, '{}', now())")
        try await pool.query(
            """
            INSERT INTO gleaner.dataset_versions (
                id, dataset_id, project_id, number, policy_id, policy_document, salt, statistics, content_sha256,
                created_at, kind, approvals_needed, withdrawn_at, withdrawn_reason)
            VALUES (\(version), \(dataset), \(project.uuid), 1, \(policy), '{}', 's', '{}', ''::bytea, now(), \(kind),
                    \(approvals), CASE WHEN \(withdrawn)::text IS NULL THEN NULL ELSE now() END, \(withdrawn))
            """)
        let pairs = answers ?? (0..<rows).map { ("Sawaal number \($0)?", "Jawab number \($0).") }
        var lines: [(split: String, prompt: String, answer: String)] = pairs.map { ("train", $0.prompt, $0.answer) }
        for number in 0..<validation { lines.append(("validation", "V \(number)?", "Jawab \(number).")) }
        for (index, (split, prompt, answer)) in lines.enumerated() {
            let content = try Self.line(prompt, answer, kind: kind).canonicalBytes()
            let lineage = JSONB("{\"served_model\":\"\(servedModel)\",\"answer_source\":\"\(source)\"}")
            try await pool.query(
                """
                INSERT INTO gleaner.examples (version_id, split, line, shard, exchange_id, content, sha256, lineage)
                VALUES (\(version), \(split), \(Int32(index + 1)), 1, \(UUID()), \(content), ''::bytea, \(lineage))
                """)
        }
        return version
    }

    private static func line(_ prompt: String, _ answer: String, kind: String) -> JSONValue {
        let user: JSONValue = ["role": "user", "content": .string(prompt)]
        let good: JSONValue = ["role": "assistant", "content": .string(answer)]
        guard kind == "preference" else { return ["messages": [user, good]] }
        return [
            "input": ["messages": [user]], "preferred_output": [good],
            "non_preferred_output": [["role": "assistant", "content": "Pata nahi."]],
        ]
    }

    // MARK: Jobs

    func start(
        _ dataset: String = "chai", model: String = "demo-hinglish-1", suffix: String? = "test",
        method: TuningMethod = .sft, driver: TuningDriverName = .openAI
    ) async throws -> TuningJob {
        let request = TuningRequest(
            dataset: dataset, driver: driver, baseModel: model, suffix: suffix, seed: 7, method: method,
            hyperparameters: Hyperparameters(epochs: 2))
        let estimate = try await service.estimate(request, in: project)
        return try await service.start(request, confirm: estimate.confirm, by: "asha", in: project)
    }

    func job(_ job: TuningJob) async throws -> TuningJob { try await service.job(job.id, in: project) }

    var configuration: TuningConfiguration {
        TuningConfiguration(directory: directory, poll: .milliseconds(15), settle: settle)
    }

    var driver: OpenAIDriver {
        var wire = OpenAIWire(client: client, providers: OneProvider(baseURL: baseURL), provider: "demo")
        wire.timeout = timeout
        wire.uploadTimeout = timeout
        return OpenAIDriver(wire: wire, uploadAbove: uploadAbove, partBytes: partBytes)
    }

    /// One worker's run of the job, from its claim to its end or its death; what died is anybody's at once.
    func run(
        _ job: TuningJob, _ driver: (any TuningDriver)? = nil, configuration: TuningConfiguration? = nil,
        files: StoredTrainingFiles? = nil
    ) async throws {
        let queue = JobQueue(pool: pool)
        try await pool.query("UPDATE gleaner.jobs SET lease_until = clock_timestamp() WHERE state = 'running'")
        let lease = try #require(try await queue.claim(.tune, limit: 1, lease: .seconds(60)).first)
        let running = RunningJob(lease: lease, queue: queue, leaseDuration: .seconds(60))
        var run = try await TuningRun(
            try await self.job(job), store: TuningStore(pool: pool),
            files: files ?? StoredTrainingFiles(pool: pool), driver: driver ?? self.driver,
            configuration: configuration ?? self.configuration, running: running)
        try await run.toItsEnd()
    }
}

/// Dies at its n-th moment: before and after every call to the trainer is one.
final class MortalDriver: TuningDriver {
    struct Killed: Error {}

    private let inner: any TuningDriver
    private let deadline: Int
    private let moments = Mutex(0)

    init(_ inner: any TuningDriver, dies deadline: Int) {
        self.inner = inner
        self.deadline = deadline
    }

    private func moment() throws {
        let now = moments.withLock { moments in
            moments += 1
            return moments
        }
        if now == deadline { throw Killed() }
    }

    private func during<Value>(_ call: () async throws -> Value) async throws -> Value {
        try moment()
        let value = try await call()
        try moment()
        return value
    }

    func name(of step: TuningStep, for job: ID<TuningJob>) -> String { inner.name(of: step, for: job) }
    func files(named name: String, upload: String?) async throws -> [String] {
        try await during { try await inner.files(named: name, upload: upload) }
    }
    func makeFile(_ file: TuningFile, began: @Sendable (String) async throws -> Void) async throws -> String {
        try await during {
            try await inner.makeFile(file) { upload in
                try moment()
                try await began(upload)
                try moment()
            }
        }
    }
    func isReady(file: String) async throws -> Bool { try await during { try await inner.isReady(file: file) } }
    func jobs(for order: TuningOrder) async throws -> [RemoteJob] {
        try await during { try await inner.jobs(for: order) }
    }
    func makeJob(_ order: TuningOrder) async throws -> RemoteJob { try await during { try await inner.makeJob(order) } }
    func job(_ id: String) async throws -> RemoteJob { try await during { try await inner.job(id) } }
    func news(of job: String, known: Set<String>) async throws -> TuningNews {
        try await during { try await inner.news(of: job, known: known) }
    }
    func results(of job: RemoteJob) async throws -> [TuningMetric] {
        try await during { try await inner.results(of: job) }
    }
    func cancel(_ job: String) async throws { try await during { try await inner.cancel(job) } }
    func deleteFile(_ id: String) async throws { try await during { try await inner.deleteFile(id) } }
}
