import Foundation
import GleanerCore
import GleanerHTTP
public import Hummingbird

/// `POST /api/tuning/jobs` and `POST /api/tuning/estimates`.
struct TuningBody: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case dataset, version, driver, provider, base_model, suffix, seed, method, hyperparameters, confirm
    }

    let request: TuningRequest
    let confirm: String?

    init(from decoder: any Decoder) throws {
        if let unknown = try decoder.unknownMember(besides: Set(Key.allCases.map(\.rawValue))) {
            throw BodyError(field: unknown, problem: "is not known here")
        }
        let fields = try decoder.container(keyedBy: Key.self)
        func choice<Choice: RawRepresentable & CaseIterable>(
            _ key: Key, _ standard: Choice
        ) throws -> Choice where Choice.RawValue == String {
            guard let text = try fields.decodeIfPresent(String.self, forKey: key) else { return standard }
            guard let choice = Choice(rawValue: text) else {
                let known = Choice.allCases.map(\.rawValue).joined(separator: " or ")
                throw TuningError.fieldInvalid(key.rawValue, wanted: known)
            }
            return choice
        }
        // A number is as good as its text.
        let version =
            if let number = try? fields.decode(Int.self, forKey: .version) { String(number) } else {
                try fields.decodeIfPresent(String.self, forKey: .version) ?? "latest"
            }
        request = TuningRequest(
            dataset: try fields.decode(String.self, forKey: .dataset), version: version,
            driver: try choice(.driver, TuningDriverName.openAI),
            provider: try fields.decodeIfPresent(String.self, forKey: .provider) ?? "default",
            baseModel: try fields.decode(String.self, forKey: .base_model),
            suffix: try fields.decodeIfPresent(String.self, forKey: .suffix),
            seed: try fields.decodeIfPresent(Int.self, forKey: .seed),
            method: try choice(.method, TuningMethod.sft),
            hyperparameters: try fields.decodeIfPresent(Hyperparameters.self, forKey: .hyperparameters)
                ?? Hyperparameters())
        confirm = try fields.decodeIfPresent(String.self, forKey: .confirm)
    }
}

/// A fine-tune as JSON has it, here and in `gleaner tune … --json`.
public struct TuningJobBody: Encodable, Sendable {
    private enum Key: String, CodingKey {
        case id, dataset, version, dataset_version_id, driver, provider, base_model, suffix, seed, method
        case hyperparameters, state, state_reason, provider_status, provider_job, fine_tuned_model, trained_tokens
        case estimated_tokens, estimated_epochs, billed_tokens, estimated_usd, confirmed_by, confirmed_at, cancelled_by
        case cancel_at, error, created_at, submitted_at, finished_at, files_deleted_at, files
        case events, curve, checkpoints, shutdown_date
    }

    private let job: TuningJob
    private let detail: TuningJobDetail?

    public init(_ job: TuningJob) {
        self.job = job
        detail = nil
    }

    /// With events, curve and checkpoints.
    public init(_ detail: TuningJobDetail) {
        job = detail.job
        self.detail = detail
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(job.id, forKey: .id)
        try fields.encode(job.dataset, forKey: .dataset)
        try fields.encode(job.version, forKey: .version)
        try fields.encode(job.datasetVersion.lowercased, forKey: .dataset_version_id)
        try fields.encode(job.driver, forKey: .driver)
        try fields.encode(job.provider, forKey: .provider)
        try fields.encode(job.baseModel, forKey: .base_model)
        try fields.encode(job.suffix, forKey: .suffix)
        try fields.encode(job.seed, forKey: .seed)
        try fields.encode(job.method, forKey: .method)
        try fields.encode(job.hyperparameters.document, forKey: .hyperparameters)
        try fields.encode(job.state, forKey: .state)
        try fields.encode(job.stateReason, forKey: .state_reason)
        try fields.encode(job.providerStatus, forKey: .provider_status)
        try fields.encode(job.providerJob, forKey: .provider_job)
        try fields.encode(job.fineTunedModel, forKey: .fine_tuned_model)
        try fields.encode(job.trainedTokens, forKey: .trained_tokens)
        try fields.encode(job.estimatedTokens, forKey: .estimated_tokens)
        try fields.encode(job.estimatedEpochs, forKey: .estimated_epochs)
        try fields.encode(job.billedTokens, forKey: .billed_tokens)
        try fields.encode(job.estimatedUSD, forKey: .estimated_usd)
        try fields.encode(job.confirmedBy, forKey: .confirmed_by)
        try fields.encode(job.confirmedAt, forKey: .confirmed_at)
        try fields.encode(job.cancelledBy, forKey: .cancelled_by)
        try fields.encode(job.cancelAt, forKey: .cancel_at)
        try fields.encode(job.error, forKey: .error)
        try fields.encode(job.createdAt, forKey: .created_at)
        try fields.encode(job.submittedAt, forKey: .submitted_at)
        try fields.encode(job.finishedAt, forKey: .finished_at)
        try fields.encode(job.filesDeletedAt, forKey: .files_deleted_at)
        try fields.encode(
            Dictionary(uniqueKeysWithValues: job.files.map { ($0.key.rawValue, $0.value) }), forKey: .files)
        guard let detail else { return }
        try fields.encode(detail.events, forKey: .events)
        try fields.encode(detail.curve, forKey: .curve)
        try fields.encode(detail.checkpoints, forKey: .checkpoints)
        try fields.encode(detail.shutdown, forKey: .shutdown_date)
    }
}

/// A tuned model as JSON has it.
public struct TunedModelBody: Encodable, Sendable {
    private enum Key: String, CodingKey {
        case id, provider, model, base_model, tuning_job, dataset_version_id, generation, shutdown_date, erased_at
        case created_at
    }

    private let model: TunedModel

    public init(_ model: TunedModel) { self.model = model }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(model.id, forKey: .id)
        try fields.encode(model.provider, forKey: .provider)
        try fields.encode(model.model, forKey: .model)
        try fields.encode(model.baseModel, forKey: .base_model)
        try fields.encode(model.tuningJob, forKey: .tuning_job)
        try fields.encode(model.datasetVersion?.lowercased, forKey: .dataset_version_id)
        try fields.encode(model.generation, forKey: .generation)
        try fields.encode(model.shutdown, forKey: .shutdown_date)
        try fields.encode(model.erasedAt, forKey: .erased_at)
        try fields.encode(model.createdAt, forKey: .created_at)
    }
}

extension TuningJobBody: ResponseEncodable {}
extension TuningEstimate: ResponseEncodable {}
