public import AsyncPostgres
public import Foundation
public import GleanerCore
import GleanerDatasets
public import GleanerTuning

/// Training files are the exports of dataset versions.
public struct DatasetTrainingFiles: TrainingFiles {
    private let pool: PostgresPool
    private let datasets: DatasetService

    public init(pool: PostgresPool) {
        self.pool = pool
        datasets = DatasetService(pool: pool)
    }

    public func set(_ dataset: String, version: String, in project: ID<Project>) async throws -> TrainingSet {
        let found = try await datasets.version(version, of: dataset, in: project)
        guard let set = try await set(found.id, in: project) else {
            throw DatasetError.versionUnknown(dataset: dataset, version: version)
        }
        return set
    }

    public func set(_ id: UUID, in project: ID<Project>) async throws -> TrainingSet? {
        let rows = try await pool.query(
            """
            SELECT d.name, v.number, v.kind, v.withdrawn_reason, v.approvals_needed, encode(v.content_sha256, 'hex') AS content,
                   (SELECT count(*) FROM gleaner.dataset_approvals a WHERE a.version_id = v.id) AS approvals,
                   e.train, e.validation, e.tokens
            FROM gleaner.dataset_versions v JOIN gleaner.datasets d ON d.id = v.dataset_id,
            LATERAL (
                SELECT count(*) FILTER (WHERE split = 'train') AS train,
                       count(*) FILTER (WHERE split = 'validation') AS validation,
                       coalesce(sum((lineage->>'estimated_tokens')::bigint) FILTER (WHERE split = 'train'), 0)::bigint AS tokens
                FROM gleaner.examples WHERE version_id = v.id) e
            WHERE v.id = \(id) AND v.project_id = \(project.uuid)
            """)
        guard let row = rows.first else { return nil }
        let train = Int(try row.decode("train", as: Int64.self))
        return TrainingSet(
            id: id, dataset: try row.decode("name"), number: Int(try row.decode("number", as: Int32.self)),
            // The table's check knows the same three.
            kind: TrainingSet.Kind(rawValue: try row.decode("kind")) ?? .unpaired, trainRows: train,
            validationRows: Int(try row.decode("validation", as: Int64.self)),
            trainTokens: Int(try row.decode("tokens", as: Int64.self)),
            usualEpochs: EpochEstimate.epochs(examples: train), contentSHA256: try row.decode("content"),
            withdrawnReason: try row.decodeIfPresent("withdrawn_reason"),
            approvalsNeeded: Int(try row.decode("approvals_needed", as: Int16.self)),
            approvals: Int(try row.decode("approvals", as: Int64.self)))
    }

    public func check(_ set: TrainingSet, in project: ID<Project>) async throws {
        let version = try await datasets.version(String(set.number), of: set.dataset, in: project)
        try await DatasetExporter(pool: pool).check(version)
    }

    public func write(_ set: TrainingSet, in project: ID<Project>, to directory: URL) async throws {
        do {
            let version = try await datasets.version(String(set.number), of: set.dataset, in: project)
            _ = try await DatasetExporter(pool: pool).export(version, to: directory)
        } catch let error as ExportError where !error.passes {
            let explanation = error.explanation
            throw TuningFailure(code: explanation.code, message: "\(explanation.what) \(explanation.why)")
        } catch DatasetError.datasetUnknown, DatasetError.versionUnknown {
            throw TuningFailure(code: "set_gone", message: "The dataset version is gone.")
        }
        // Who said what is nothing that a trainer needs.
        try? FileManager.default.removeItem(at: directory.appendingPathComponent("lineage.jsonl"))
    }
}
