import Foundation
import GleanerCore
import GleanerLoop
import GleanerTuning

/// Fine-tunes as loops start them: estimated, agreed to by the owner ahead or by a person, and followed.
struct ServedLoopTuner: LoopTuner {
    let service: TuningService

    func check(_ choice: LoopDocument.TuneChoice) async throws {
        try service.check(TuningRequest(choice, dataset: "any", version: "latest"))
    }

    func estimate(_ order: LoopTuningOrder, in project: ID<Project>) async throws -> LoopTuningEstimate {
        let estimate = try await service.estimate(TuningRequest(order), in: project)
        return LoopTuningEstimate(
            usd: estimate.usd, billedTokens: estimate.billedTokens, confirm: estimate.confirm)
    }

    func start(
        _ order: LoopTuningOrder, confirm: String, by person: String, in project: ID<Project>
    ) async throws -> LoopTuningJob? {
        do {
            return LoopTuningJob(
                try await service.start(TuningRequest(order), confirm: confirm, by: person, in: project))
        } catch TuningError.confirmationStale {
            return nil
        }
    }

    func job(confirmed: String, in project: ID<Project>) async throws -> LoopTuningJob? {
        try await service.job(confirmed: confirmed, in: project).map(LoopTuningJob.init)
    }

    func cancel(_ id: String, by person: String, in project: ID<Project>) async throws {
        guard let id = ID<TuningJob>(id) else { return }
        _ = try await service.cancel(id, by: person, in: project)
    }
}

extension TuningRequest {
    fileprivate init(_ order: LoopTuningOrder) throws {
        try self.init(order.choice, dataset: order.version.dataset, version: String(order.version.number))
    }

    fileprivate init(_ choice: LoopDocument.TuneChoice, dataset: String, version: String) throws {
        self.init(
            dataset: dataset, version: version, driver: choice.driver == .command ? .command : .openAI,
            provider: choice.provider, baseModel: choice.baseModel, suffix: choice.suffix, seed: choice.seed,
            method: choice.method == .dpo ? .dpo : .sft,
            hyperparameters: try LoopPart.read(
                Hyperparameters.self, choice.hyperparameters, at: "steps.tune.hyperparameters"))
    }
}

extension LoopTuningJob {
    fileprivate init(_ job: TuningJob) {
        let state: State =
            switch job.state {
            case .succeeded:
                job.fineTunedModel.map(State.succeeded) ?? .failed("It succeeded, and names no model.")
            // Our words: the trainer's may quote a line of the file.
            case .failed:
                .failed(job.error.map { "\($0.code): \($0.why) \($0.fix)" } ?? "It failed without a reason.")
            case .cancelled: .cancelled(by: job.cancelledBy)
            case .waiting, .preparing, .submitting, .training:
                .running(
                    "The fine-tune is \(job.state.rawValue)"
                        + (job.providerStatus.map { "; its trainer says \($0)." } ?? "."))
            }
        self.init(id: job.id.description, state: state)
    }
}

/// A part of a loop's document that another module reads.
enum LoopPart {
    /// - Throws: what the part's own reading says; `LoopError.memberInvalid` for a value of the wrong type.
    static func read<Value: Decodable>(_ type: Value.Type, _ document: JSONValue, at path: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(document.canonicalBytes()))
        } catch let error as DecodingError {
            let member = Self.path(of: error).map(\.stringValue).joined(separator: ".")
            throw LoopError.memberInvalid(
                member.isEmpty ? path : "\(path).\(member)", wanted: "there, and of the right type")
        }
    }

    private static func path(of error: DecodingError) -> [any CodingKey] {
        switch error {
        case .keyNotFound(let key, let context): context.codingPath + [key]
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }
}
