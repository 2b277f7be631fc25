import Foundation
import GleanerCore
import GleanerEvaluation
import GleanerLoop

/// The gate as loops ask for it.
struct ServedLoopGate: LoopGate {
    let service: EvaluationService
    let providers: @Sendable () -> Set<String>

    func check(_ policy: JSONValue, incumbent: JSONValue?) async throws {
        let policy = try LoopPart.read(GatePolicy.self, policy, at: "steps.gate.policy")
        var asked = [policy.judge?.provider, policy.embeddings?.provider].compactMap(\.self)
        if let incumbent { asked.append(try model(incumbent).provider) }
        let known = providers()
        for name in asked where !known.contains(name) { throw EvaluationError.providerUnknown(name) }
    }

    func model(_ document: JSONValue) throws -> LoopModel {
        let choice = try LoopPart.read(ModelChoice.self, document, at: "steps.gate.incumbent")
        return LoopModel(provider: choice.provider, model: choice.model, parameters: choice.parameters)
    }

    func estimate(_ order: LoopGateOrder, in project: ID<Project>) async throws -> Double? {
        try await service.estimate(request(order), in: project).usd
    }

    func evaluation(under key: String, in project: ID<Project>) async throws -> LoopEvaluation? {
        try await service.evaluation(under: key, of: project).map(LoopEvaluation.init)
    }

    func start(
        _ order: LoopGateOrder, key: String, by author: String, in project: ID<Project>
    ) async throws -> LoopEvaluation {
        var request = try request(order)
        request.key = key
        return LoopEvaluation(try await service.start(request, in: project, by: author))
    }

    private func request(_ order: LoopGateOrder) throws -> EvaluationService.Request {
        func choice(_ model: LoopModel) -> ModelChoice {
            ModelChoice(provider: model.provider, model: model.model, parameters: model.parameters)
        }
        var request = EvaluationService.Request(
            dataset: order.version.dataset, version: order.version.number, candidate: choice(order.candidate),
            incumbent: choice(order.incumbent))
        request.policy = try LoopPart.read(GatePolicy.self, order.policy, at: "steps.gate.policy")
        return request
    }
}

extension LoopEvaluation {
    fileprivate init(_ evaluation: Evaluation) {
        let summary = evaluation.report?.summary ?? ""
        let state: State =
            switch evaluation.state {
            case .waiting: .running("The gate waits for its turn.")
            case .running: .running("Both models answer what was held out.")
            case .waitingForPeople: .running("Reviewers compare answers of both models.")
            case .failed: .failed(evaluation.failure ?? "no reason was given")
            case .done:
                switch evaluation.report?.verdict {
                case .pass: .passed(summary)
                case .fail: .refused(summary)
                case .notEnoughData, nil: .undecided(summary)
                }
            }
        self.init(id: evaluation.id.description, state: state)
    }
}
